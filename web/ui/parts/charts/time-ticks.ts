// Where the time axis is labelled: at round times of the browser's zone. Pure but for that zone.

interface TimeTick {
  atMs: number;
  label: string;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const STEPS_MS = [
  10 * SECOND,
  30 * SECOND,
  MINUTE,
  2 * MINUTE,
  5 * MINUTE,
  10 * MINUTE,
  15 * MINUTE,
  30 * MINUTE,
  HOUR,
  2 * HOUR,
  3 * HOUR,
  6 * HOUR,
  12 * HOUR,
  DAY,
  2 * DAY,
  7 * DAY,
  14 * DAY,
  31 * DAY,
  62 * DAY,
];

// A label nearer to an edge would be cut.
const EDGE = 0.045;

const two = (n: number): string => String(n).padStart(2, '0');
const dayLabel = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });

/** At most `count` ticks between two instants. */
export function timeTicks(fromMs: number, toMs: number, count = 6): TimeTick[] {
  const stepMs = STEPS_MS.find((step) => (toMs - fromMs) / step <= count) ?? 62 * DAY;
  // Round in the local zone: 00:00 is midnight here, not in Greenwich.
  const offsetMs = new Date(fromMs).getTimezoneOffset() * MINUTE;
  const ticks: TimeTick[] = [];
  for (let atMs = Math.ceil((fromMs - offsetMs) / stepMs) * stepMs + offsetMs; atMs <= toMs; atMs += stepMs) {
    const share = (atMs - fromMs) / (toMs - fromMs);
    if (share > EDGE && share < 1 - EDGE) ticks.push({ atMs, label: labelOf(atMs, stepMs) });
  }
  return ticks;
}

function labelOf(atMs: number, stepMs: number): string {
  const date = new Date(atMs);
  const midnight = date.getHours() === 0 && date.getMinutes() === 0;
  if (stepMs >= DAY || (midnight && stepMs >= MINUTE)) return dayLabel.format(date);
  const time = `${two(date.getHours())}:${two(date.getMinutes())}`;
  return stepMs < MINUTE ? `${time}:${two(date.getSeconds())}` : time;
}
