// What a person can do with an episode: take it, give it back, resolve it, run a job.

import { Button, Textarea } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Alert } from '#web/contract/alerting.ts';
import { useAcknowledge, useResolve, useUnacknowledge } from '../../data/alerts.ts';
import { useMay } from '../../data/session.tsx';
import { ConfirmBlast } from '../../parts/confirm-blast.tsx';
import { useShortcuts } from '../../parts/shortcuts.ts';

export function EpisodeActions({ alert }: { alert: Alert }) {
  const { t } = useTranslation();
  const may = useMay('operator');
  const acknowledge = useAcknowledge((count) => t('problems.taken', { count }));
  const giveBack = useUnacknowledge();
  const [resolving, setResolving] = useState(false);
  useShortcuts({
    a: () => {
      if (may && alert.state === 'open') acknowledge.take([alert.id]);
    },
  });
  if (alert.state === 'resolved' || !may) return null;
  return (
    <div className="episode-actions">
      {alert.host?.id && (
        <Button component={Link} to={`/jobs/new?hosts=${alert.host.id}`}>
          {t('problems.runJob')}
        </Button>
      )}
      <Button onClick={() => setResolving(true)}>{t('problems.resolve')}</Button>
      {alert.state === 'open' ? (
        <Button variant="filled" loading={acknowledge.isPending} onClick={() => acknowledge.take([alert.id])}>
          {t('problems.take')}
        </Button>
      ) : (
        <Button loading={giveBack.isPending} onClick={() => giveBack.mutate(alert.id)}>
          {t('problems.giveBack')}
        </Button>
      )}
      {resolving && <ResolveDialog alertId={alert.id} onClose={() => setResolving(false)} />}
    </div>
  );
}

function ResolveDialog({ alertId, onClose }: { alertId: string; onClose: () => void }) {
  const { t } = useTranslation();
  const resolve = useResolve(() => t('problems.resolved'));
  const [comment, setComment] = useState('');
  return (
    <ConfirmBlast
      title={t('problems.resolveTitle')}
      confirm={t('problems.resolve')}
      busy={resolve.isPending}
      onConfirm={() => resolve.mutate({ alertId, comment }, { onSuccess: onClose })}
      onClose={onClose}
    >
      <p className="mute">{t('problems.resolveWhy')}</p>
      <Textarea
        mt={12}
        label={t('problems.resolveComment')}
        autosize
        minRows={2}
        value={comment}
        onChange={(event) => setComment(event.currentTarget.value)}
      />
    </ConfirmBlast>
  );
}
