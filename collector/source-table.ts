// Accounts for every address that sends to us: how much, how fast, what was dropped
// and why. One sender cannot take the room of the others.

import type { Clock } from '#kernel/clock.ts';

/** Why a datagram had no effect, or not its whole effect; a closed set. */
export const DROP_REASONS = [
  'too_short',
  'unknown_id',
  'truncated',
  'too_many_elements',
  'bad_spoof',
  'bad_name',
  'rate',
  'source_series',
  'all_series',
  'too_long',
  'denied',
  'spoof_denied',
] as const;
export type DropReason = (typeof DROP_REASONS)[number];

export interface Source {
  address: string;
  /** This machine itself; no limit of its own, since a simulator or a relay here speaks for many. */
  loopback: boolean;
  /** An allowance of its own, of a source that speaks for whole clusters. */
  maxSeries?: number;
  packets: number;
  /** Hosts and metrics that it brought and that are still held. */
  series: number;
  drops: Partial<Record<DropReason, number>>;
  /** When the operator was last told of a limit that it met. */
  limitedTick: Partial<Record<DropReason, number>>;
  lastTick: number;
  windowTick: number;
  windowPackets: number;
  windowRequests: number;
}

export interface SourceLimits {
  maxSources: number;
  maxSeriesPerSource: number;
  maxPacketsPerSec: number;
  /** Hosts and metrics of all sources together, loopback included. */
  maxSeries: number;
}

export const DEFAULT_LIMITS: SourceLimits = {
  maxSources: 65_536,
  maxSeriesPerSource: 50_000,
  maxPacketsPerSec: 50_000,
  maxSeries: 2_000_000,
};

export interface SourceTable {
  /** Notes one datagram from `address`; undefined when it is over its rate and must be dropped. */
  admitPacket(address: string, tick: number): Source | undefined;
  /** True when `source` may add one more host or metric; otherwise the drop is counted. */
  admitSeries(source: Source, seriesHeld: number): boolean;
  drop(source: Source, reason: DropReason): void;
  /** Counts a datagram that the channel's access list refuses. */
  deny(address: string, tick: number): void;
  all(): Iterable<Source>;
}

const WINDOW_MS = 1000;
const IDLE_MS = 60_000;
/** Stands for all senders beyond the table's bound; they share one allowance. */
export const OTHER_SOURCES = 'other sources';
// Being limited is news once; a flood of it must not become a flood of events.
const LIMITED_EVENT_EVERY_MS = 3_600_000;
const LIMITING: readonly DropReason[] = ['rate', 'source_series', 'all_series'];

export function createSourceTable(
  deps: { clock: Clock; onLimited: (address: string, reason: DropReason) => void },
  limits: SourceLimits,
): SourceTable {
  const { clock, onLimited } = deps;
  const sources = new Map<string, Source>();
  const others = newSource(OTHER_SOURCES);
  let prunedTick = -Infinity;

  function find(address: string, tick: number): Source {
    const known = sources.get(address);
    if (known !== undefined) return known;
    if (sources.size >= limits.maxSources) pruneIdle(tick);
    if (sources.size >= limits.maxSources) return others;
    const source = newSource(address);
    sources.set(address, source);
    return source;
  }

  function pruneIdle(tick: number): void {
    if (tick - prunedTick < WINDOW_MS) return;
    prunedTick = tick;
    for (const [address, source] of sources) {
      if (source.series === 0 && tick - source.lastTick > IDLE_MS) sources.delete(address);
    }
  }

  function tellLimited(source: Source, reason: DropReason): void {
    const tick = clock.monotonicMs();
    const told = source.limitedTick[reason];
    if (told !== undefined && tick - told < LIMITED_EVENT_EVERY_MS) return;
    source.limitedTick[reason] = tick;
    onLimited(source.address, reason);
  }

  function drop(source: Source, reason: DropReason): void {
    source.drops[reason] = (source.drops[reason] ?? 0) + 1;
    if (LIMITING.includes(reason)) tellLimited(source, reason);
  }

  return {
    drop,
    deny(address, tick) {
      // Half of the table at most: forged addresses must not push those that may speak out of it.
      const source = sources.get(address) ?? (sources.size * 2 < limits.maxSources ? find(address, tick) : others);
      source.packets++;
      source.lastTick = tick;
      drop(source, 'denied');
    },
    admitPacket(address, tick) {
      const source = find(address, tick);
      source.packets++;
      source.lastTick = tick;
      if (tick - source.windowTick >= WINDOW_MS) {
        source.windowTick = tick;
        source.windowPackets = 0;
        source.windowRequests = 0;
      }
      if (++source.windowPackets <= limits.maxPacketsPerSec || source.loopback) return source;
      drop(source, 'rate');
      return undefined;
    },
    admitSeries(source, seriesHeld) {
      if (seriesHeld >= limits.maxSeries) drop(source, 'all_series');
      else if (source.series >= (source.maxSeries ?? limits.maxSeriesPerSource) && !source.loopback)
        drop(source, 'source_series');
      else return true;
      return false;
    },
    *all() {
      yield* sources.values();
      if (others.packets > 0) yield others;
    },
  };
}

export const isLoopback = (address: string): boolean => address.startsWith('127.') || address === '::1';

function newSource(address: string): Source {
  return {
    address,
    loopback: isLoopback(address),
    packets: 0,
    series: 0,
    drops: {},
    limitedTick: {},
    lastTick: 0,
    windowTick: -Infinity,
    windowPackets: 0,
    windowRequests: 0,
  };
}
