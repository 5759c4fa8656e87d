// The Stats of a query: counts and aggregates over groups of equal columns.

import type { LivestatusAggregate } from '#wire/livestatus-filter.ts';
import type { LivestatusCell } from '#wire/livestatus-response.ts';
import type { Column } from './column.ts';
import type { RowTest } from './filter.ts';
import type { World } from './world.ts';

export type CompiledStat<Row> =
  { kind: 'count'; test: RowTest<Row> } | { kind: 'aggregate'; aggregate: LivestatusAggregate; column: Column<Row> };

/** Running sums are enough for each aggregate. */
interface Tally {
  count: number;
  sum: number;
  squares: number;
  inverses: number;
  min: number;
  max: number;
}

/** One row for each group, in the order in which groups were met; one for no rows when there are no `columns`. */
export function statistics<Row>(
  rows: Iterable<Row>,
  columns: readonly Column<Row>[],
  stats: readonly CompiledStat<Row>[],
  world: World,
): LivestatusCell[][] {
  const groups = new Map<string, { cells: LivestatusCell[]; tallies: Tally[] }>();
  const newGroup = (cells: LivestatusCell[]) => ({ cells, tallies: stats.map(emptyTally) });
  if (columns.length === 0) groups.set('[]', newGroup([]));
  for (const row of rows) {
    const cells = columns.map((column) => column.read(row, world));
    const key = JSON.stringify(cells);
    const group = groups.get(key) ?? newGroup(cells);
    groups.set(key, group);
    for (const [index, stat] of stats.entries()) {
      const tally = group.tallies[index];
      if (!tally) continue;
      if (stat.kind === 'aggregate') add(tally, Number(stat.column.read(row, world)) || 0);
      else if (stat.test(row, world)) tally.count++;
    }
  }
  return [...groups.values()].map(({ cells, tallies }) => [
    ...cells,
    ...stats.map((stat, index) => resultOf(stat, tallies[index] ?? emptyTally())),
  ]);
}

const emptyTally = (): Tally => ({ count: 0, sum: 0, squares: 0, inverses: 0, min: Infinity, max: -Infinity });

function add(tally: Tally, value: number): void {
  tally.count++;
  tally.sum += value;
  tally.squares += value * value;
  // The inverse of nothing would drown all others.
  tally.inverses += value === 0 ? 0 : 1 / value;
  tally.min = Math.min(tally.min, value);
  tally.max = Math.max(tally.max, value);
}

function resultOf(stat: CompiledStat<never>, tally: Tally): number {
  if (stat.kind === 'count' || tally.count === 0) return stat.kind === 'count' ? tally.count : 0;
  switch (stat.aggregate) {
    case 'sum':
      return tally.sum;
    case 'min':
      return tally.min;
    case 'max':
      return tally.max;
    case 'avg':
      return tally.sum / tally.count;
    case 'std': {
      // Of a sample, as the field computes it; rounding must not make it the root of less than nothing.
      const spread = tally.squares - (tally.sum * tally.sum) / tally.count;
      return tally.count < 2 ? 0 : Math.sqrt(Math.max(0, spread) / (tally.count - 1));
    }
    case 'suminv':
      return tally.inverses;
    case 'avginv':
      return tally.inverses / tally.count;
    default:
      return stat.aggregate satisfies never;
  }
}
