// Days and times of a time period as Nagios writes them: weekdays, dates, ranges of dates
// with a step, n-th weekdays. Source: spec §7.4, [src].

const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const;
const MONTHS = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
] as const;

export interface CalendarDate {
  year: number;
  /** 1 to 12. */
  month: number;
  day: number;
}

/**
 * Weekdays are 0 (Sunday) to 6, months 1 to 12. Days and n-th weekdays below 0 count from the end of the month.
 * `step`: every n-th day of the range; 1 = each.
 */
export type PeriodDay =
  | { kind: 'weekday'; weekday: number }
  | { kind: 'calendar_date'; from: CalendarDate; to: CalendarDate; step: number }
  | { kind: 'month_date'; from: MonthDate; to: MonthDate; step: number }
  | { kind: 'month_day'; from: number; to: number; step: number }
  | { kind: 'month_weekday'; from: MonthWeekday; to: MonthWeekday; step: number }
  | { kind: 'nth_weekday'; from: NthWeekday; to: NthWeekday; step: number };

interface MonthDate {
  month: number;
  day: number;
}
interface NthWeekday {
  weekday: number;
  nth: number;
}
interface MonthWeekday extends NthWeekday {
  month: number;
}

/** Minutes of the day; `toMin` is not part of it; 1440 = 24:00. */
export interface TimeRange {
  fromMin: number;
  toMin: number;
}

const RANGES = String.raw`(?<ranges>\d[\d:, -]*)$`;
const CALENDAR = new RegExp(
  String.raw`^(?<y>\d{1,4})-(?<m>\d{1,2})-(?<d>\d{1,2})(?: ?- ?(?<y2>\d{1,4})-(?<m2>\d{1,2})-(?<d2>\d{1,2}))?(?: ?/ ?(?<step>\d{1,4}))? ${RANGES}`,
);
const NAMED = new RegExp(
  String.raw`^(?<a>[a-z]+) (?<n>-?\d{1,2})(?: (?<am>[a-z]+))?(?: ?- ?(?:(?<b>[a-z]+) )?(?<n2>-?\d{1,2})(?: (?<bm>[a-z]+))?)?(?: ?/ ?(?<step>\d{1,4}))? ${RANGES}`,
);
const PLAIN = new RegExp(String.raw`^(?<a>[a-z]+) ${RANGES}`);

/** One line of a time period, name and value together: `monday 1 may 00:00-24:00`. Undefined for what Nagios refuses. */
export function parsePeriodLine(line: string): { day: PeriodDay; ranges: string } | undefined {
  const given = line.replaceAll(/\s+/g, ' ').trim();
  const [day, ranges] = readCalendar(given) ?? readNamed(given) ?? readPlain(given) ?? [];
  return day === undefined || ranges === undefined ? undefined : { day, ranges: ranges.trim() };
}

type Read = readonly [PeriodDay, string | undefined];

function readCalendar(line: string): Read | undefined {
  const groups = CALENDAR.exec(line)?.groups;
  if (groups === undefined) return undefined;
  const from = { year: Number(groups['y']), month: Number(groups['m']), day: Number(groups['d']) };
  const to =
    groups['y2'] === undefined
      ? from
      : { year: Number(groups['y2']), month: Number(groups['m2']), day: Number(groups['d2']) };
  const isReal = [from, to].every(({ month, day }) => month >= 1 && month <= 12 && day >= 1 && day <= 31);
  return isReal ? [{ kind: 'calendar_date', from, to, step: stepOf(groups) }, groups['ranges']] : undefined;
}

function readNamed(line: string): Read | undefined {
  const groups = NAMED.exec(line)?.groups;
  if (groups === undefined) return undefined;
  const { a = '', n, am, b = a, n2 = n, bm = am } = groups;
  const [first, last] = [Number(n), Number(n2)];
  const step = stepOf(groups);
  const ranges = groups['ranges'];
  const [weekday, weekday2] = [weekdayOf(a), weekdayOf(b)];
  if (am !== undefined) {
    const [month, month2] = [monthOf(am), monthOf(bm ?? am)];
    if (weekday === undefined || weekday2 === undefined || month === undefined || month2 === undefined)
      return undefined;
    const from = { weekday, nth: first, month };
    return [{ kind: 'month_weekday', from, to: { weekday: weekday2, nth: last, month: month2 }, step }, ranges];
  }
  if (bm !== undefined) return undefined;
  if (weekday !== undefined && weekday2 !== undefined) {
    const from = { weekday, nth: first };
    return [{ kind: 'nth_weekday', from, to: { weekday: weekday2, nth: last }, step }, ranges];
  }
  const [month, month2] = [monthOf(a), monthOf(b)];
  if (month !== undefined && month2 !== undefined) {
    return [{ kind: 'month_date', from: { month, day: first }, to: { month: month2, day: last }, step }, ranges];
  }
  return a === 'day' && b === 'day' ? [{ kind: 'month_day', from: first, to: last, step }, ranges] : undefined;
}

function readPlain(line: string): Read | undefined {
  const groups = PLAIN.exec(line)?.groups;
  const weekday = weekdayOf(groups?.['a'] ?? '');
  return weekday === undefined ? undefined : [{ kind: 'weekday', weekday }, groups?.['ranges']];
}

const stepOf = (groups: Record<string, string>): number => Math.max(Number(groups['step'] ?? 1), 1);

const weekdayOf = (name: string): number | undefined => known((WEEKDAYS as readonly string[]).indexOf(name), 0);
const monthOf = (name: string): number | undefined => known((MONTHS as readonly string[]).indexOf(name), 1);
const known = (at: number, first: number): number | undefined => (at < 0 ? undefined : at + first);

/** As the object cache of Nagios writes it: `2026-07-01 - 2026-07-14 / 3`, `april 10 - may 15 / 2`. */
export function formatPeriodDay(day: PeriodDay): string {
  switch (day.kind) {
    case 'weekday':
      return WEEKDAYS[day.weekday] ?? '';
    case 'calendar_date': {
      const [from, to] = [formatDate(day.from), formatDate(day.to)];
      return `${from}${from === to ? '' : ` - ${to}`}${formatStep(day.step)}`;
    }
    case 'month_day':
      return span(`day ${day.from}`, `day ${day.to}`, `${day.to}`, day.step);
    case 'month_date': {
      const write = ({ month, day: date }: MonthDate) => `${MONTHS[month - 1]} ${date}`;
      return span(write(day.from), write(day.to), write(day.to), day.step);
    }
    case 'nth_weekday': {
      const write = ({ weekday, nth }: NthWeekday) => `${WEEKDAYS[weekday]} ${nth}`;
      return span(write(day.from), write(day.to), write(day.to), day.step);
    }
    case 'month_weekday': {
      const write = ({ weekday, nth, month }: MonthWeekday) => `${WEEKDAYS[weekday]} ${nth} ${MONTHS[month - 1]}`;
      return span(write(day.from), write(day.to), write(day.to), day.step);
    }
    default:
      return day satisfies never;
  }
}

// The step of a single day is no step.
const span = (from: string, to: string, shownTo: string, step: number): string =>
  from === to ? from : `${from} - ${shownTo}${formatStep(step)}`;

const formatStep = (step: number): string => (step > 1 ? ` / ${step}` : '');

const formatDate = ({ year, month, day }: CalendarDate): string =>
  `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;

/** `09:00-12:00,13:00-17:00`, in the order given; undefined when one is no time, or later than 24:00. */
export function parseTimeRanges(text: string): TimeRange[] | undefined {
  const ranges = text
    .split(/[, ]+/)
    .filter((part) => part !== '')
    .map((part) => {
      const groups = /^(?<h>\d{1,2}):(?<m>\d{1,2})-(?<h2>\d{1,2}):(?<m2>\d{1,2})$/.exec(part)?.groups;
      if (groups === undefined) return undefined;
      const fromMin = Number(groups['h']) * 60 + Number(groups['m']);
      const toMin = Number(groups['h2']) * 60 + Number(groups['m2']);
      return fromMin <= 1440 && toMin <= 1440 ? { fromMin, toMin } : undefined;
    });
  const real = ranges.filter((range) => range !== undefined);
  return real.length === ranges.length && real.length > 0 ? real : undefined;
}

export const formatTimeRange = ({ fromMin, toMin }: TimeRange): string => `${clockTime(fromMin)}-${clockTime(toMin)}`;

const clockTime = (minutes: number): string =>
  `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
