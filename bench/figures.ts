// How the benches say what they measured: one line per figure, which a person can
// read and run.ts can parse.

import os from 'node:os';

export interface Figure {
  what: string;
  value: string;
  unit: string;
  target: string;
  /** The same measured of the real peer in the same run, with its unit and our share of it; '' without one. */
  peer: string;
}

// The first column is padded to this width; a shorter text before a number is a sentence.
const WHAT_WIDTH = 58;
const LINE =
  /^(?<what>.{58,}?) +(?<value>-?[\d,]+(?:\.\d+)?)(?: (?<unit>\S+))?(?: +target (?<target>[^|]+?))?(?: +\| (?<peer>\S.*))?$/;

function digitsOf(value: number): string {
  const digits = Math.abs(value) < 10 ? 2 : Math.abs(value) < 100 ? 1 : 0;
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** A peer's figure for the same work on the same machine in the same run, in the unit of ours. */
export interface PeerFigure {
  name: string;
  value: number;
}

/** Prints a figure, with its ratio to the peer's. `target` is what the design asks for, as in "< 2 s". */
export function printFigure(what: string, value: number, unit: string, target?: string, peer?: PeerFigure): void {
  let line = `${what.padEnd(WHAT_WIDTH)} ${digitsOf(value).padStart(12)} ${unit.padEnd(9)}`;
  if (target !== undefined) line += ` target ${target}`;
  if (peer !== undefined) line += ` | ${peer.name} ${digitsOf(peer.value)} ${unit} (× ${digitsOf(value / peer.value)})`;
  console.log(line.trimEnd());
}

/** Undefined for a line that is no figure. */
export function parseFigure(line: string): Figure | undefined {
  const { what, value, unit = '', target = '', peer = '' } = LINE.exec(line)?.groups ?? {};
  return what === undefined || value === undefined ? undefined : { what: what.trim(), value, unit, target, peer };
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
