// All hosts of a report as one number, and all services.

import { averageTimes } from '../availability/group-roll-up.ts';
import type { AvailabilityRollUp, ObjectAvailability } from '../availability-api.ts';
import { figuresOf } from './figures.ts';
import { kindOf } from './measure-object.ts';

/** Services first; a kind of which there is nothing is left out. Pure. */
export function rollUpsOf(rows: readonly ObjectAvailability[]): AvailabilityRollUp[] {
  return (['service', 'host'] as const).flatMap((object) => {
    const own = rows.filter((row) => row.object === object);
    return own.length === 0 ? [] : [rollUp(object, own)];
  });
}

function rollUp(object: 'host' | 'service', rows: readonly ObjectAvailability[]): AvailabilityRollUp {
  const count = (verdict: string): number => rows.filter((row) => row.verdict.verdict === verdict).length;
  const kind = kindOf(object);
  const [worst] = rows.toSorted(worstFirst);
  const percent = worst?.verdict.availablePercent;
  return {
    object,
    objects: rows.length,
    ...figuresOf(
      averageTimes(
        rows.map(({ states }) => states),
        kind,
      ),
      kind,
    ),
    met: count('met'),
    missed: count('missed'),
    undetermined: count('undetermined'),
    worst:
      worst && percent !== undefined
        ? {
            checkId: worst.checkId,
            name: object === 'host' ? worst.hostName : `${worst.hostName} · ${worst.checkName}`,
            availablePercent: percent,
          }
        : null,
  };
}

/** Those of which nothing is known come last. */
export const worstFirst = (a: ObjectAvailability, b: ObjectAvailability): number =>
  (a.verdict.availablePercent ?? 101) - (b.verdict.availablePercent ?? 101) ||
  a.hostName.localeCompare(b.hostName) ||
  a.checkName.localeCompare(b.checkName);
