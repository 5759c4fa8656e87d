// What the clock on the wall shows in an IANA time zone. Intl is asked only for the
// offset at the two ends of a UTC day; a change between them is found by halving.

import { DAY_MS } from './civil-date.ts';

/** A stretch of time in which the zone's distance from UTC does not change. `toMs` is excluded. */
interface OffsetSpan {
  fromMs: number;
  toMs: number;
  /** Clock time minus UTC. */
  offsetMs: number;
}

export interface TimeZone {
  name: string;
  /** The spans of one UTC day (days counted from 1970-01-01), in order, without gaps: one, or two on a day of change. */
  spansOfUtcDay(utcDay: number): readonly OffsetSpan[];
  offsetMs(atMs: number): number;
}

/** About 27 years of days; then the oldest is forgotten. */
const MAX_CACHED_DAYS = 10_000;

export const UTC: TimeZone = {
  name: 'UTC',
  spansOfUtcDay: (utcDay) => [{ fromMs: utcDay * DAY_MS, toMs: (utcDay + 1) * DAY_MS, offsetMs: 0 }],
  offsetMs: () => 0,
};

/** Undefined for a name that is not in the time zone database of this process. */
export function createTimeZone(name: string): TimeZone | undefined {
  if (name === 'UTC') return UTC;
  const readOffsetMs = offsetReader(name);
  if (!readOffsetMs) return undefined;
  const days = new Map<number, readonly OffsetSpan[]>();

  function spansOfUtcDay(utcDay: number): readonly OffsetSpan[] {
    const known = days.get(utcDay);
    if (known) return known;
    const spans = readSpans(utcDay * DAY_MS, (utcDay + 1) * DAY_MS);
    if (days.size >= MAX_CACHED_DAYS) days.delete(days.keys().next().value ?? utcDay);
    days.set(utcDay, spans);
    return spans;
  }

  function readSpans(fromMs: number, toMs: number): OffsetSpan[] {
    const before = readOffsetMs?.(fromMs) ?? 0;
    const after = readOffsetMs?.(toMs - 1) ?? 0;
    if (before === after) return [{ fromMs, toMs, offsetMs: before }];
    let low = fromMs;
    let high = toMs - 1;
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (readOffsetMs?.(middle) === before) low = middle;
      else high = middle;
    }
    return [
      { fromMs, toMs: high, offsetMs: before },
      { fromMs: high, toMs, offsetMs: after },
    ];
  }

  return {
    name,
    spansOfUtcDay,
    offsetMs(atMs) {
      const spans = spansOfUtcDay(Math.floor(atMs / DAY_MS));
      return (spans.find(({ toMs }) => atMs < toMs) ?? spans.at(-1))?.offsetMs ?? 0;
    },
  };
}

function offsetReader(name: string): ((atMs: number) => number) | undefined {
  try {
    const format = new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'longOffset', year: 'numeric' });
    return (atMs) => parseOffset(format.format(atMs));
  } catch {
    return undefined;
  }
}

/** `2026 GMT+05:45` → milliseconds; before standard time there are offsets with seconds. */
function parseOffset(text: string): number {
  const match = /GMT([+-])(\d{1,2}):(\d{2})(?::(\d{2}))?/.exec(text);
  if (!match) return 0;
  const [, sign, hours, minutes, seconds = '0'] = match;
  const ms = (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000;
  return sign === '-' ? -ms : ms;
}

/** Day number of the date that the clock shows. */
export const localDayOf = (zone: TimeZone, atMs: number): number => Math.floor((atMs + zone.offsetMs(atMs)) / DAY_MS);

/** When the clock shows `sinceMidnightMs` (0..24 h) on the given local day. */
interface WallInstant {
  /** The instant; where the clock jumps over that time, the instant of the jump; where it shows it twice, the first. */
  firstMs: number;
  /** The same, but the second one where the clock shows it twice. */
  lastMs: number;
  isSkipped: boolean;
}

export function wallInstant(zone: TimeZone, localDay: number, sinceMidnightMs: number): WallInstant {
  const wallMs = localDay * DAY_MS + sinceMidnightMs;
  const utcDay = Math.floor(wallMs / DAY_MS);
  const hits: number[] = [];
  let jumpMs: number | undefined;
  let previous: OffsetSpan | undefined;
  // No zone is a whole day away from UTC, so the neighbours are enough.
  for (let day = utcDay - 1; day <= utcDay + 1; day++) {
    for (const span of zone.spansOfUtcDay(day)) {
      const atMs = wallMs - span.offsetMs;
      if (atMs >= span.fromMs && atMs < span.toMs) hits.push(atMs);
      if (previous && wallMs >= previous.toMs + previous.offsetMs && wallMs < span.fromMs + span.offsetMs)
        jumpMs = span.fromMs;
      previous = span;
    }
  }
  const first = hits[0];
  if (first !== undefined) return { firstMs: first, lastMs: hits.at(-1) ?? first, isSkipped: false };
  const atMs = jumpMs ?? wallMs - zone.offsetMs(wallMs);
  return { firstMs: atMs, lastMs: atMs, isSkipped: true };
}

/** First instant of a local day, also where midnight is skipped or doubled. */
export const startOfLocalDayMs = (zone: TimeZone, localDay: number): number => wallInstant(zone, localDay, 0).firstMs;
