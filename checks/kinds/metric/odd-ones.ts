// Which hosts differ from the others. Pure.

export interface HostValue {
  name: string;
  value: number;
}

export interface OddOnes {
  /** The value that most hosts agree with; of several the lowest. */
  usual: number;
  /** In the order given. */
  odd: HostValue[];
}

interface Tolerance {
  absolute: number;
  /** Of the usual value. */
  percent: number;
}

/** Undefined without any value. */
export function findOddOnes(values: readonly HostValue[], tolerance: Tolerance): OddOnes | undefined {
  const sorted = values.map(({ value }) => value).sort((a, b) => a - b);
  const allowed = (usual: number) => Math.max(tolerance.absolute, (Math.abs(usual) * tolerance.percent) / 100);
  let usual: number | undefined;
  let most = 0;
  for (const candidate of sorted) {
    const within = allowed(candidate);
    const agreeing = countUpTo(sorted, candidate + within) - countBelow(sorted, candidate - within);
    if (agreeing <= most) continue;
    most = agreeing;
    usual = candidate;
  }
  if (usual === undefined) return undefined;
  const [low, high] = [usual - allowed(usual), usual + allowed(usual)];
  return { usual, odd: values.filter(({ value }) => value < low || value > high) };
}

const countUpTo = (sorted: readonly number[], bound: number): number => partition(sorted, (value) => value <= bound);
const countBelow = (sorted: readonly number[], bound: number): number => partition(sorted, (value) => value < bound);

/** Number of values at the front for which `holds`; it must hold for no value behind them. */
function partition(sorted: readonly number[], holds: (value: number) => boolean): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(sorted[middle] ?? Infinity)) low = middle + 1;
    else high = middle;
  }
  return low;
}
