// Writes instants and durations as an operator reads them: "4 min", "1 h 02", "03:04:10".

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const two = (n: number): string => String(n).padStart(2, '0');

/** "0 s", "8 s", "4 min", "1 h 02", "3 d 4 h": ages, in whole units. Negative durations (clocks that differ) count as zero. */
export function formatDuration(durationMs: number): string {
  const ms = Math.max(0, durationMs);
  if (ms < MINUTE) return `${Math.floor(ms / SECOND)} s`;
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min`;
  if (ms < DAY) return `${Math.floor(ms / HOUR)} h ${two(Math.floor((ms % HOUR) / MINUTE))}`;
  const hours = Math.floor((ms % DAY) / HOUR);
  return hours === 0 || ms >= 10 * DAY ? `${Math.floor(ms / DAY)} d` : `${Math.floor(ms / DAY)} d ${hours} h`;
}

/** How long a thing took, with the precision of a stop watch: "84 ms", "6.2 s", "3 min 05 s". */
export function formatElapsed(durationMs: number): string {
  const ms = Math.max(0, durationMs);
  if (ms < SECOND) return `${Math.round(ms)} ms`;
  if (ms < MINUTE) return `${(ms / SECOND).toFixed(1)} s`;
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min ${two(Math.floor((ms % MINUTE) / SECOND))} s`;
  return formatDuration(ms);
}

/** "03:04:10" in the browser's zone. */
export function clockTime(at: string | number): string {
  const date = new Date(at);
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

const dayFormat = new Intl.DateTimeFormat(undefined, { weekday: 'short', day: 'numeric', month: 'short' });

/** "03:04:10" today, "Fri 20 Nov 03:04:10" on other days, with the year when it is another one. */
export function dateTime(at: string | number, nowMs: number): string {
  const date = new Date(at);
  const now = new Date(nowMs);
  if (date.toDateString() === now.toDateString()) return clockTime(at);
  const year = date.getFullYear() === now.getFullYear() ? '' : ` ${date.getFullYear()}`;
  return `${dayFormat.format(date)}${year} ${clockTime(at)}`;
}

/** "Friday, 20 November", the heading of a day in a list. */
export const dayName = (at: string | number): string =>
  new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long' }).format(new Date(at));

/** "UTC+8", "UTC−3:30": the zone in which the browser shows instants. */
export function zoneName(offsetMin: number): string {
  const east = -offsetMin;
  const minutes = Math.abs(east) % 60;
  const hours = Math.floor(Math.abs(east) / 60);
  if (east === 0) return 'UTC';
  return `UTC${east > 0 ? '+' : '\u2212'}${hours}${minutes === 0 ? '' : `:${two(minutes)}`}`;
}
