// How the benches say what they measured: one line per figure, which a person can
// read and run.ts can parse.

import os from 'node:os';

export interface Figure {
  what: string;
  value: string;
  unit: string;
  target: string;
}

// The first column is padded to this width; a shorter text before a number is a sentence.
const WHAT_WIDTH = 58;
const LINE = /^(?<what>.{58,}?) +(?<value>-?[\d,]+(?:\.\d+)?)(?: (?<unit>\S+))?(?: +target (?<target>\S.*))?$/;

/** Prints a figure. `target` is what the design asks for, as in "< 2 s". */
export function printFigure(what: string, value: number, unit: string, target?: string): void {
  const digits = Math.abs(value) < 10 ? 2 : Math.abs(value) < 100 ? 1 : 0;
  const text = value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
  const line = `${what.padEnd(WHAT_WIDTH)} ${text.padStart(12)} ${unit.padEnd(9)}`;
  console.log((target === undefined ? line : `${line} target ${target}`).trimEnd());
}

/** Undefined for a line that is no figure. */
export function parseFigure(line: string): Figure | undefined {
  const { what, value, unit = '', target = '' } = LINE.exec(line)?.groups ?? {};
  return what === undefined || value === undefined ? undefined : { what: what.trim(), value, unit, target };
}

/** Of the values as they are, nearest rank: no value is made up. NaN when there is none. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(Math.ceil((percent / 100) * sorted.length) - 1, 0)] ?? NaN;
}

export const median = (values: readonly number[]): number => percentile(values, 50);

/** Tells in how many rounds something was measured and how it is spread. */
export function printSpread(
  what: string,
  values: readonly number[],
  unit: string,
  targets: { median?: string; p99?: string } = {},
): void {
  printFigure(`${what}, median of ${values.length}`, median(values), unit, targets.median);
  printFigure(`${what}, p99`, percentile(values, 99), unit, targets.p99);
}

/** One-minute load average: on a busy machine every figure is worse. */
export const printLoad = (): void => printFigure('load average of the machine', os.loadavg()[0] ?? NaN, '');
