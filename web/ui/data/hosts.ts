// Hosts, groups, and what is known of them.

import { useMemo } from 'react';
import type { HostGroup, HostGroupChange, NewHostGroup } from '#web/contract/desired-state.ts';
import type { HostChange, HostDetail, HostList } from '#web/contract/inventory.ts';
import type { CheckList } from '#web/contract/checks.ts';
import type { ListOf } from './list.ts';
import { useApiAction, useApiQuery, type ActionOptions } from './use-api-query.ts';

const ALL = { limit: 1000 };

export const useHosts = (retired = false) =>
  useApiQuery<HostList>('hosts', '/hosts', retired ? { ...ALL, retired: true } : ALL);

export const useHost = (hostId: string) => useApiQuery<HostDetail>('hosts', `/hosts/${hostId}`);

export const useGroups = () => useApiQuery<ListOf<HostGroup>>('groups', '/groups', ALL);

/** How much is watched: hosts reporting, hosts known, checks that ran. Null until known. */
export function useCoverage(): { up: number; known: number; checks: number } | null {
  const hosts = useHosts();
  const checks = useApiQuery<CheckList>('checks', '/checks', ALL);
  return useMemo(() => {
    if (!hosts.data || !checks.data) return null;
    return {
      up: hosts.data.items.filter((host) => host.reporting === 'up').length,
      known: hosts.data.items.length,
      checks: checks.data.items.filter((check) => check.enabled && !check.stale && check.state !== 'pending').length,
    };
  }, [hosts.data, checks.data]);
}

type Done<Input, Answer = void> = Pick<ActionOptions<Input, Answer>, 'done' | 'onDone'>;

export const useChangeHost = (hostId: string, options: Done<HostChange> = {}) =>
  useApiAction((api, change: HostChange) => api.send('PATCH', `/hosts/${hostId}`, change), {
    refreshes: ['hosts', 'groups'],
    tellFailure: false,
    ...options,
  });

export const useRetireHost = (options: Done<string> = {}) =>
  useApiAction((api, hostId: string) => api.send('POST', `/hosts/${hostId}/retire`, {}), {
    refreshes: ['hosts', 'groups', 'checks', 'problems'],
    ...options,
  });

export const useCreateGroup = (options: Done<NewHostGroup, { id: string }> = {}) =>
  useApiAction((api, group: NewHostGroup) => api.send<{ id: string }>('POST', '/groups', group), {
    refreshes: ['groups', 'hosts'],
    tellFailure: false,
    ...options,
  });

export const useChangeGroup = (options: Done<{ id: string; change: HostGroupChange }> = {}) =>
  useApiAction(
    (api, input: { id: string; change: HostGroupChange }) => api.send('PATCH', `/groups/${input.id}`, input.change),
    { refreshes: ['groups', 'hosts'], tellFailure: false, ...options },
  );

export const useDeleteGroup = (options: Done<string> = {}) =>
  useApiAction((api, groupId: string) => api.send('DELETE', `/groups/${groupId}`), {
    refreshes: ['groups', 'hosts'],
    ...options,
  });
