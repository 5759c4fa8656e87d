// What a downtime that is being written would keep quiet, and what it overlaps.

import { useTranslation } from 'react-i18next';
import type { DowntimePreview, DowntimePreviewOrder } from '#web/contract/downtimes.ts';
import { useDowntimePreview } from '../../data/downtimes.ts';
import { useNow } from '../../data/use-now.ts';
import { useSettled } from '../../data/use-settled.ts';
import { dateTime } from '../../format/time.ts';

const NAMES_SHOWN = 12;
const OVERLAPS_SHOWN = 5;
const SETTLE_MS = 400;

export function ReachPreview({ order }: { order: DowntimePreviewOrder | null }) {
  const { t } = useTranslation();
  const asked = useSettled(order === null ? '' : JSON.stringify(order), SETTLE_MS);
  const preview = useDowntimePreview(asked === '' ? null : (JSON.parse(asked) as DowntimePreviewOrder));
  return (
    <section className="reach" aria-live="polite" aria-label={t('downtime.preview.title')}>
      <h3>{t('downtime.preview.title')}</h3>
      {preview.error && <p className="tone-crit">{preview.error.message}</p>}
      {!preview.error && preview.data && <Reached preview={preview.data} />}
      {!preview.error && !preview.data && <p className="second">{t('downtime.preview.nothing')}</p>}
    </section>
  );
}

function Reached({ preview }: { preview: DowntimePreview }) {
  const { t } = useTranslation();
  const nowMs = useNow(60_000);
  const names = [...preview.hostNames, ...(preview.hosts === 0 ? preview.serviceNames : [])];
  const named = preview.hosts === 0 ? preview.services : preview.hosts;
  return (
    <>
      <p className="strong">
        {t('downtime.preview.counts', {
          hosts: t('downtime.hosts', { count: preview.hosts }),
          services: t('downtime.services', { count: preview.services }),
        })}
        {preview.servicesByHost > 0 && (
          <span className="second"> · {t('downtime.preview.byHost', { count: preview.servicesByHost })}</span>
        )}
      </p>
      {names.length > 0 && (
        <p className="second">
          {names.slice(0, NAMES_SHOWN).join(', ')}
          {named > NAMES_SHOWN && ` ${t('downtime.preview.more', { count: named - NAMES_SHOWN })}`}
        </p>
      )}
      {preview.tooMany && <p className="tone-crit">{t('downtime.preview.tooMany')}</p>}
      {preview.overlapping > 0 && (
        <>
          <p>{t('downtime.preview.overlapping', { count: preview.overlapping })}</p>
          <ul className="second">
            {preview.overlaps.slice(0, OVERLAPS_SHOWN).map((downtime) => (
              <li key={downtime.id}>
                {downtime.hostName}
                {downtime.checkName !== null && ` · ${downtime.checkName}`}: {downtime.comment},{' '}
                {dateTime(downtime.startsAt, nowMs)} – {dateTime(downtime.endsAt, nowMs)}
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}
