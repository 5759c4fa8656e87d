// A query as the screens hand it around: what the metrics API is asked, what it is
// called, where it opens, and how it is split. Pure.

import type { NamePattern } from '#web/contract/metrics.ts';
import type { ChartKind, GraphQuery, ViewItem } from '#web/contract/views.ts';
import type { SeriesQuery } from '../../data/metrics.ts';
import { printQuery, type Label } from './query-text.ts';

export const CHART_KINDS = ['line', 'area', 'stack', 'percent'] as const satisfies readonly ChartKind[];

export const chartKindOf = (text: string | null): ChartKind => CHART_KINDS.find((kind) => kind === text) ?? 'line';

/** As POST /metrics/query takes it. */
export function toSeriesQuery({ metrics, cluster, host, combine, top, rate }: GraphQuery): SeriesQuery {
  return {
    select: metrics.map((metric) => ({
      metric,
      ...(cluster !== undefined && { cluster }),
      ...(host !== undefined && { host }),
    })),
    ...(combine && { combine }),
    ...(top && { top }),
    ...(rate && { rate }),
  };
}

export const titleOf = (item: Pick<ViewItem, 'title' | 'query'>): string => item.title || printQuery(item.query);

/** The address of the explore page with this chart. */
export function exploreAddress(item: Pick<ViewItem, 'chart' | 'query'>): string {
  const params = new URLSearchParams({ q: printQuery(item.query) });
  if (item.chart !== 'line') params.set('chart', item.chart);
  return `/graphs?${params}`;
}

/** Hosts put together make one line; split, each host has its own. Null when there is nothing to split. */
export function splitByHost(query: GraphQuery): GraphQuery | null {
  const { combine, ...rest } = query;
  if (!combine || combine.by?.includes('host')) return null;
  const by: Label[] = [...(combine.by ?? []), 'host'];
  return { ...rest, combine: { ...combine, by } };
}

export const patternText = (pattern: NamePattern | undefined): string =>
  pattern === undefined ? '' : typeof pattern === 'string' ? pattern : pattern.regex;

/** Text of a filter box as a pattern; empty = anything. */
export const patternOf = (text: string, isRegex: boolean): NamePattern | undefined =>
  text === '' ? undefined : isRegex ? { regex: text } : text;
