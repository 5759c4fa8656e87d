// Rows of samples and of roll-ups: how they are ordered, made unique and rolled up.
// Pure; files and memory are elsewhere.

import { decimalPlaces } from './column-codec.ts';
import { emptyColumns, reserve, type Columns } from './chunk.ts';

/** Columns of a sample: instant in ms since the start of its hour, value. */
export const SAMPLE_COLUMNS = 2;

/** Columns of a roll-up row: start in s since the start of its day, count, sum, minimum, maximum, last value. */
export const ROLLUP_COLUMNS = 6;

/** Brings samples into the order of time with one value for each instant: the one that came last. */
export function settleSamples(samples: Columns): void {
  const [times, values] = samples.parts;
  if (!times || !values || isAscending(times, samples.length)) return;
  const order = Array.from({ length: samples.length }, (_, index) => index);
  // The sort is stable, so within an instant the order of arrival stays.
  order.sort((a, b) => (times[a] ?? 0) - (times[b] ?? 0));
  const [sortedTimes, sortedValues] = [new Float64Array(order.length), new Float64Array(order.length)];
  let length = 0;
  for (const index of order) {
    const time = times[index] ?? 0;
    if (length > 0 && sortedTimes[length - 1] === time) length--;
    sortedTimes[length] = time;
    sortedValues[length++] = values[index] ?? 0;
  }
  times.set(sortedTimes.subarray(0, length));
  values.set(sortedValues.subarray(0, length));
  samples.length = length;
}

function isAscending(times: Float64Array, count: number): boolean {
  for (let index = 1; index < count; index++) if ((times[index] ?? 0) <= (times[index - 1] ?? 0)) return false;
  return true;
}

/** Makes sums of decimals decimals again: 0.1 + 0.2 is stored as 0.3, in two bytes instead of eight. */
type Snap = (sum: number) => number;

function snapFor(values: Float64Array, count: number): Snap {
  const places = decimalPlaces(values, count);
  if (places === undefined) return (sum) => sum;
  const power = 10 ** places;
  return (sum) => {
    const whole = Math.round(sum * power);
    return Number.isSafeInteger(whole) ? whole / power : sum;
  };
}

/** Adds the roll-up of the samples of one hour, `offsetSec` after the start of its day, to the rows. */
export function rollUpSamples(samples: Columns, offsetSec: number, stepSec: number, into: Columns): void {
  const [times, values] = samples.parts;
  if (!times || !values) return;
  const snap = snapFor(values, samples.length);
  const first = into.length;
  for (let index = 0; index < samples.length; index++) {
    const start = offsetSec + Math.floor((times[index] ?? 0) / 1000 / stepSec) * stepSec;
    const value = values[index] ?? 0;
    addRow(into, start, 1, value, value, value, value);
  }
  snapSums(into, first, snap);
}

/** Adds the roll-up of finer rows to the rows; every coarser step is a multiple of the finer one. */
export function rollUpRows(rows: Columns, stepSec: number, into: Columns): void {
  const [starts, counts, sums, lows, highs, lasts] = rows.parts;
  if (!starts || !counts || !sums || !lows || !highs || !lasts) return;
  const snap = snapFor(sums, rows.length);
  const first = into.length;
  for (let index = 0; index < rows.length; index++) {
    const start = Math.floor((starts[index] ?? 0) / stepSec) * stepSec;
    addRow(into, start, counts[index] ?? 0, sums[index] ?? 0, lows[index] ?? 0, highs[index] ?? 0, lasts[index] ?? 0);
  }
  snapSums(into, first, snap);
}

function snapSums(rows: Columns, first: number, snap: Snap): void {
  const sums = rows.parts[2];
  for (let index = first; sums && index < rows.length; index++) sums[index] = snap(sums[index] ?? 0);
}

/** Rows come in the order of time, so only the newest can have the same start. */
function addRow(
  rows: Columns,
  start: number,
  count: number,
  sum: number,
  low: number,
  high: number,
  last: number,
): void {
  reserve(rows, rows.length + 1);
  const [starts, counts, sums, lows, highs, lasts] = rows.parts;
  if (!starts || !counts || !sums || !lows || !highs || !lasts) return;
  const newest = rows.length - 1;
  if (newest >= 0 && starts[newest] === start) {
    counts[newest] = (counts[newest] ?? 0) + count;
    sums[newest] = (sums[newest] ?? 0) + sum;
    lows[newest] = Math.min(lows[newest] ?? low, low);
    highs[newest] = Math.max(highs[newest] ?? high, high);
    lasts[newest] = last;
    return;
  }
  const index = rows.length++;
  starts[index] = start;
  counts[index] = count;
  sums[index] = sum;
  lows[index] = low;
  highs[index] = high;
  lasts[index] = last;
}

export const sampleColumns = (): Columns => emptyColumns(SAMPLE_COLUMNS);
export const rollUpColumns = (): Columns => emptyColumns(ROLLUP_COLUMNS);
