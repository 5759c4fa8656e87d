// Numbers, durations and instants as a page says them.

const UNITS: [string, number][] = [
  ['d', 86_400],
  ['h', 3600],
  ['min', 60],
  ['s', 1],
];

/** The two largest units, such as "4 min 10 s"; "0 s" for less than a second. */
export function formatDuration(durationMs: number): string {
  let restSec = Math.max(0, Math.floor(durationMs / 1000));
  const parts: string[] = [];
  for (const [unit, sec] of UNITS) {
    const count = Math.floor(restSec / sec);
    if (count > 0) parts.push(`${count} ${unit}`);
    restSec -= count * sec;
  }
  return parts.slice(0, 2).join(' ') || '0 s';
}

/** Four significant digits, with the unit after a space. */
export function formatValue(value: number, unit = ''): string {
  const digits = Math.abs(value) >= 10_000 ? Math.round(value) : Number(value.toPrecision(4));
  return unit === '' ? String(digits) : `${digits} ${unit}`;
}

/** "2026-01-05 09:00:00 UTC" */
export const formatInstant = (atMs: number): string =>
  new Date(atMs)
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, ' UTC');

/** At most `limit` characters, an ellipsis for what was cut. Half a surrogate pair goes too: jsonb refuses one. */
export const shorten = (text: string, limit: number): string =>
  text.length <= limit
    ? text
    : `${text
        .slice(0, Math.max(0, limit - 1))
        .replace(/\p{Cs}$/u, '')
        .trimEnd()}…`;

/** One line: whatever came from outside must not break a header or a layout. */
export const oneLine = (text: string): string => text.replace(/[\s\p{Cc}]+/gu, ' ').trim();
