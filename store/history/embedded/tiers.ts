// The tiers of the embedded history: the files each is kept in, the time each file
// covers, and how long it is kept. Pure; touches no disk.

export const HOUR_SEC = 3600;
export const HOUR_MS = HOUR_SEC * 1000;
export const DAY_SEC = 86_400;
const HOURS = 24;

export type TierName = 'm1' | 'm10' | 'h1';

/** A roll-up tier: one row per series and `stepSec`, one file per day. */
export interface Tier {
  name: TierName;
  stepSec: number;
}

/** Finest first. Every step divides an hour and is a multiple of the one before. */
export const TIERS: readonly Tier[] = [
  { name: 'm1', stepSec: 60 },
  { name: 'm10', stepSec: 600 },
  { name: 'h1', stepSec: HOUR_SEC },
];

/** How long each tier is kept, in seconds; a day's file goes when its last second is older. */
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

export const hourOf = (atMs: number): number => Math.floor(atMs / HOUR_MS);
export const dayOfHour = (hour: number): number => Math.floor(hour / HOURS);
export const hoursOfDay = (day: number): number[] => Array.from({ length: HOURS }, (_, index) => day * HOURS + index);

/** The first day that is still (partly) inside a retention of `keptSec`. */
export const oldestDay = (nowMs: number, keptSec: number): number => Math.floor((nowMs / 1000 - keptSec) / DAY_SEC);

/** Samples of an hour that is over, sorted; several parts when more came later: then the highest part stands. */
export const rawFile = (hour: number, part: number): string => `raw-${hour}-${part}.seg`;
export const tierFile = (name: TierName, day: number): string => `${name}-${day}.seg`;
/** Samples in the order they came, until their hour is sorted. */
export const arrivalsFile = (hour: number, number: number): string => `arrivals-${hour}-${number}.log`;

export type KnownFile =
  | { kind: 'raw'; hour: number; part: number }
  | { kind: 'tier'; name: TierName; day: number }
  | { kind: 'arrivals'; hour: number; number: number };

/** Reads a file name; undefined for one that is not ours to touch. */
export function readFileName(name: string): KnownFile | undefined {
  const [, kind, first, second] = /^(raw|arrivals|m1|m10|h1)-(\d+)(?:-(\d+))?\.(?:seg|log)$/.exec(name) ?? [];
  const [index, number] = [Number(first), Number(second)];
  if (kind === 'raw' && name === rawFile(index, number)) return { kind, hour: index, part: number };
  if (kind === 'arrivals' && name === arrivalsFile(index, number)) return { kind, hour: index, number };
  const tier = TIERS.find((known) => known.name === kind);
  if (tier && name === tierFile(tier.name, index)) return { kind: 'tier', name: tier.name, day: index };
  return undefined;
}
