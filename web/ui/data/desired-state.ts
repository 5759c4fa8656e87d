// Desired state, drift, and putting drift right.

import type { DesiredState, DesiredStateChange, NewDesiredState } from '#web/contract/desired-state.ts';
import type { Drift } from '#web/contract/inventory.ts';
import type { DriftApply } from '#web/contract/remediation.ts';
import type { QueryValue } from './api-client.ts';
import type { ListOf } from './list.ts';
import { useApiAction, useApiQuery, type ActionOptions, type Resource } from './use-api-query.ts';

const TOUCHED: readonly Resource[] = ['desired-states', 'drift', 'hosts'];

export const useDesiredStates = () =>
  useApiQuery<ListOf<DesiredState>>('desired-states', '/desired-state', { limit: 1000 });

export const useDrift = (query: Record<string, QueryValue>) =>
  useApiQuery<ListOf<Drift>>('drift', '/drift', { limit: 1000, ...query });

type Done<Input, Answer = void> = Pick<ActionOptions<Input, Answer>, 'done' | 'onDone'>;

export const useCreateDesiredState = (options: Done<NewDesiredState, { id: string }>) =>
  useApiAction((api, state: NewDesiredState) => api.send<{ id: string }>('POST', '/desired-state', state), {
    refreshes: TOUCHED,
    tellFailure: false,
    ...options,
  });

export const useChangeDesiredState = (options: Done<{ id: string; change: DesiredStateChange }>) =>
  useApiAction(
    (api, input: { id: string; change: DesiredStateChange }) =>
      api.send('PATCH', `/desired-state/${input.id}`, input.change),
    { refreshes: TOUCHED, tellFailure: false, ...options },
  );

export const useDeleteDesiredState = (options: Done<string>) =>
  useApiAction((api, id: string) => api.send('DELETE', `/desired-state/${id}`), { refreshes: TOUCHED, ...options });

/** Makes a run that puts the hosts right. */
export const useApplyDrift = (onDone: (runId: string) => void) =>
  useApiAction((api, body: DriftApply) => api.send<{ runId: string }>('POST', '/drift/apply', body), {
    refreshes: [...TOUCHED, 'runs'],
    onDone: ({ runId }) => onDone(runId),
  });
