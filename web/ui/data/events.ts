// The timeline, and its events as marks under charts.

import { useInfiniteQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { TimelineEvent } from '#web/contract/events.ts';
import type { LaneEvent } from '../parts/charts/lane-marks.ts';
import { eventWords } from '../parts/event-words.ts';
import type { ApiError, QueryValue } from './api-client.ts';
import { useApi } from './api-context.tsx';
import type { ListOf } from './list.ts';
import { useApiQuery } from './use-api-query.ts';

const PAGE = 100;

/** Newest first, page by page. */
export function useTimeline(filters: Record<string, QueryValue>) {
  const api = useApi();
  return useInfiniteQuery<ListOf<TimelineEvent>, ApiError, TimelineEvent[], readonly unknown[], string | null>({
    queryKey: ['events', 'timeline', filters],
    initialPageParam: null,
    queryFn: ({ pageParam, signal }) =>
      api.get<ListOf<TimelineEvent>>('/events', { ...filters, cursor: pageParam, limit: PAGE }, signal),
    getNextPageParam: (page) => page.nextCursor,
    select: (data) => data.pages.flatMap((page) => page.items),
  });
}

// What explains a jump in a chart; single samples and heartbeats do not.
const LANE_KINDS = [
  'alert.opened',
  'alert.resolved',
  'reflex.allowed',
  'reflex.verified',
  'reflex.failed',
  'run.started',
  'release.switched',
  'drift.*',
  'host.quiet',
  'host.back',
  'config.changed',
].join(',');

/** Events inside the span, for the lane under a chart; the span comes from the charts' own answer. */
export function useLaneEvents(
  subject: { hostId?: string; checkId?: string },
  span: { fromMs: number; toMs: number } | undefined,
): readonly LaneEvent[] {
  const { t } = useTranslation();
  // Rounded, so that the moving end of a live range is not a new question each time.
  const fromMs = span && Math.floor(span.fromMs / 60_000) * 60_000;
  const toMs = span && Math.ceil(span.toMs / 60_000) * 60_000;
  const answer = useApiQuery<ListOf<TimelineEvent>>(
    'events',
    '/events',
    {
      ...subject,
      kinds: LANE_KINDS,
      limit: 200,
      from: fromMs && new Date(fromMs).toISOString(),
      to: toMs && new Date(toMs).toISOString(),
    },
    { enabled: span !== undefined, keepPrevious: true },
  );
  return useMemo(
    () =>
      (answer.data?.items ?? []).map((event) => {
        const words = eventWords(event, t);
        return { atMs: Date.parse(event.at), tone: words.tone, title: words.title, to: words.to ?? '/timeline' };
      }),
    [answer.data, t],
  );
}
