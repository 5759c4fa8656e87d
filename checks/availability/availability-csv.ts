// An availability report as rows of a table, one for each object and bucket. Hosts and
// services have states of their own: the columns of the other kind are empty.

import { HOST_STATES, SERVICE_STATES } from '#kernel/domain/check-state.ts';
import type { StateTimes } from './availability.ts';
import type { Bucket } from './report-window.ts';
import { toCsv, type CsvCell } from './csv.ts';
import { percentText, sharesOf, type DowntimeRule } from './shares.ts';

const STATES = [...SERVICE_STATES, ...HOST_STATES, 'undetermined'];

export interface CsvObject {
  hostName: string;
  checkName: string;
  object: 'host' | 'service';
  buckets: readonly (Bucket & { states: StateTimes<string> })[];
}

/** Names of the columns; from and to are RFC 3339 UTC, percentages go by the rule that is given to the rows. */
export const availabilityCsvHeader = (): string =>
  toCsv([
    [
      ...['host', 'check', 'object', 'bucket', 'from', 'to'],
      ...STATES.flatMap((name) => [`${name}_sec`, `${name}_downtime_sec`, `${name}_percent`]),
    ],
  ]);

/** Percentages of a row add up to 100.000; they are empty where no time counted. */
export const availabilityCsvRows = (objects: readonly CsvObject[], downtime: DowntimeRule): string =>
  toCsv(
    objects.flatMap(({ hostName, checkName, object, buckets }) =>
      buckets.map(({ label, fromMs, toMs, states }): CsvCell[] => {
        const shares = sharesOf(states, downtime);
        const place = [
          hostName,
          checkName,
          object,
          label,
          new Date(fromMs).toISOString(),
          new Date(toMs).toISOString(),
        ];
        const cells = STATES.flatMap((state): CsvCell[] => {
          const time = states[state];
          if (!time) return [undefined, undefined, undefined];
          return [time.ms / 1000, time.downtimeMs / 1000, shares && Number(percentText(shares[state] ?? 0))];
        });
        return [...place, ...cells];
      }),
    ),
  );
