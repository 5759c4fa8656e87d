// Checks: the list, one check with what stands around it, and what can be checked.

import { useInfiniteQuery, useQueryClient, type InfiniteData } from '@tanstack/react-query';
import type {
  BlastRadius,
  CheckCommand,
  CheckComments,
  CheckExplanation,
  CheckHistory,
  CheckOverview,
  CheckRelations,
  DependencyMap,
} from '#web/contract/check-views.ts';
import type { CheckCounts, CheckDetail, CheckKinds, CheckList, CheckResults } from '#web/contract/checks.ts';
import type { ApiError, QueryValue } from './api-client.ts';
import { useApi } from './api-context.tsx';
import { useApiQuery, type QueryOptions } from './use-api-query.ts';

const PAGE_SIZE = 200;
/** Deeper than this, a list that moves under the reader is of no use, and asking for all of it again costs. */
const LIVE_PAGES = 2;
const REFRESH_MS = 10_000;

export const useChecks = (query: Record<string, QueryValue> = {}, options: QueryOptions = {}) =>
  useApiQuery<CheckList>('checks', '/checks', { limit: 1000, ...query }, options);

/**
 * The list, page after page. It is live while at most two pages are shown; deeper it stands still
 * until `refresh` begins it again.
 */
export function useCheckPages(query: Record<string, QueryValue>) {
  const api = useApi();
  const cache = useQueryClient();
  const queryKey = ['checks', 'pages', query];
  const isLive = (cache.getQueryData<InfiniteData<CheckList>>(queryKey)?.pages.length ?? 1) <= LIVE_PAGES;
  const pages = useInfiniteQuery<CheckList, ApiError, InfiniteData<CheckList>, unknown[], string | null>({
    queryKey,
    queryFn: ({ pageParam, signal }) =>
      api.get<CheckList>('/checks', { ...query, limit: PAGE_SIZE, cursor: pageParam }, signal),
    initialPageParam: null,
    getNextPageParam: (last) => last.nextCursor,
    enabled: isLive,
    refetchInterval: isLive ? REFRESH_MS : false,
    placeholderData: (before) => before,
  });
  return {
    pages,
    items: pages.data?.pages.flatMap((page) => page.items),
    isLive,
    refresh: (): void => void cache.resetQueries({ queryKey }),
  };
}

export const useCheckCounts = (query: Record<string, QueryValue>) =>
  useApiQuery<CheckCounts>('checks', '/checks/counts', query, { keepPrevious: true, refetchEveryMs: REFRESH_MS });

export const useCheckKinds = () => useApiQuery<CheckKinds>('check-kinds', '/check-kinds');

export const useCheck = (checkId: string) => useApiQuery<CheckDetail>('checks', `/checks/${checkId}`);

export const useCheckResults = (checkId: string) =>
  useApiQuery<CheckResults>('checks', `/checks/${checkId}/results`, {}, { refetchEveryMs: 15_000 });

export const useCheckCommand = (checkId: string) => useApiQuery<CheckCommand>('checks', `/checks/${checkId}/command`);

export const useCheckRelations = (checkId: string) =>
  useApiQuery<CheckRelations>('checks', `/checks/${checkId}/relations`);

export const useCheckHistory = (checkId: string) => useApiQuery<CheckHistory>('checks', `/checks/${checkId}/history`);

export const useCheckComments = (checkId: string) =>
  useApiQuery<CheckComments>('checks', `/checks/${checkId}/comments`);

export const useCheckExplanation = (checkId: string) =>
  useApiQuery<CheckExplanation>('checks', `/checks/${checkId}/explanation`);

export const useCheckOverview = () =>
  useApiQuery<CheckOverview>('checks', '/checks/overview', {}, { refetchEveryMs: REFRESH_MS });

export const useDependencyMap = (hostId: string | null) =>
  useApiQuery<DependencyMap>('checks', '/checks/map', { hostId }, { keepPrevious: true });

export const useBlastRadius = (of: { hostId?: string; checkId?: string } | null) =>
  useApiQuery<BlastRadius>('checks', '/checks/blast-radius', of ?? {}, { enabled: of !== null, keepPrevious: true });
