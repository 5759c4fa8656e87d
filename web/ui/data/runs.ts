// Runs and their output.

import { useQuery } from '@tanstack/react-query';
import type { Run, RunCreate, RunDetail, TaskOutput } from '#web/contract/remediation.ts';
import type { ApiError, QueryValue } from './api-client.ts';
import { useApi } from './api-context.tsx';
import type { ListOf } from './list.ts';
import { useApiAction, useApiQuery, type ActionOptions } from './use-api-query.ts';

export const useRuns = (query: Record<string, QueryValue> = {}) =>
  useApiQuery<ListOf<Run>>('runs', '/runs', { limit: 200, ...query }, { keepPrevious: true });

const isOpen = (run: Pick<Run, 'status'> | undefined): boolean => run?.status === 'queued' || run?.status === 'running';

export function useRun(runId: string) {
  const api = useApi();
  return useQuery<RunDetail, ApiError>({
    queryKey: ['runs', `/runs/${runId}`],
    queryFn: ({ signal }) => api.get<RunDetail>(`/runs/${runId}`, {}, signal),
    // The stream says when something changed; this covers a stream that is down.
    refetchInterval: (query) => (isOpen(query.state.data) ? 3000 : false),
  });
}

type Chunk = TaskOutput['chunks'][number];
interface OutputSoFar {
  chunks: Chunk[];
  nextAfter: number;
  finished: boolean;
  omittedBytes: number;
}

// Enough to read; the rest stays on the server.
const KEPT_CHUNKS = 2000;

/** Output of a task, asked for piece by piece: what is on screen is never asked for again. */
export function useTaskOutput(runId: string, taskId: string) {
  const api = useApi();
  return useQuery<OutputSoFar, ApiError>({
    queryKey: ['output', runId, taskId],
    refetchInterval: (query) => (query.state.data?.finished ? false : 1000),
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async ({ client, queryKey, signal }) => {
      const before = client.getQueryData<OutputSoFar>(queryKey);
      if (before?.finished) return before;
      const path = `/runs/${runId}/tasks/${encodeURIComponent(taskId)}/output`;
      const more = await api.get<TaskOutput>(path, { after: before?.nextAfter ?? -1, limit: 1000 }, signal);
      return { ...more, chunks: [...(before?.chunks ?? []), ...more.chunks].slice(-KEPT_CHUNKS) };
    },
  });
}

export const useCreateRun = (options: Pick<ActionOptions<RunCreate, Run>, 'onDone'>) =>
  useApiAction((api, run: RunCreate) => api.send<Run>('POST', '/runs', run), {
    refreshes: ['runs'],
    tellFailure: false,
    ...options,
  });

export const useCancelRun = (done: () => string) =>
  useApiAction((api, runId: string) => api.send('POST', `/runs/${runId}/cancel`, {}), { refreshes: ['runs'], done });

/** Runs the same again on the hosts that failed. */
export const useRetryRun = (onDone: (run: Run) => void) =>
  useApiAction((api, runId: string) => api.send<Run>('POST', `/runs/${runId}/retry`, {}), {
    refreshes: ['runs'],
    onDone,
  });
