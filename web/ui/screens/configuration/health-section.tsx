// How Plexus itself is: each part in one sentence, with its numbers.

import { useTranslation } from 'react-i18next';
import { useSelfHealth } from '../../data/operations.ts';
import { useNow } from '../../data/use-now.ts';
import { dateTime } from '../../format/time.ts';
import { LoadGate } from '../../parts/load-gate.tsx';
import { PageHead } from '../../parts/page-head.tsx';
import { StatusMark } from '../../parts/status-mark.tsx';

const WORST_FIRST = ['critical', 'warning', 'ok'];

export function HealthSection() {
  const { t } = useTranslation();
  const nowMs = useNow(30_000);
  const health = useSelfHealth();
  return (
    <>
      <PageHead
        title={t('configuration.sections.health')}
        note={
          health.data &&
          t('configuration.health.note', {
            version: health.data.version,
            node: health.data.nodeVersion,
            at: dateTime(health.data.startedAt, nowMs),
          })
        }
      />
      <LoadGate query={health} rows={6}>
        {(data) => (
          <>
            <div className="health-grid">
              {[...data.parts]
                .sort((a, b) => WORST_FIRST.indexOf(a.status) - WORST_FIRST.indexOf(b.status))
                .map((part) => (
                  <section key={part.name} className="card health-card">
                    <div className="health-card__head">
                      <h2 className="heading">{part.name}</h2>
                      <StatusMark state={part.status} />
                    </div>
                    <p className="mute">{part.summary}</p>
                    {part.facts.length > 0 && (
                      <div className="facts">
                        {part.facts.map((fact) => (
                          <span key={fact.name}>
                            {fact.name} <b className="num">{fact.value}</b>
                          </span>
                        ))}
                      </div>
                    )}
                  </section>
                ))}
            </div>
            <p className="second" style={{ marginTop: 14 }}>
              {t('configuration.health.home')} <code>{data.home}</code>
            </p>
          </>
        )}
      </LoadGate>
    </>
  );
}
