// Reads the day part of a time period's directive (`thursday -1 november`,
// `april 10 - may 15 / 2`); what is not one of the accepted forms is refused with them.

import { daysInMonth, dayNumberOf } from './civil-date.ts';
import type { DayRule } from './day-rule.ts';

const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
const MONTHS = 'january february march april may june july august september october november december'.split(' ');

const ACCEPTED =
  'monday, 2026-12-25, 2026-07-01 - 2026-07-14, january 1, april 10 - may 15, day -1, day 1 - 15, monday 1 may, monday 1; each range also with "/ n"';

type ParsedDay = { ok: true; rule: DayRule } | { ok: false; message: string };

const STEP = String.raw`(?: ?/ ?(\d{1,4}))?`;
const DATE = String.raw`\d{4}-\d{1,2}-\d{1,2}`;
const DATES = new RegExp(`^(${DATE})(?: ?- ?(${DATE}))?${STEP}$`);
const WORDS = new RegExp(
  String.raw`^([a-z]+(?: -?\d{1,2}(?: [a-z]+)?)?)(?: ?- ?((?:[a-z]+ )?-?\d{1,2}(?: [a-z]+)?))?${STEP}$`,
);
const END = /^(?:([a-z]+) ?)?(-?\d{1,2})?(?: ([a-z]+))?$/;

interface WrittenEnd {
  word: string;
  count: number;
  month: string | undefined;
}

/** Upper and lower case are the same, and blanks may be doubled. */
export function parseDayRule(text: string): ParsedDay {
  const normal = text.trim().toLowerCase().replaceAll(/\s+/g, ' ');
  const dates = DATES.exec(normal);
  const [, fromText, toText, everyText] = dates ?? WORDS.exec(normal) ?? [];
  if (fromText === undefined) return refuseForm(text);
  const everyDays = Number(everyText ?? 1);
  if (everyDays < 1) return refuse('"/ 0" is no step; accepted: 1 or more days');
  if (dates) return dateRule(fromText, toText, everyText === undefined ? undefined : everyDays);
  if (WEEKDAYS.includes(fromText)) {
    if (toText !== undefined || everyText !== undefined) return refuseForm(text);
    return { ok: true, rule: { class: 'weekday', weekday: WEEKDAYS.indexOf(fromText) } };
  }
  if (everyText !== undefined && toText === undefined)
    return refuse('"/ n" needs a range of days, or a date to count from');
  const from = parseEnd(fromText);
  const to = toText === undefined ? from : parseEnd(toText, from?.word);
  return from && to ? wordRule(text, from, to, everyDays) : refuseForm(text);
}

const refuse = (message: string): ParsedDay => ({ ok: false, message });
const refuseForm = (text: string): ParsedDay =>
  refuse(`${JSON.stringify(text)} is not a form of day; accepted: ${ACCEPTED}`);

function parseEnd(text: string, wordBefore?: string): WrittenEnd | undefined {
  const [, word = wordBefore, count, month] = END.exec(text) ?? [];
  return word === undefined || count === undefined ? undefined : { word, count: Number(count), month };
}

function dateRule(fromText: string, toText: string | undefined, step: number | undefined): ParsedDay {
  const from = parseDate(fromText);
  const to = parseDate(toText ?? fromText);
  if (from === undefined || to === undefined)
    return refuse(`${JSON.stringify(from === undefined ? fromText : toText)} is not a day of the calendar`);
  if (to < from) return refuse(`the range ends on ${toText}, before it begins on ${fromText}`);
  // As in Nagios, a step on a single date goes on for ever.
  const isOpen = step !== undefined && from === to;
  return { ok: true, rule: { class: 'date', from, to: isOpen ? Infinity : to, everyDays: step ?? 1 } };
}

function parseDate(text: string): number | undefined {
  const [year = 0, month = 0, day = 0] = text.split('-').map(Number);
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return undefined;
  return dayNumberOf(year, month, day);
}

function wordRule(text: string, from: WrittenEnd, to: WrittenEnd, everyDays: number): ParsedDay {
  const ends = [from, to];
  const isInMonth = from.month !== undefined;
  if (ends.some(({ month }) => (month !== undefined) !== isInMonth)) return refuseForm(text);
  if (ends.every(({ word }) => WEEKDAYS.includes(word))) {
    if (ends.some(({ count }) => count === 0 || Math.abs(count) > 5))
      return refuse('the number of a weekday counts within the month; accepted: 1 to 5, or -1 to -5 from its end');
    const [first, last] = [nthOf(from), nthOf(to)];
    if (!isInMonth) return { ok: true, rule: { class: 'nth_weekday', from: first, to: last, everyDays } };
    const [firstMonth, lastMonth] = [monthOf(from.month), monthOf(to.month)];
    if (firstMonth === 0 || lastMonth === 0) return refuseForm(text);
    const rule: DayRule = {
      class: 'month_weekday',
      from: { ...first, month: firstMonth },
      to: { ...last, month: lastMonth },
      everyDays,
    };
    return { ok: true, rule };
  }
  if (isInMonth) return refuseForm(text);
  const badDay = ends.find(({ word, count }) => count === 0 || Math.abs(count) > longestMonth(word));
  if (badDay) return refuse(`${badDay.word} has no day ${badDay.count}; days count from 1, or from -1 at its end`);
  if (ends.every(({ word }) => word === 'day'))
    return { ok: true, rule: { class: 'month_day', from: { day: from.count }, to: { day: to.count }, everyDays } };
  if (ends.some(({ word }) => monthOf(word) === 0)) return refuseForm(text);
  const [first, last] = [dayInMonth(from), dayInMonth(to)];
  return { ok: true, rule: { class: 'month_date', from: first, to: last, everyDays } };
}

const nthOf = ({ word, count }: WrittenEnd) => ({ weekday: WEEKDAYS.indexOf(word), nth: count });
const dayInMonth = ({ word, count }: WrittenEnd) => ({ month: monthOf(word), day: count });

/** 1..12, or 0 for a word that is no month. */
const monthOf = (word = ''): number => MONTHS.indexOf(word) + 1;

// 2000 was a leap year: february 29 is a day, in the years that have it.
const longestMonth = (word: string): number => (monthOf(word) === 0 ? 31 : daysInMonth(2000, monthOf(word)));
