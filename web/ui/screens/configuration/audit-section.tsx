// The audit trail: read only, with a check that nobody changed it.

import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useAuditCheck, useAuditTrail } from '../../data/operations.ts';
import { useNow } from '../../data/use-now.ts';
import { dateTime } from '../../format/time.ts';
import { personName } from '../../parts/event-words.ts';
import { LoadGate } from '../../parts/load-gate.tsx';
import { PageHead } from '../../parts/page-head.tsx';

const RESULT_TONE = { done: 'off', refused: 'warn', failed: 'crit' } as const;

export function AuditSection() {
  const { t } = useTranslation();
  const nowMs = useNow(30_000);
  const trail = useAuditTrail();
  const check = useAuditCheck().data;
  return (
    <>
      <PageHead
        title={t('configuration.sections.audit')}
        note={t('configuration.audit.note')}
        actions={
          check && (
            <span className={`chip chip--${check.brokenAt === null ? 'ok' : 'crit'}`}>
              {check.brokenAt === null
                ? t('configuration.audit.whole', { count: check.entries })
                : t('configuration.audit.broken', { at: check.brokenAt })}
            </span>
          )
        }
      />
      <div className="card">
        <LoadGate query={trail} rows={10}>
          {(entries) => (
            <table className="grid-table">
              <thead>
                <tr>
                  <th>{t('configuration.audit.column.at')}</th>
                  <th>{t('configuration.audit.column.actor')}</th>
                  <th>{t('configuration.audit.column.action')}</th>
                  <th>{t('configuration.audit.column.object')}</th>
                  <th>{t('configuration.audit.column.result')}</th>
                  <th>{t('configuration.audit.column.source')}</th>
                </tr>
              </thead>
              <tbody>
                {entries.map((entry) => (
                  <tr key={entry.seq}>
                    <td className="mute">{dateTime(entry.at, nowMs)}</td>
                    <td className="strong">{personName(entry.actor)}</td>
                    <td>{entry.action}</td>
                    <td style={{ maxWidth: 380 }}>
                      <div className="cut">{entry.object}</div>
                      {Object.keys(entry.details).length > 0 && (
                        <details>
                          <summary className="second cut">{JSON.stringify(entry.details)}</summary>
                          <pre className="code-block">{JSON.stringify(entry.details, null, 2)}</pre>
                        </details>
                      )}
                    </td>
                    <td>
                      <span className={`chip chip--${RESULT_TONE[entry.result]}`}>
                        {t(`configuration.audit.result.${entry.result}`)}
                      </span>
                    </td>
                    <td className="mute num">{entry.source}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          )}
        </LoadGate>
      </div>
      {trail.hasNextPage && (
        <p style={{ textAlign: 'center', marginTop: 14 }}>
          <Button loading={trail.isFetchingNextPage} onClick={() => void trail.fetchNextPage()}>
            {t('form.loadMore')}
          </Button>
        </p>
      )}
    </>
  );
}
