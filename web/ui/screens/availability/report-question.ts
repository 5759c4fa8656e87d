// What a report is asked, as it stands in the URL of the page. Pure.

import type { QueryValue } from '../../data/api-client.ts';

export const RANGES = ['24h', '7d', '30d', 'month', 'lastMonth', '90d', '1y'] as const;
export type RangeName = (typeof RANGES)[number];

const DAY_MS = 86_400_000;
const DAYS: Partial<Record<RangeName, number>> = { '24h': 1, '7d': 7, '30d': 30, '90d': 90, '1y': 365 };

export const rangeNameOf = (params: URLSearchParams): RangeName | 'fixed' =>
  fixedOf(params) ? 'fixed' : (RANGES.find((range) => range === params.get('range')) ?? '30d');

interface Span {
  fromMs: number;
  toMs: number;
}

/** `?from=&to=` as days of the browser's zone, the last one included. */
function fixedOf(params: URLSearchParams): Span | undefined {
  const midnight = (name: string, plusDays: number): number => {
    const at = new Date(`${params.get(name) ?? ''}T00:00`);
    return new Date(at.getFullYear(), at.getMonth(), at.getDate() + plusDays).getTime();
  };
  const [fromMs, toMs] = [midnight('from', 0), midnight('to', 1)];
  return fromMs < toMs ? { fromMs, toMs } : undefined;
}

export function spanOf(params: URLSearchParams, nowMs: number): Span {
  const fixed = fixedOf(params);
  if (fixed) return fixed;
  const name = rangeNameOf(params) as RangeName;
  const now = new Date(nowMs);
  const month = (by: number): number => new Date(now.getFullYear(), now.getMonth() + by, 1).getTime();
  // To the minute: the same question within a minute has the same answer.
  const untilMs = Math.floor(nowMs / 60_000) * 60_000;
  if (name === 'month') return { fromMs: month(0), toMs: untilMs };
  if (name === 'lastMonth') return { fromMs: month(-1), toMs: month(0) };
  return { fromMs: untilMs - (DAYS[name] ?? 30) * DAY_MS, toMs: untilMs };
}

/** Of the list; `more` for one object, with its days. */
export function questionOf(
  params: URLSearchParams,
  nowMs: number,
  more: Record<string, QueryValue> = {},
): Record<string, QueryValue> {
  const { fromMs, toMs } = spanOf(params, nowMs);
  const target = Number(params.get('target') ?? Number.NaN);
  return {
    q: params.get('q') || undefined,
    group: params.get('group') || undefined,
    period: params.get('period') || undefined,
    hostId: params.get('host') || undefined,
    from: new Date(fromMs).toISOString(),
    to: new Date(toMs).toISOString(),
    zone: new Intl.DateTimeFormat().resolvedOptions().timeZone,
    downtime: params.get('downtime') === 'included' ? 'included' : 'excluded',
    countSoft: params.get('soft') === '1' || undefined,
    target: Number.isFinite(target) && target >= 0 && target <= 100 ? target : 99.9,
    ...more,
  };
}

/** Days of a month, weeks of a year. */
export const bucketFor = ({ fromMs, toMs }: Span): 'day' | 'week' => (toMs - fromMs > 100 * DAY_MS ? 'week' : 'day');

/** Address of the same report as a table. */
export function csvPath(question: Record<string, QueryValue>, bucket: string): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...question, bucket, format: 'csv' }))
    if (value !== undefined && value !== null) params.set(name, String(value));
  return `/api/v1/availability?${params.toString()}`;
}

/** Three digits: a target of 99.95 is told apart from what misses it. */
export const percentText = (percent: number | null): string =>
  percent === null ? '–' : percent === 100 ? '100' : percent.toFixed(3);
