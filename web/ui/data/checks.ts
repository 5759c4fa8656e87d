// Checks: their state, their results, and what people do with them.

import type {
  CheckCreate,
  CheckDetail,
  CheckList,
  CheckResults,
  CheckRunAccepted,
  CheckUpdate,
} from '#web/contract/checks.ts';
import type { QueryValue } from './api-client.ts';
import { useApiAction, useApiQuery, type ActionOptions, type QueryOptions } from './use-api-query.ts';

export const useChecks = (query: Record<string, QueryValue> = {}, options: QueryOptions = {}) =>
  useApiQuery<CheckList>('checks', '/checks', { limit: 1000, ...query }, options);

export const useCheck = (checkId: string) => useApiQuery<CheckDetail>('checks', `/checks/${checkId}`);

export const useCheckResults = (checkId: string) =>
  useApiQuery<CheckResults>('checks', `/checks/${checkId}/results`, {}, { refetchEveryMs: 15_000 });

/** Asks for runs now; the results come as events. */
export const useRunChecks = (done: (count: number) => string) =>
  useApiAction(
    (api, checkIds: readonly string[]) =>
      Promise.all(checkIds.map((id) => api.send<CheckRunAccepted>('POST', `/checks/${id}/run`, {}))),
    { refreshes: ['checks'], done: (_, checkIds) => done(checkIds.length) },
  );

type Done<Input, Answer = void> = Pick<ActionOptions<Input, Answer>, 'done' | 'onDone'>;

export const useCreateCheck = (options: Done<CheckCreate, CheckDetail> = {}) =>
  useApiAction((api, check: CheckCreate) => api.send<CheckDetail>('POST', '/checks', check), {
    refreshes: ['checks'],
    tellFailure: false,
    ...options,
  });

export const useChangeCheck = (options: Done<{ id: string; change: CheckUpdate }> = {}) =>
  useApiAction(
    (api, input: { id: string; change: CheckUpdate }) => api.send('PATCH', `/checks/${input.id}`, input.change),
    {
      refreshes: ['checks'],
      tellFailure: false,
      ...options,
    },
  );

export const useDeleteCheck = (options: Done<string> = {}) =>
  useApiAction((api, checkId: string) => api.send('DELETE', `/checks/${checkId}`), {
    refreshes: ['checks', 'problems'],
    ...options,
  });
