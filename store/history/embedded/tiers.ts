// The tables of the embedded history: their names, the time each one covers, and
// how long each tier is kept. Pure; knows no database.

export const HOUR_SEC = 3600;
export const HOUR_MS = HOUR_SEC * 1000;
const DAY_SEC = 86_400;

/** A roll-up tier: one row per series and `stepSec`, in tables of `tableSec` each, dropped whole. */
export interface Tier {
  name: 'm1' | 'm10' | 'h1';
  stepSec: number;
  /** A multiple of an hour, so that a sealed hour falls into exactly one table. */
  tableSec: number;
}

/** Finest first. Every step divides an hour, so an hour can be rolled up on its own. */
export const TIERS: readonly Tier[] = [
  { name: 'm1', stepSec: 60, tableSec: DAY_SEC },
  { name: 'm10', stepSec: 600, tableSec: 10 * DAY_SEC },
  { name: 'h1', stepSec: HOUR_SEC, tableSec: 30 * DAY_SEC },
];

/** How long each tier is kept, in seconds; a table goes when its last second is older. */
export interface Retention {
  rawSec: number;
  m1Sec: number;
  m10Sec: number;
  h1Sec: number;
}

export const DEFAULT_RETENTION: Retention = {
  rawSec: 2 * DAY_SEC,
  m1Sec: 14 * DAY_SEC,
  m10Sec: 90 * DAY_SEC,
  h1Sec: 730 * DAY_SEC,
};

/**
 * Raw samples of one hour are in up to three tables: `live` takes arrivals in their order, `sealing` is a
 * live table that is being sorted, `raw` holds what was sorted by series. Late samples make a new `live`
 * beside an existing `raw`. Later kinds win over earlier ones for the same series and instant.
 */
export const RAW_KINDS = ['raw', 'sealing', 'live'] as const;
export type RawKind = (typeof RAW_KINDS)[number];

export const rawTable = (kind: RawKind, hour: number): string => `${kind}_${hour}`;

export const tierTable = (tier: Tier, index: number): string => `${tier.name}_${index}`;

export const hourOf = (atMs: number): number => Math.floor(atMs / HOUR_MS);

/** Index of the tier's table that holds this hour. */
export const tierIndexOf = (tier: Tier, hour: number): number => Math.floor((hour * HOUR_SEC) / tier.tableSec);

/** What is on disk: raw kinds by hour, and the table indexes of each tier. */
export interface Catalogue {
  raw: Map<number, Set<RawKind>>;
  tiers: Map<Tier['name'], Set<number>>;
}

/** Reads table names; names of other shapes are not ours to touch and are left out. */
export function readCatalogue(tableNames: readonly string[]): Catalogue {
  const catalogue: Catalogue = { raw: new Map(), tiers: new Map(TIERS.map((tier) => [tier.name, new Set()])) };
  for (const name of tableNames) {
    const match = /^([a-z0-9]+)_(\d+)$/.exec(name);
    if (!match) continue;
    const index = Number(match[2]);
    const kind = RAW_KINDS.find((raw) => raw === match[1]);
    if (kind) catalogue.raw.set(index, (catalogue.raw.get(index) ?? new Set()).add(kind));
    const tier = TIERS.find((known) => known.name === match[1]);
    if (tier) catalogue.tiers.get(tier.name)?.add(index);
  }
  return catalogue;
}

/** Hours whose newest samples are not in the roll-ups (yet). */
export function unsealedHours(catalogue: Catalogue): number[] {
  return [...catalogue.raw]
    .filter(([, kinds]) => kinds.has('live') || kinds.has('sealing'))
    .map(([hour]) => hour)
    .toSorted((a, b) => a - b);
}

/** Names of the tables that retention no longer covers at `nowMs`. An hour not yet rolled up is never among them. */
export function expiredTables(catalogue: Catalogue, retention: Retention, nowMs: number): string[] {
  const nowSec = nowMs / 1000;
  const expired: string[] = [];
  for (const [hour, kinds] of catalogue.raw) {
    if (kinds.has('live') || kinds.has('sealing')) continue;
    if ((hour + 1) * HOUR_SEC <= nowSec - retention.rawSec) expired.push(rawTable('raw', hour));
  }
  for (const tier of TIERS) {
    for (const index of catalogue.tiers.get(tier.name) ?? []) {
      if ((index + 1) * tier.tableSec <= nowSec - retention[`${tier.name}Sec`]) expired.push(tierTable(tier, index));
    }
  }
  return expired;
}
