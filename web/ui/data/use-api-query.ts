// The two ways in which a screen uses the API: read something and keep it fresh, or
// do something and refresh what it touches.

import {
  keepPreviousData,
  useMutation,
  useQuery,
  useQueryClient,
  type UseQueryOptions,
  type UseQueryResult,
} from '@tanstack/react-query';
import { notifications } from '@mantine/notifications';
import type { ApiClient, ApiError, QueryValue } from './api-client.ts';
import { useApi } from './api-context.tsx';

/** First part of every query key; live events invalidate by it. */
export type Resource =
  | 'agents'
  | 'alerts'
  | 'artifacts'
  | 'audit'
  | 'auth'
  | 'availability'
  | 'check-kinds'
  | 'checks'
  | 'clusters'
  | 'contacts'
  | 'deliveries'
  | 'desired-states'
  | 'downtimes'
  | 'drift'
  | 'events'
  | 'groups'
  | 'health'
  | 'hosts'
  | 'join-tokens'
  | 'live-metrics'
  | 'objects'
  | 'outbox'
  | 'output'
  | 'problems'
  | 'reflexes'
  | 'releases'
  | 'rules'
  | 'runbooks'
  | 'runs'
  | 'series'
  | 'tokens'
  | 'users'
  | 'views';

export interface QueryOptions {
  enabled?: boolean;
  refetchEveryMs?: number;
  /** Keeps the old answer on screen while the next one loads. */
  keepPrevious?: boolean;
}

export function useApiQuery<Answer>(
  resource: Resource,
  path: string,
  query: Record<string, QueryValue> = {},
  options: QueryOptions = {},
): UseQueryResult<Answer, ApiError> {
  const api = useApi();
  return useQuery({
    queryKey: [resource, path, query],
    queryFn: ({ signal }: { signal: AbortSignal }): Promise<Answer> => api.get<Answer>(path, query, signal),
    enabled: options.enabled ?? true,
    refetchInterval: options.refetchEveryMs ?? false,
    placeholderData: options.keepPrevious ? keepPreviousData : undefined,
  } as UseQueryOptions<Answer, ApiError>);
}

export interface ActionOptions<Input, Answer> {
  /** Resources that show something else after the action. */
  refreshes: readonly Resource[];
  /** What to say when it worked; nothing is said when absent. */
  done?: (answer: Answer, input: Input) => string;
  onDone?: (answer: Answer, input: Input) => void;
  /** Says why it failed in a corner note; forms that show the error themselves pass false. */
  tellFailure?: boolean;
}

export function useApiAction<Input, Answer = void>(
  act: (api: ApiClient, input: Input) => Promise<Answer>,
  options: ActionOptions<Input, Answer>,
) {
  const api = useApi();
  const cache = useQueryClient();
  return useMutation<Answer, ApiError, Input>({
    mutationFn: (input) => act(api, input),
    onSuccess: (answer, input) => {
      if (options.done) notifications.show({ message: options.done(answer, input), autoClose: 4000 });
      options.onDone?.(answer, input);
    },
    onError: (error) => {
      if (options.tellFailure === false) return;
      notifications.show({ color: 'red', message: error.message, autoClose: 9000 });
    },
    onSettled: async () => {
      await Promise.all(options.refreshes.map((resource) => cache.invalidateQueries({ queryKey: [resource] })));
    },
  });
}
