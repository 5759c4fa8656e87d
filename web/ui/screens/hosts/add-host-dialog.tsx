// Gives the one line that joins a host, waits, and says when the host is there.

import { Button, Loader, Modal } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { nowMs } from '../../data/browser-clock.ts';
import { useAgents, useApproveAgent, useCreateJoinToken } from '../../data/agents.ts';
import { useNow } from '../../data/use-now.ts';
import { formatDuration } from '../../format/time.ts';
import { CopyLine } from '../../parts/copy-line.tsx';

const VALID_SEC = 900;
// The dialog is open for a minute or two; a quick look keeps the wait short.
const LOOK_EVERY_MS = 1500;

export function AddHostDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const now = useNow();
  const [startedAtMs, setStartedAtMs] = useState(nowMs);
  const token = useCreateJoinToken();
  const { mutate } = token;
  useEffect(() => mutate({ approve: true, uses: 1, ttlSec: VALID_SEC }), [mutate, startedAtMs]);
  const left = token.data ? Date.parse(token.data.expiresAt) - now : 0;
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('hosts.addDialog.title')}
      size={640}
      closeButtonProps={{ 'aria-label': t('panel.close') }}
    >
      <div className="stack">
        <p>{t('hosts.addDialog.lead')}</p>
        {token.error && <p className="tone-crit">{token.error.message}</p>}
        {token.isPending && <p className="mute">{t('hosts.addDialog.preparing')}</p>}
        {token.data && (
          <>
            <CopyLine text={token.data.command} label={t('hosts.addDialog.title')} />
            {left > 0 ? (
              <p className="second">{t('hosts.addDialog.validFor', { age: formatDuration(left) })}</p>
            ) : (
              <p className="tone-warn">
                {t('hosts.addDialog.expired')}{' '}
                <Button size="xs" onClick={() => setStartedAtMs(nowMs())}>
                  {t('hosts.addDialog.another')}
                </Button>
              </p>
            )}
            <Arrivals sinceMs={startedAtMs} />
          </>
        )}
        <p className="second">{t('hosts.addDialog.or')}</p>
      </div>
    </Modal>
  );
}

/** Agents that joined since the dialog was opened. */
function Arrivals({ sinceMs }: { sinceMs: number }) {
  const { t } = useTranslation();
  const agents = useAgents(LOOK_EVERY_MS);
  const approve = useApproveAgent();
  const arrived = (agents.data?.items ?? []).filter((agent) => Date.parse(agent.enrolledAt) >= sinceMs - 1000);
  return (
    <div className="add-host__arrivals" role="status">
      {arrived.length === 0 && (
        <span className="add-host__waiting">
          <Loader size={15} /> {t('hosts.addDialog.waiting')}
        </span>
      )}
      {arrived.map((agent) => (
        <div key={agent.id} className="add-host__arrived">
          <span className={agent.status === 'approved' ? 'tone-ok' : 'tone-warn'}>
            {t(agent.status === 'approved' ? 'hosts.addDialog.connected' : 'hosts.addDialog.pending', {
              name: agent.name,
            })}
          </span>
          {agent.status === 'pending' && (
            <Button size="xs" loading={approve.isPending} onClick={() => approve.mutate(agent.id)}>
              {t('configuration.agents.approve')}
            </Button>
          )}
          {agent.hostId && (
            <Button size="xs" variant="filled" component={Link} to={`/hosts/${agent.hostId}`}>
              {t('hosts.addDialog.openHost', { name: agent.name })}
            </Button>
          )}
        </div>
      ))}
    </div>
  );
}
