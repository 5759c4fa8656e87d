// How the state changed, with how long each one lasted; and everything else that happened.

import { useTranslation } from 'react-i18next';
import type { CheckDetail } from '#web/contract/checks.ts';
import type { CheckHistory } from '#web/contract/check-views.ts';
import { useCheckHistory } from '../../data/checks.ts';
import { useTimeline } from '../../data/events.ts';
import { useNow } from '../../data/use-now.ts';
import { dateTime, formatDuration } from '../../format/time.ts';
import { EventList } from '../../parts/event-list.tsx';
import { LoadGate } from '../../parts/load-gate.tsx';
import { StatusMark } from '../../parts/status-mark.tsx';

const CHANGES_SHOWN = 12;

export function CheckChanges({ check }: { check: CheckDetail }) {
  const { t } = useTranslation();
  const history = useCheckHistory(check.id);
  const timeline = useTimeline({ checkId: check.id });
  return (
    <div className="stack">
      <section className="card" aria-label={t('checks.stateLog')}>
        <div className="card__head">
          <h2>{t('checks.stateLog')}</h2>
        </div>
        <LoadGate query={history} rows={4}>
          {({ items }) =>
            items.length > 0 ? <Changes items={items} /> : <p className="card__body mute">{t('checks.noChanges')}</p>
          }
        </LoadGate>
      </section>
      <section className="card">
        <div className="card__head">
          <h2>{t('checks.changes')}</h2>
        </div>
        <LoadGate query={timeline} rows={4}>
          {(events) =>
            events.length > 0 ? (
              <EventList events={events} within={`/checks/${check.id}`} />
            ) : (
              <p className="card__body mute">{t('checks.nothingHappened')}</p>
            )
          }
        </LoadGate>
      </section>
    </div>
  );
}

/** Newest first; each lasted until the one before it in the list. */
function Changes({ items }: { items: CheckHistory['items'] }) {
  const { t } = useTranslation();
  const nowMs = useNow(60_000);
  return (
    <ol className="check-log">
      {items.slice(0, CHANGES_SHOWN).map((change, at) => {
        const untilMs = at === 0 ? nowMs : Date.parse(items[at - 1]?.at ?? change.at);
        return (
          <li key={`${change.at} ${change.state} ${String(at)}`}>
            {change.state === 'unwatched' ? (
              <span className="status-mark tone-off">{t('checks.unwatched')}</span>
            ) : (
              <StatusMark state={change.state} soft={change.stateType === 'soft'} />
            )}
            <span className="cut" title={change.output}>
              {change.output}
              {change.inDowntime && <span className="second"> · {t('checks.mark.downtime')}</span>}
            </span>
            <time className="second" dateTime={change.at}>
              {dateTime(change.at, nowMs)}
            </time>
            <span className="second check-log__lasted">{formatDuration(untilMs - Date.parse(change.at))}</span>
          </li>
        );
      })}
    </ol>
  );
}
