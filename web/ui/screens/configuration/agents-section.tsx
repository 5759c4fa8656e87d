// Agents: who is linked, who waits for approval, and the tokens with which hosts join.

import { Button } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Agent } from '#web/contract/agents.ts';
import { useAgents, useApproveAgent, useDeleteJoinToken, useJoinTokens, useRevokeAgent } from '../../data/agents.ts';
import { useNow } from '../../data/use-now.ts';
import { dateTime, formatDuration } from '../../format/time.ts';
import { ConfirmBlast } from '../../parts/confirm-blast.tsx';
import { LoadGate } from '../../parts/load-gate.tsx';
import { AddHostDialog } from '../hosts/add-host-dialog.tsx';
import { JoinTokenForm } from './join-token-form.tsx';
import { ObjectList } from './object-list.tsx';

export function AgentsSection() {
  const { t } = useTranslation();
  const nowMs = useNow(5000);
  const agents = useAgents(10_000);
  const approve = useApproveAgent();
  const revoke = useRevokeAgent({ done: () => t('configuration.agents.revoked'), onDone: () => setRevoking(null) });
  const [adding, setAdding] = useState(false);
  const [revoking, setRevoking] = useState<Agent | null>(null);
  const all = agents.data?.items ?? [];
  return (
    <>
      <ObjectList
        title={t('configuration.sections.agents')}
        note={t('configuration.agents.note', {
          connected: all.filter((agent) => agent.connected).length,
          total: all.length,
        })}
        query={agents}
        add={{ label: t('hosts.add'), act: () => setAdding(true) }}
        empty={{ title: t('configuration.agents.none'), reason: t('configuration.agents.noneWhy') }}
      >
        {(entries) => (
          <table className="grid-table">
            <thead>
              <tr>
                <th>{t('configuration.agents.column.name')}</th>
                <th>{t('configuration.agents.column.status')}</th>
                <th>{t('configuration.agents.column.version')}</th>
                <th>{t('configuration.agents.column.contact')}</th>
                <th>{t('configuration.agents.column.joined')}</th>
                <th>
                  <span className="sr-only">{t('configuration.agents.revoke')}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {entries.map((agent) => (
                <tr key={agent.id} className={agent.status === 'revoked' ? 'grid-table__off' : ''}>
                  <td className="grid-table__main">
                    {agent.hostId ? (
                      <Link to={`/hosts/${agent.hostId}`}>{agent.name}</Link>
                    ) : (
                      <b className="strong">{agent.name}</b>
                    )}
                    <div className="second">
                      {agent.cluster} · {agent.ip}
                    </div>
                  </td>
                  <td>
                    {agent.status === 'approved' ? (
                      <span className="mute">{t('configuration.agents.status.approved')}</span>
                    ) : (
                      <span className={`chip chip--${agent.status === 'pending' ? 'warn' : 'off'}`}>
                        {t(`configuration.agents.status.${agent.status}`)}
                      </span>
                    )}
                  </td>
                  <td className="mute">{agent.version}</td>
                  <td className="mute">
                    {t(agent.connected ? 'configuration.agents.connected' : 'configuration.agents.offline')}
                    {agent.lastContactAt &&
                      ` · ${t('form.ago', { age: formatDuration(nowMs - Date.parse(agent.lastContactAt)) })}`}
                  </td>
                  <td className="mute">{dateTime(agent.enrolledAt, nowMs)}</td>
                  <td className="grid-table__act">
                    {agent.status === 'pending' && (
                      <Button size="xs" variant="filled" onClick={() => approve.mutate(agent.id)}>
                        {t('configuration.agents.approve')}
                      </Button>
                    )}
                    {agent.status === 'approved' && (
                      <Button size="xs" data-danger onClick={() => setRevoking(agent)}>
                        {t('configuration.agents.revoke')}
                      </Button>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </ObjectList>
      <JoinTokens />
      {adding && <AddHostDialog onClose={() => setAdding(false)} />}
      {revoking && (
        <ConfirmBlast
          title={t('configuration.agents.revokeTitle', { name: revoking.name })}
          confirm={t('configuration.agents.revoke')}
          danger
          busy={revoke.isPending}
          onConfirm={() => revoke.mutate(revoking.id)}
          onClose={() => setRevoking(null)}
        >
          {t('configuration.agents.revokeWhy')}
        </ConfirmBlast>
      )}
    </>
  );
}

function JoinTokens() {
  const { t } = useTranslation();
  const nowMs = useNow(30_000);
  const tokens = useJoinTokens();
  const remove = useDeleteJoinToken(() => t('configuration.agents.tokenGone'));
  const [adding, setAdding] = useState(false);
  return (
    <section className="card" style={{ marginTop: 12 }}>
      <div className="card__head" style={{ alignItems: 'center' }}>
        <h2>{t('configuration.agents.tokens')}</h2>
        <Button size="xs" onClick={() => setAdding(true)}>
          {t('configuration.agents.addToken')}
        </Button>
      </div>
      <LoadGate query={tokens} rows={2}>
        {(list) =>
          list.items.length === 0 ? (
            <p className="card__body mute">{t('configuration.agents.noTokens')}</p>
          ) : (
            <table className="grid-table">
              <tbody>
                {list.items.map((token) => (
                  <tr key={token.id}>
                    <td className="strong">{token.note || '–'}</td>
                    <td className="second">
                      {[
                        token.cluster,
                        t('configuration.agents.tokenUses', { count: token.usesLeft }),
                        t(token.approve ? 'configuration.agents.tokenApproved' : 'configuration.agents.tokenWaits'),
                        t('configuration.agents.tokenUntil', { at: dateTime(token.expiresAt, nowMs) }),
                      ].join(' · ')}
                    </td>
                    <td className="grid-table__act">
                      <Button size="xs" onClick={() => remove.mutate(token.id)}>
                        {t('configuration.agents.takeBack')}
                      </Button>
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          )
        }
      </LoadGate>
      {adding && <JoinTokenForm onClose={() => setAdding(false)} />}
    </section>
  );
}
