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

/** Rows to roll up: samples count once and are their own sum, minimum, maximum and last value. */
interface Source {
  length: number;
  startSec: (index: number) => number;
  counts: Float64Array | undefined;
  sums: Float64Array;
  lows: Float64Array;
  highs: Float64Array;
  lasts: Float64Array;
}

/** Adds the roll-up of the samples of one hour, `offsetSec` after the start of its day, to the rows. */
export function rollUpSamples(samples: Columns, offsetSec: number, stepSec: number, into: Columns): void {
  const [times, values] = samples.parts;
  if (!times || !values) return;
  const startSec = (index: number): number => offsetSec + (times[index] ?? 0) / 1000;
  const { length } = samples;
  rollUp(
    { length, startSec, counts: undefined, sums: values, lows: values, highs: values, lasts: values },
    stepSec,
    into,
  );
}

/** Adds the roll-up of finer rows to the rows; every coarser step is a multiple of the finer one. */
export function rollUpRows(rows: Columns, stepSec: number, into: Columns): void {
  const [starts, counts, sums, lows, highs, lasts] = rows.parts;
  if (!starts || !counts || !sums || !lows || !highs || !lasts) return;
  rollUp(
    { length: rows.length, startSec: (index) => starts[index] ?? 0, counts, sums, lows, highs, lasts },
    stepSec,
    into,
  );
}

/** Steps begin after those that are there already; rows come in the order of time. */
function rollUp(source: Source, stepSec: number, into: Columns): void {
  reserve(into, into.length + source.length);
  const [starts, counts, sums, lows, highs, lasts] = into.parts;
  if (!starts || !counts || !sums || !lows || !highs || !lasts) return;
  const snap = snapFor(source.sums, source.length);
  const first = into.length;
  let row = first - 1;
  let endSec = -Infinity;
  for (let index = 0; index < source.length; index++) {
    const atSec = source.startSec(index);
    const low = source.lows[index] ?? 0;
    const high = source.highs[index] ?? 0;
    if (atSec >= endSec) {
      row++;
      const start = Math.floor(atSec / stepSec) * stepSec;
      endSec = start + stepSec;
      starts[row] = start;
      counts[row] = 0;
      sums[row] = 0;
      lows[row] = low;
      highs[row] = high;
    }
    counts[row] = (counts[row] ?? 0) + (source.counts?.[index] ?? 1);
    sums[row] = (sums[row] ?? 0) + (source.sums[index] ?? 0);
    if (low < (lows[row] ?? low)) lows[row] = low;
    if (high > (highs[row] ?? high)) highs[row] = high;
    lasts[row] = source.lasts[index] ?? 0;
  }
  into.length = row + 1;
  for (let index = first; index < into.length; index++) sums[index] = snap(sums[index] ?? 0);
}

export const sampleColumns = (): Columns => emptyColumns(SAMPLE_COLUMNS);
export const rollUpColumns = (): Columns => emptyColumns(ROLLUP_COLUMNS);
