// What the host should be and where it is not: each desired state with its diff.

import { Button } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router';
import type { Drift, HostDetail } from '#web/contract/inventory.ts';
import { useApplyDrift } from '../../data/desired-state.ts';
import { useMay } from '../../data/session.tsx';
import { useNow } from '../../data/use-now.ts';
import { dateTime } from '../../format/time.ts';
import { ConfirmBlast } from '../../parts/confirm-blast.tsx';
import { DiffView } from '../../parts/diff-view.tsx';
import { EmptyState } from '../../parts/empty-state.tsx';
import { toneOfRun } from '../../parts/tone.ts';

const ORDER: readonly Drift['status'][] = ['drifted', 'failed', 'pending', 'in_sync'];

export function HostConfig({ host }: { host: HostDetail }) {
  const { t } = useTranslation();
  const nowMs = useNow(30_000);
  const may = useMay('operator');
  const [fixing, setFixing] = useState<Drift | null>(null);
  const drifts = [...host.drift].sort((a, b) => ORDER.indexOf(a.status) - ORDER.indexOf(b.status));
  if (drifts.length === 0) {
    return (
      <div className="card">
        <EmptyState
          title={t('hosts.driftNone')}
          reason={t('hosts.driftNoneWhy')}
          action={
            <Button component={Link} to="/configuration/desired-state">
              {t('configuration.desired.add')}
            </Button>
          }
        />
      </div>
    );
  }
  return (
    <div className="stack">
      {drifts.map((drift) => (
        <section key={drift.desiredStateId} className="card">
          <div className="card__head">
            <span className={`chip chip--${toneOfRun(drift.status)}`}>{t(`hosts.driftStatus.${drift.status}`)}</span>
            <h2 className="heading">{drift.desiredStateName}</h2>
            <span className="second">{drift.summary}</span>
            <span className="second">{dateTime(drift.since, nowMs)}</span>
            {may && drift.status === 'drifted' && (
              <Button size="xs" onClick={() => setFixing(drift)}>
                {t('hosts.driftFix')}
              </Button>
            )}
          </div>
          {drift.diff !== '' && <DiffView diff={drift.diff} />}
        </section>
      ))}
      {fixing && (
        <FixDialog
          desiredStateId={fixing.desiredStateId}
          name={fixing.desiredStateName}
          hosts={[host]}
          onClose={() => setFixing(null)}
        />
      )}
    </div>
  );
}

interface FixDialogProps {
  desiredStateId: string;
  name: string;
  hosts: readonly { id: string; name: string }[];
  onClose: () => void;
}

export function FixDialog({ desiredStateId, name, hosts, onClose }: FixDialogProps) {
  const { t } = useTranslation();
  const go = useNavigate();
  const apply = useApplyDrift((runId) => void go(`/jobs/runs/${runId}`));
  return (
    <ConfirmBlast
      title={t('configuration.desired.fixTitle', { name })}
      confirm={t('hosts.driftFix')}
      names={hosts.map((host) => host.name)}
      busy={apply.isPending}
      onConfirm={() => apply.mutate({ desiredStateId, hostIds: hosts.map((host) => host.id) })}
      onClose={onClose}
    >
      {t('configuration.desired.fixWhy')}
    </ConfirmBlast>
  );
}
