// The times of a day in a time period: `09:00-12:30,13:30-17:30`. A range holds its
// start and not its end; 24:00 is the end of the day, 00:00-00:00 is no time at all.

const MINUTE_MS = 60_000;

export interface DayTimes {
  /** Milliseconds since midnight by the clock on the wall. */
  fromMs: number;
  /** Excluded; up to 24 h. Not above `fromMs` in a range that goes on into the next day. */
  toMs: number;
}

type ParsedTimes = { ok: true; times: DayTimes[] } | { ok: false; message: string };

const RANGE = /^(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})$/;
/** More ranges in a day than anybody writes by hand. */
const MAX_RANGES = 256;

/**
 * Sorted by start, as Nagios keeps them; overlapping ranges are left as given.
 * `overnight`: a range may end on the next day (22:00-04:00), as schedules of downtime do and time periods do not.
 */
export function parseDayTimes(text: string, options: { overnight?: boolean } = {}): ParsedTimes {
  const parts = text.split(',').map((part) => part.trim());
  if (parts.length > MAX_RANGES) return refuse(`has ${parts.length} time ranges; at most ${MAX_RANGES} are accepted`);
  const times: DayTimes[] = [];
  for (const part of parts) {
    const match = RANGE.exec(part);
    if (!match)
      return refuse(
        `${JSON.stringify(part)} is no time range; accepted: HH:MM-HH:MM, such as 09:00-12:30 or 00:00-24:00`,
      );
    const [fromMs, toMs] = [minutesOf(match[1], match[2]), minutesOf(match[3], match[4])];
    if (fromMs === undefined || toMs === undefined)
      return refuse(`${JSON.stringify(part)} names no time of a day; accepted: 00:00 to 24:00`);
    const isOvernight = toMs < fromMs || (options.overnight === true && toMs === fromMs && toMs !== 0);
    if (isOvernight && options.overnight !== true)
      return refuse(
        `${JSON.stringify(part)} ends before it begins; a range stays within its day: end it at 24:00 and begin the next day at 00:00`,
      );
    times.push({ fromMs, toMs });
  }
  return { ok: true, times: times.toSorted((a, b) => a.fromMs - b.fromMs || a.toMs - b.toMs) };
}

const refuse = (message: string): ParsedTimes => ({ ok: false, message });

function minutesOf(hourText = '', minuteText = ''): number | undefined {
  const minutes = Number(hourText) * 60 + Number(minuteText);
  return Number(minuteText) < 60 && minutes <= 24 * 60 ? minutes * MINUTE_MS : undefined;
}
