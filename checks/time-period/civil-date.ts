// The calendar as arithmetic: days are numbers, counted from 1970-01-01, so that
// ranges, weekdays and month ends need no date object and no time zone.

export const DAY_MS = 86_400_000;

interface CivilDate {
  year: number;
  /** 1..12 */
  month: number;
  /** 1..31 */
  day: number;
}

/** Day number of a date; month 0 is December of the year before, month 13 January of the next. */
export function dayNumberOf(year: number, month: number, day: number): number {
  // The year begins in March here: the leap day is then its last, and months follow one formula.
  const shifted = year * 12 + month - 3;
  const marchYear = Math.floor(shifted / 12);
  const marchMonth = shifted - marchYear * 12;
  const leapDays = Math.floor(marchYear / 4) - Math.floor(marchYear / 100) + Math.floor(marchYear / 400);
  return marchYear * 365 + leapDays + Math.floor((153 * marchMonth + 2) / 5) + day - 719_469;
}

export function civilDateOf(dayNumber: number): CivilDate {
  const sinceMarchZero = dayNumber + 719_468;
  const era = Math.floor(sinceMarchZero / 146_097);
  const dayOfEra = sinceMarchZero - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const marchMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9;
  return {
    year: era * 400 + yearOfEra + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1,
  };
}

/** 0 Sunday .. 6 Saturday. */
export const weekdayOf = (dayNumber: number): number => (((dayNumber + 4) % 7) + 7) % 7;

export const daysInMonth = (year: number, month: number): number =>
  dayNumberOf(year, month + 1, 1) - dayNumberOf(year, month, 1);

/** 1..31, or -1 for the last day and so on; undefined where the month has no such day. */
export function dayOfMonth(year: number, month: number, day: number): number | undefined {
  const length = daysInMonth(year, month);
  const counted = day < 0 ? length + 1 + day : day;
  return counted >= 1 && counted <= length ? dayNumberOf(year, month, counted) : undefined;
}

/** The `nth` Monday (1..5, or -1 for the last) of a month; undefined where it has none. */
export function nthWeekday(year: number, month: number, weekday: number, nth: number): number | undefined {
  const length = daysInMonth(year, month);
  const first = dayNumberOf(year, month, 1);
  const firstHit = 1 + ((weekday - weekdayOf(first) + 7) % 7);
  const lastHit = firstHit + 7 * Math.floor((length - firstHit) / 7);
  const day = nth > 0 ? firstHit + 7 * (nth - 1) : lastHit + 7 * (nth + 1);
  return day >= 1 && day <= length ? first + day - 1 : undefined;
}

/** YYYY-MM-DD */
export function dateText(dayNumber: number): string {
  const { year, month, day } = civilDateOf(dayNumber);
  return `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
}
