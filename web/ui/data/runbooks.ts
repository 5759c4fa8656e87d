// Runbooks and reflexes.

import type {
  Reflex,
  ReflexAttempt,
  ReflexCreate,
  ReflexUpdate,
  Runbook,
  RunbookCreate,
  RunbookUpdate,
  RunbookVersion,
} from '#web/contract/remediation.ts';
import type { ListOf } from './list.ts';
import { useApiAction, useApiQuery, type ActionOptions } from './use-api-query.ts';

type Done<Input, Answer = void> = Pick<ActionOptions<Input, Answer>, 'done' | 'onDone'>;

export const useRunbooks = () => useApiQuery<ListOf<Runbook>>('runbooks', '/runbooks', { limit: 1000 });

export const useRunbookVersions = (runbookId: string, enabled: boolean) =>
  useApiQuery<ListOf<RunbookVersion>>('runbooks', `/runbooks/${runbookId}/versions`, {}, { enabled });

export const useCreateRunbook = (options: Done<RunbookCreate, Runbook>) =>
  useApiAction((api, runbook: RunbookCreate) => api.send<Runbook>('POST', '/runbooks', runbook), {
    refreshes: ['runbooks'],
    tellFailure: false,
    ...options,
  });

export const useChangeRunbook = (options: Done<{ id: string; change: RunbookUpdate }>) =>
  useApiAction(
    (api, input: { id: string; change: RunbookUpdate }) => api.send('PUT', `/runbooks/${input.id}`, input.change),
    {
      refreshes: ['runbooks', 'reflexes'],
      tellFailure: false,
      ...options,
    },
  );

export const useDeleteRunbook = (options: Done<string>) =>
  useApiAction((api, id: string) => api.send('DELETE', `/runbooks/${id}`), { refreshes: ['runbooks'], ...options });

export const useReflexes = () => useApiQuery<ListOf<Reflex>>('reflexes', '/reflexes', { limit: 1000 });

export const useReflexAttempts = (reflexId: string, enabled: boolean) =>
  useApiQuery<ListOf<ReflexAttempt>>('reflexes', `/reflexes/${reflexId}/attempts`, { limit: 50 }, { enabled });

export const useCreateReflex = (options: Done<ReflexCreate, Reflex>) =>
  useApiAction((api, reflex: ReflexCreate) => api.send<Reflex>('POST', '/reflexes', reflex), {
    refreshes: ['reflexes'],
    tellFailure: false,
    ...options,
  });

export const useChangeReflex = (options: Done<{ id: string; change: ReflexUpdate }>) =>
  useApiAction(
    (api, input: { id: string; change: ReflexUpdate }) => api.send('PATCH', `/reflexes/${input.id}`, input.change),
    {
      refreshes: ['reflexes'],
      tellFailure: false,
      ...options,
    },
  );

export const useDeleteReflex = (options: Done<string>) =>
  useApiAction((api, id: string) => api.send('DELETE', `/reflexes/${id}`), { refreshes: ['reflexes'], ...options });
