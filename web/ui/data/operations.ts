// How Plexus itself is, and its audit trail.

import { useInfiniteQuery } from '@tanstack/react-query';
import type { AuditCheck, AuditEntry } from '#web/contract/events.ts';
import type { SelfHealth } from '#web/contract/health.ts';
import type { ApiError } from './api-client.ts';
import { useApi } from './api-context.tsx';
import type { ListOf } from './list.ts';
import { useApiQuery } from './use-api-query.ts';

export const useSelfHealth = () => useApiQuery<SelfHealth>('health', '/health/self', {}, { refetchEveryMs: 5000 });

export const useAuditCheck = () => useApiQuery<AuditCheck>('audit', '/audit/check');

const PAGE = 100;

export function useAuditTrail() {
  const api = useApi();
  return useInfiniteQuery<ListOf<AuditEntry>, ApiError, AuditEntry[], readonly unknown[], string | null>({
    queryKey: ['audit', 'trail'],
    initialPageParam: null,
    queryFn: ({ pageParam, signal }) =>
      api.get<ListOf<AuditEntry>>('/audit', { cursor: pageParam, limit: PAGE }, signal),
    getNextPageParam: (page) => page.nextCursor,
    select: (data) => data.pages.flatMap((page) => page.items),
  });
}
