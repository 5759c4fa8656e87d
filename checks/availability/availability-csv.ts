// An availability report as rows of a table, one for each object and bucket.

import type { Availability } from './availability.ts';
import { toCsv, type CsvCell } from './csv.ts';
import { percentText, sharesOf, type DowntimeRule } from './shares.ts';
import type { StateKind } from './state-history.ts';

/**
 * Columns: object, bucket, from, to (RFC 3339 UTC), then for each state seconds, seconds in downtime and percent by
 * `downtime`. Percentages of a row add up to 100.000; they are empty where no time counted.
 */
export function availabilityCsv<State extends string>(
  objects: readonly { name: string; availability: Availability<State> }[],
  kind: StateKind<State>,
  downtime: DowntimeRule,
): string {
  const names: (State | 'undetermined')[] = [...kind.states, 'undetermined'];
  const header = [
    'object',
    'bucket',
    'from',
    'to',
    ...names.flatMap((name) => [`${name}_sec`, `${name}_downtime_sec`, `${name}_percent`]),
  ];
  const rows = objects.flatMap(({ name, availability }) =>
    availability.buckets().map(({ bucket, times }): CsvCell[] => {
      const shares = sharesOf(times, downtime);
      return [
        name,
        bucket.label,
        new Date(bucket.fromMs).toISOString(),
        new Date(bucket.toMs).toISOString(),
        ...names.flatMap((state): CsvCell[] => [
          times[state].ms / 1000,
          times[state].downtimeMs / 1000,
          shares && Number(percentText(shares[state])),
        ]),
      ];
    }),
  );
  return toCsv([header, ...rows]);
}
