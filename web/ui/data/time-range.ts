// The time range of a page as it stands in the URL, and the step at which charts ask for it. Pure.

export type TimeRange = { kind: 'last'; sec: number } | { kind: 'fixed'; fromMs: number; toMs: number };

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export const QUICK_RANGES = [
  { key: '15m', sec: 15 * MINUTE },
  { key: '1h', sec: HOUR },
  { key: '3h', sec: 3 * HOUR },
  { key: '6h', sec: 6 * HOUR },
  { key: '24h', sec: DAY },
  { key: '2d', sec: 2 * DAY },
  { key: '7d', sec: 7 * DAY },
  { key: '30d', sec: 30 * DAY },
  { key: '90d', sec: 90 * DAY },
  { key: '1y', sec: 365 * DAY },
] as const;

export const DEFAULT_RANGE: TimeRange = { kind: 'last', sec: HOUR };
const SHORTEST_MS = 10_000;

/** Reads `?range=3h` or `?from=…&to=…` (epoch ms); anything else is the usual range of the page. */
export function parseRange(params: URLSearchParams, usual: TimeRange = DEFAULT_RANGE): TimeRange {
  const fromMs = Number(params.get('from') ?? Number.NaN);
  const toMs = Number(params.get('to') ?? Number.NaN);
  if (Number.isFinite(fromMs) && toMs - fromMs >= SHORTEST_MS) return { kind: 'fixed', fromMs, toMs };
  const quick = QUICK_RANGES.find((range) => range.key === params.get('range'));
  return quick ? { kind: 'last', sec: quick.sec } : usual;
}

/** The parameters with the range written in; the other parameters stay. */
export function withRange(params: URLSearchParams, range: TimeRange): URLSearchParams {
  const next = new URLSearchParams(params);
  next.delete('from');
  next.delete('to');
  next.delete('range');
  if (range.kind === 'fixed') {
    next.set('from', String(Math.round(range.fromMs)));
    next.set('to', String(Math.round(range.toMs)));
  } else {
    const quick = QUICK_RANGES.find((entry) => entry.sec === range.sec);
    if (quick) next.set('range', quick.key);
  }
  return next;
}

/** The instants that a range covers now. */
export const spanOf = (range: TimeRange, nowMs: number): { fromMs: number; toMs: number } =>
  range.kind === 'fixed' ? range : { fromMs: nowMs - range.sec * 1000, toMs: nowMs };

// Steps that divide the hours and days people think in.
const STEPS_SEC = [5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, HOUR, 2 * HOUR, 6 * HOUR, 12 * HOUR, DAY];

/** The finest step that gives at most `points` points over the span. */
export function stepFor(spanMs: number, points = 260): number {
  const ideal = spanMs / 1000 / points;
  return STEPS_SEC.find((step) => step >= ideal) ?? Math.ceil(ideal);
}

/** The span widened to whole steps, so that charts asked for at nearly the same time share their instants. */
export function alignedSpan(span: { fromMs: number; toMs: number }, stepSec: number): { fromMs: number; toMs: number } {
  const stepMs = stepSec * 1000;
  return { fromMs: Math.floor(span.fromMs / stepMs) * stepMs, toMs: Math.ceil(span.toMs / stepMs) * stepMs };
}

const UNIT_MS = { m: MINUTE * 1000, h: HOUR * 1000, d: DAY * 1000, w: 7 * DAY * 1000 } as const;
const LONGEST_OFFSET_MS = 2 * 365 * DAY * 1000;

/** Reads "1d", "7d", "90m", "2w" as milliseconds; anything else, and more than two years, is 0. */
export function parseOffset(text: string | null): number {
  const [, count, unit] = /^(\d{1,5})([mhdw])$/.exec(text ?? '') ?? [];
  if (unit !== 'm' && unit !== 'h' && unit !== 'd' && unit !== 'w') return 0;
  const ms = Number(count) * UNIT_MS[unit];
  return ms <= LONGEST_OFFSET_MS ? ms : 0;
}

/** The range moved by a share of its length and scaled about its middle; it never ends after now. */
export function movedRange(
  range: TimeRange,
  nowMs: number,
  shift: number,
  scale: number,
): { fromMs: number; toMs: number } {
  const { fromMs, toMs } = spanOf(range, nowMs);
  const lengthMs = Math.max(SHORTEST_MS, (toMs - fromMs) * scale);
  const middleMs = (fromMs + toMs) / 2 + (toMs - fromMs) * shift;
  const endMs = Math.min(nowMs, middleMs + lengthMs / 2);
  return { fromMs: endMs - lengthMs, toMs: endMs };
}
