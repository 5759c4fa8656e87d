// Downtimes: what is planned, planning, cancelling, and those that repeat.

import type {
  DowntimeBatches,
  DowntimeCancelled,
  DowntimeCancelPreview,
  DowntimeChoice,
  DowntimeList,
  DowntimeOccurrences,
  DowntimeOrder,
  DowntimePlanned,
  DowntimePreview,
  DowntimePreviewOrder,
  DowntimeSchedule,
  RecurringDowntime,
  RecurringDowntimes,
  RecurringOrder,
  RecurringUpdate,
} from '#web/contract/downtimes.ts';
import { useQuery } from '@tanstack/react-query';
import type { ApiError, QueryValue } from './api-client.ts';
import { useApi } from './api-context.tsx';
import { useApiAction, useApiQuery, type ActionOptions, type QueryOptions } from './use-api-query.ts';

type Done<Input, Answer = void> = Pick<ActionOptions<Input, Answer>, 'done' | 'onDone'>;

const REFRESH_MS = 30_000;
const CHANGED = ['downtimes', 'checks', 'problems'] as const;

export const useDowntimeBatches = (span: { from: string; to: string }) =>
  useApiQuery<DowntimeBatches>('downtimes', '/downtimes/batches', span, {
    keepPrevious: true,
    refetchEveryMs: REFRESH_MS,
  });

export const useDowntimeBatch = (batch: string) =>
  useApiQuery<DowntimeBatches>('downtimes', '/downtimes/batches', { batch });

export const useDowntimes = (query: Record<string, QueryValue>, options: QueryOptions = {}) =>
  useApiQuery<DowntimeList>('downtimes', '/downtimes', query, options);

/** Something is asked with a body, but nothing is changed by it: null asks nothing. */
function useAsked<Question, Answer>(path: string, question: Question | null) {
  const api = useApi();
  return useQuery<Answer, ApiError>({
    queryKey: ['downtimes', path, question],
    queryFn: () => api.send<Answer>('POST', path, question),
    enabled: question !== null,
    retry: false,
    placeholderData: (before) => (question === null ? undefined : before),
  });
}

export const useDowntimePreview = (order: DowntimePreviewOrder | null) =>
  useAsked<DowntimePreviewOrder, DowntimePreview>('/downtimes/preview', order);

export const useCancelPreview = (which: DowntimeChoice) =>
  useAsked<DowntimeChoice, DowntimeCancelPreview>('/downtimes/cancel/preview', which);

export const useOccurrences = (schedule: DowntimeSchedule | null) =>
  useAsked<DowntimeSchedule, DowntimeOccurrences>('/recurring-downtimes/occurrences', schedule);

export const usePlanDowntime = (options: Done<DowntimeOrder, DowntimePlanned>) =>
  useApiAction((api, order: DowntimeOrder) => api.send<DowntimePlanned>('POST', '/downtimes', order), {
    refreshes: CHANGED,
    tellFailure: false,
    ...options,
  });

export const useCancelDowntimes = (options: Done<DowntimeChoice, DowntimeCancelled>) =>
  useApiAction((api, which: DowntimeChoice) => api.send<DowntimeCancelled>('POST', '/downtimes/cancel', which), {
    refreshes: CHANGED,
    ...options,
  });

export const useRecurringDowntimes = (enabled = true) =>
  useApiQuery<RecurringDowntimes>('downtimes', '/recurring-downtimes', {}, { enabled });

export const useCreateRecurring = (options: Done<RecurringOrder, RecurringDowntime>) =>
  useApiAction((api, order: RecurringOrder) => api.send<RecurringDowntime>('POST', '/recurring-downtimes', order), {
    refreshes: CHANGED,
    tellFailure: false,
    ...options,
  });

export const useChangeRecurring = (options: Done<{ id: string; change: RecurringUpdate }, RecurringDowntime>) =>
  useApiAction(
    (api, input: { id: string; change: RecurringUpdate }) =>
      api.send<RecurringDowntime>('PUT', `/recurring-downtimes/${input.id}`, input.change),
    { refreshes: CHANGED, tellFailure: false, ...options },
  );

export const useDeleteRecurring = (options: Done<string>) =>
  useApiAction((api, id: string) => api.send('DELETE', `/recurring-downtimes/${id}`), {
    refreshes: CHANGED,
    ...options,
  });
