// The time that the calendar shows, in days of the browser's zone, and where a downtime lies
// in it. Pure.

export type CalendarView = 'week' | 'month';

export interface CalendarSpan {
  /** Midnight of each day, and of the day after the last. */
  days: Date[];
  fromMs: number;
  toMs: number;
}

/** Of `at` the month; or seven days from the day before it on, because what comes matters more than what was. */
export function calendarSpan(view: CalendarView, atMs: number): CalendarSpan {
  const at = new Date(atMs);
  const first =
    view === 'month'
      ? new Date(at.getFullYear(), at.getMonth(), 1)
      : new Date(at.getFullYear(), at.getMonth(), at.getDate() - 1);
  const count = view === 'month' ? new Date(at.getFullYear(), at.getMonth() + 1, 0).getDate() : 7;
  // By date, not by 24 hours: a day of a clock change is longer or shorter.
  const days = Array.from(
    { length: count + 1 },
    (_, day) => new Date(first.getFullYear(), first.getMonth(), first.getDate() + day),
  );
  return { days, fromMs: first.getTime(), toMs: days.at(-1)?.getTime() ?? first.getTime() };
}

/** Where the seven days, or the month, after or before these are asked for. */
export function stepped(view: CalendarView, { fromMs }: CalendarSpan, by: 1 | -1): number {
  const at = new Date(fromMs);
  if (view === 'month') return new Date(at.getFullYear(), at.getMonth() + by, 1).getTime();
  return new Date(at.getFullYear(), at.getMonth(), at.getDate() + 1 + 7 * by).getTime();
}

export interface Placed<Bar> {
  bar: Bar;
  /** 0..1 of the width of the calendar; a short one is still seen. */
  left: number;
  width: number;
  /** Bars that overlap stand beneath each other. */
  row: number;
}

const NARROWEST = 0.012;

/** Bars in order of their start; those outside are left out. */
export function placeBars<Bar extends { startsAt: string; endsAt: string }>(
  bars: readonly Bar[],
  { fromMs, toMs }: CalendarSpan,
): Placed<Bar>[] {
  const wholeMs = toMs - fromMs;
  const rowEnds: number[] = [];
  const placed: Placed<Bar>[] = [];
  for (const bar of bars.toSorted((a, b) => a.startsAt.localeCompare(b.startsAt))) {
    const startMs = Math.max(Date.parse(bar.startsAt), fromMs);
    const endMs = Math.min(Date.parse(bar.endsAt), toMs);
    if (endMs <= fromMs || startMs >= toMs) continue;
    const width = Math.max((endMs - startMs) / wholeMs, NARROWEST);
    const left = Math.min((startMs - fromMs) / wholeMs, 1 - width);
    const free = rowEnds.findIndex((end) => end <= left);
    const row = free < 0 ? rowEnds.length : free;
    rowEnds[row] = left + width;
    placed.push({ bar, left, width, row });
  }
  return placed;
}

/** "2026-07-04", a day in the address of the page. */
export function dayText(atMs: number): string {
  const at = new Date(atMs);
  const two = (part: number): string => String(part).padStart(2, '0');
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

/** Midnight of such a day; undefined for anything else. */
export function dayFromText(text: string | null): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text ?? '')) return undefined;
  const atMs = new Date(`${text ?? ''}T00:00`).getTime();
  return Number.isNaN(atMs) ? undefined : atMs;
}
