// Agents and the tokens with which they join.

import type { Agent, JoinToken, JoinTokenCreate, JoinTokenCreated } from '#web/contract/agents.ts';
import type { ListOf } from './list.ts';
import { useApiAction, useApiQuery, type ActionOptions } from './use-api-query.ts';

export const useAgents = (refetchEveryMs?: number) =>
  useApiQuery<ListOf<Agent>>('agents', '/agents', {}, refetchEveryMs ? { refetchEveryMs } : {});

export const useApproveAgent = () =>
  useApiAction((api, agentId: string) => api.send('POST', `/agents/${agentId}/approve`, {}), {
    refreshes: ['agents', 'hosts'],
  });

export const useRevokeAgent = (options: Pick<ActionOptions<string, void>, 'done' | 'onDone'>) =>
  useApiAction((api, agentId: string) => api.send('POST', `/agents/${agentId}/revoke`, {}), {
    refreshes: ['agents', 'hosts'],
    ...options,
  });

export const useJoinTokens = () => useApiQuery<ListOf<JoinToken>>('join-tokens', '/join-tokens');

export const useCreateJoinToken = () =>
  useApiAction((api, token: JoinTokenCreate) => api.send<JoinTokenCreated>('POST', '/join-tokens', token), {
    refreshes: ['join-tokens'],
    tellFailure: false,
  });

export const useDeleteJoinToken = (done: () => string) =>
  useApiAction((api, id: string) => api.send('DELETE', `/join-tokens/${id}`), { refreshes: ['join-tokens'], done });
