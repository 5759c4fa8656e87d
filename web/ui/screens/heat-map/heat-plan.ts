// What a heat map draws: which cells in which fill, which of them with a mark, gathered
// so that the canvas is painted fill by fill. Pure.

import type { StateWord } from '../../parts/tone.ts';
import { HEAT_STEPS, isOutlier, stepOf, type HeatScale } from './heat-scale.ts';

export interface HeatCell {
  cluster: string;
  host: string;
  hostKey: string;
  state: StateWord;
  /** Of the chosen metric; null when the host does not report it. */
  value: number | null;
}

/** The sign in a cell, so that states read without their colour. */
export type HeatMark = 'cross' | 'dot' | 'notch' | 'stroke' | 'lost' | 'ring';

/** Fills by name: a state, a step of the scale, or no value. */
export type HeatFill = `state-${StateWord}` | `step-${number}` | 'none';

export interface HeatPlan {
  fills: Map<HeatFill, number[]>;
  marks: Map<HeatMark, number[]>;
}

export const STATE_MARK: Partial<Record<StateWord, HeatMark>> = {
  down: 'cross',
  critical: 'dot',
  warning: 'notch',
  unreachable: 'stroke',
  stale: 'stroke',
};

/** `scale` null colours by state; else a host that is down is crossed out: its last value is no value. */
export function heatPlan(cells: readonly HeatCell[], scale: HeatScale | null): HeatPlan {
  const fills = new Map<HeatFill, number[]>();
  const marks = new Map<HeatMark, number[]>();
  cells.forEach((cell, at) => {
    const down = cell.state === 'down';
    const fill = scale === null ? (`state-${cell.state}` as const) : down ? 'none' : fillOf(scale, cell.value);
    add(fills, fill, at);
    const mark = scale === null ? STATE_MARK[cell.state] : down ? 'lost' : undefined;
    if (mark) add(marks, mark, at);
    if (scale && !down && cell.value !== null && isOutlier(scale, cell.value)) add(marks, 'ring', at);
  });
  return { fills, marks };
}

const fillOf = (scale: HeatScale, value: number | null): HeatFill =>
  value === null ? 'none' : `step-${stepOf(scale, value)}`;

function add<Key>(map: Map<Key, number[]>, key: Key, at: number): void {
  const list = map.get(key);
  if (list) list.push(at);
  else map.set(key, [at]);
}

/** Share of the strong colour in a step; the palest step is still visible on paper. */
export const strengthOf = (step: number): number => 0.1 + (0.9 * step) / (HEAT_STEPS - 1);

/** Cells by cluster, in the order of names, as the layout wants its groups. */
export function groupCells(cells: readonly HeatCell[]): {
  cells: HeatCell[];
  groups: { name: string; count: number }[];
} {
  const numeric = new Intl.Collator(undefined, { numeric: true });
  const byCluster = [...Map.groupBy(cells, (cell) => cell.cluster)].sort(([a], [b]) => numeric.compare(a, b));
  return {
    cells: byCluster.flatMap(([, members]) => members.sort((a, b) => numeric.compare(a.host, b.host))),
    groups: byCluster.map(([name, members]) => ({ name, count: members.length })),
  };
}
