// Who was told, by which channel, how fast, or why not.

import { useTranslation } from 'react-i18next';
import type { Delivery } from '#web/contract/alerting.ts';
import { useNow } from '../../data/use-now.ts';
import { dateTime, formatElapsed } from '../../format/time.ts';
import { toneOfRun } from '../../parts/tone.ts';
import './deliveries.css';

export function Deliveries({ deliveries }: { deliveries: readonly Delivery[] }) {
  const { t } = useTranslation();
  const nowMs = useNow(30_000);
  if (deliveries.length === 0) {
    return (
      <div className="card__body">
        <p>{t('problems.toldNobody')}</p>
        <p className="second">{t('problems.toldNobodyWhy')}</p>
      </div>
    );
  }
  return (
    <ul className="deliveries">
      {deliveries.map((delivery) => (
        <li key={delivery.id}>
          <div className="cut">
            <b className="strong">{delivery.contactName}</b>{' '}
            <span className="second">
              {delivery.channel} · {t(`problems.delivery.${delivery.kind}`)}
            </span>
          </div>
          <div className="second">
            <span className={`tone-${toneOfRun(delivery.status)}`}>{t(`problems.delivery.${delivery.status}`)}</span>{' '}
            {dateTime(delivery.sentAt ?? delivery.createdAt, nowMs)}
            {delivery.latencyMs !== null && ` · ${t('problems.inTime', { age: formatElapsed(delivery.latencyMs) })}`}
            {delivery.attempts > 1 && ` · ${t('problems.attempt', { count: delivery.attempts })}`}
          </div>
          {delivery.lastError && delivery.status !== 'sent' && (
            <div className="second tone-crit">{delivery.lastError}</div>
          )}
        </li>
      ))}
    </ul>
  );
}
