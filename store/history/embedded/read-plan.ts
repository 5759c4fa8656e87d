// Decides which tables answer a range query: the coarsest roll-up that still
// divides the step, coarser ones where that tier has been dropped, and raw rows
// for what is not rolled up yet. Pure.

import { HOUR_MS, HOUR_SEC, TIERS, tierTable, unsealedHours, type Catalogue, type Tier } from './tiers.ts';

export type ReadPart =
  | { kind: 'raw'; hour: number; fromMs: number; toMs: number }
  /** Bounds are whole buckets; rows of `exceptHours` are to be left out, for they come as raw parts. */
  | { kind: 'tier'; table: string; fromSec: number; toSec: number; exceptHours: number[] };

export interface Range {
  fromMs: number;
  toMs: number;
  stepSec: number;
}

/**
 * Every stored sample in the range is covered by exactly one part. A roll-up bucket that the range cuts through
 * is taken whole; bounds that are multiples of the step never cut one.
 */
export function planRead(catalogue: Catalogue, range: Range): ReadPart[] {
  const unsealed = unsealedHours(catalogue).filter((hour) => overlaps(hour, range.fromMs, range.toMs));
  const parts: ReadPart[] = unsealed.map((hour) => rawPart(hour, range.fromMs, range.toMs));
  // Raw rows stand in for the roll-up of an hour only when all of that hour is still there as raw.
  const replaced = unsealed.filter((hour) => catalogue.raw.get(hour)?.has('raw'));
  // From newest to oldest: each tier serves down to where its tables begin, the next coarser one goes on from there.
  let endMs = range.toMs;
  for (let index = TIERS.findLastIndex((tier) => range.stepSec % tier.stepSec === 0); index < TIERS.length; index++) {
    const tier = TIERS[index];
    const startMs = Math.max(range.fromMs, tier ? tierBeginMs(catalogue, tier) : rawBeginMs(catalogue));
    if (startMs >= endMs) continue;
    parts.push(...(tier ? tierParts(catalogue, tier, startMs, endMs, replaced) : rawParts(catalogue, startMs, endMs)));
    endMs = startMs;
  }
  return parts;
}

const overlaps = (hour: number, fromMs: number, toMs: number): boolean =>
  hour * HOUR_MS < toMs && (hour + 1) * HOUR_MS > fromMs;

const rawPart = (hour: number, fromMs: number, toMs: number): ReadPart => ({
  kind: 'raw',
  hour,
  fromMs: Math.max(fromMs, hour * HOUR_MS),
  toMs: Math.min(toMs, (hour + 1) * HOUR_MS),
});

const sealedRawHours = (catalogue: Catalogue): number[] =>
  [...catalogue.raw].filter(([, kinds]) => kinds.has('raw')).map(([hour]) => hour);

const rawBeginMs = (catalogue: Catalogue): number =>
  sealedRawHours(catalogue).reduce((first, hour) => Math.min(first, hour * HOUR_MS), Infinity);

function tierBeginMs(catalogue: Catalogue, tier: Tier): number {
  let firstMs = Infinity;
  for (const index of catalogue.tiers.get(tier.name) ?? []) firstMs = Math.min(firstMs, index * tier.tableSec * 1000);
  return firstMs;
}

function rawParts(catalogue: Catalogue, fromMs: number, toMs: number): ReadPart[] {
  const unsealed = new Set(unsealedHours(catalogue));
  return sealedRawHours(catalogue)
    .filter((hour) => overlaps(hour, fromMs, toMs) && !unsealed.has(hour))
    .map((hour) => rawPart(hour, fromMs, toMs));
}

function tierParts(catalogue: Catalogue, tier: Tier, fromMs: number, toMs: number, replaced: number[]): ReadPart[] {
  const fromSec = Math.floor(fromMs / 1000 / tier.stepSec) * tier.stepSec;
  const toSec = Math.ceil(toMs / 1000 / tier.stepSec) * tier.stepSec;
  return [...(catalogue.tiers.get(tier.name) ?? [])]
    .map((index) => ({ table: tierTable(tier, index), beginSec: index * tier.tableSec }))
    .filter(({ beginSec }) => beginSec < toSec && beginSec + tier.tableSec > fromSec)
    .map(({ table, beginSec }) => ({
      kind: 'tier',
      table,
      fromSec: Math.max(fromSec, beginSec),
      toSec: Math.min(toSec, beginSec + tier.tableSec),
      exceptHours: replaced.filter(
        (hour) => Math.floor((hour * HOUR_SEC) / tier.tableSec) * tier.tableSec === beginSec,
      ),
    }));
}
