// What was planned together: why, when, by whom, for what, and the way to take it back.

import { Button } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { DowntimeBatch } from '#web/contract/downtimes.ts';
import { useCancelDowntimes, useCancelPreview, useDowntimeBatch, useDowntimes } from '../../data/downtimes.ts';
import { useMay } from '../../data/session.tsx';
import { useNow } from '../../data/use-now.ts';
import { dateTime, formatDuration } from '../../format/time.ts';
import { ConfirmBlast } from '../../parts/confirm-blast.tsx';
import { LoadGate } from '../../parts/load-gate.tsx';
import { SidePanel } from '../../parts/side-panel.tsx';
import { StatusChip } from './status-chip.tsx';

const OBJECTS_SHOWN = 200;

export function DowntimePanel({ batch, onClose }: { batch: string; onClose: () => void }) {
  const { t } = useTranslation();
  const found = useDowntimeBatch(batch);
  const mayCancel = useMay('operator');
  const [asking, setAsking] = useState(false);
  const one = found.data?.items[0];
  return (
    <SidePanel
      title={one?.comment ?? t('downtime.title')}
      onClose={onClose}
      footer={
        mayCancel &&
        one &&
        one.open > 0 && (
          <Button data-danger onClick={() => setAsking(true)}>
            {t('downtime.cancel.action')}
          </Button>
        )
      }
    >
      <LoadGate query={found} rows={4}>
        {({ items: [shown] }) => (shown ? <BatchFacts batch={shown} /> : <p className="mute">{t('downtime.none')}</p>)}
      </LoadGate>
      {asking && one && <CancelDialog batch={one} onClose={() => setAsking(false)} />}
    </SidePanel>
  );
}

function BatchFacts({ batch }: { batch: DowntimeBatch }) {
  const { t } = useTranslation();
  const nowMs = useNow(60_000);
  const objects = useDowntimes({ batch: batch.batch, limit: OBJECTS_SHOWN });
  return (
    <div className="stack">
      <p className="downtime-panel__time">
        <StatusChip status={batch.status} />
        <span>
          {dateTime(batch.startsAt, nowMs)} – {dateTime(batch.endsAt, nowMs)}
        </span>
      </p>
      <p className="second">
        {batch.author}
        {batch.recurringId !== null && ` · ${t('downtime.repeats')}`}
        {!batch.fixed && ` · ${t('downtime.flexibleFor', { duration: formatDuration(batch.durationSec * 1000) })}`}
      </p>
      <h3>{t('downtime.panel.objects')}</h3>
      <LoadGate query={objects} rows={5}>
        {({ items, nextCursor }) => (
          <>
            <ul className="downtime-panel__objects">
              {items.map((downtime) => (
                <li key={downtime.id}>
                  <Link
                    className="quiet-link"
                    to={downtime.checkId === null ? `/hosts/${downtime.hostId}` : `/checks/${downtime.checkId}`}
                  >
                    {downtime.hostName}
                    {downtime.checkName !== null && ` · ${downtime.checkName}`}
                  </Link>
                  <span className="second">
                    {downtime.checkName === null && t('downtime.panel.wholeHost')}{' '}
                    {downtime.status !== batch.status && t(`downtime.status.${downtime.status}`)}
                  </span>
                </li>
              ))}
            </ul>
            {nextCursor !== null && <p className="second">{t('downtime.panel.more', { count: OBJECTS_SHOWN })}</p>}
          </>
        )}
      </LoadGate>
    </div>
  );
}

function CancelDialog({ batch, onClose }: { batch: DowntimeBatch; onClose: () => void }) {
  const { t } = useTranslation();
  const which = { batches: [batch.batch] };
  const preview = useCancelPreview(which);
  const cancel = useCancelDowntimes({
    done: ({ cancelled }) => t('downtime.cancel.done', { count: cancelled }),
    onDone: onClose,
  });
  return (
    <ConfirmBlast
      title={t('downtime.cancel.title', { comment: batch.comment })}
      confirm={t('downtime.cancel.action')}
      danger
      busy={cancel.isPending || preview.isPending}
      onConfirm={() => cancel.mutate(which)}
      onClose={onClose}
    >
      <p>{t('downtime.cancel.what', { count: batch.open })}</p>
      <LoadGate query={preview} rows={1}>
        {({ problems, names }) =>
          problems === 0 ? (
            <p className="second">{t('downtime.cancel.quiet')}</p>
          ) : (
            <p>
              <b>{t('downtime.cancel.loud', { count: problems })}</b> {names.join(', ')}
            </p>
          )
        }
      </LoadGate>
    </ConfirmBlast>
  );
}
