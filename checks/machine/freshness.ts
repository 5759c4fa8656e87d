// Results that should have come and did not: stale objects, and runs that never returned (§3.4).

import type { CheckState, ObjectState } from './check-state.ts';
import type { MachineSettings } from './settings.ts';
import type { Site } from './surroundings.ts';

/** What the scheduler knows of the object's runs. */
export interface RunFacts {
  isExecuting: boolean;
  /** A run was forced because it is stale, and has not come back. */
  isFreshening: boolean;
  latencyMs: number;
  /** When this process began to watch. */
  watchedSinceMs: number;
}

export type Freshness =
  | { isStale: true; thresholdMs: number; staleForMs: number }
  /** `staleAtMs` null = it cannot become stale as things are. */
  | { isStale: false; staleAtMs: number | null };

/** After an outage longer than this part of the threshold a passive object's clock begins at the restart. */
const LONG_OUTAGE = 0.618;

/**
 * A stale object gets a forced active run of its own command, even when its active checks are off. Times are
 * compared as given; Nagios does so in whole seconds, and looks every minute.
 */
export function decideFreshness<State extends ObjectState>(
  now: CheckState<State>,
  settings: MachineSettings,
  site: Site,
  run: RunFacts,
  nowMs: number,
): Freshness {
  const { freshness, checkPeriod, activeChecks, passiveChecks } = settings;
  const isWatched = freshness.isEnabled && (activeChecks || passiveChecks);
  if (!isWatched || run.isExecuting || run.isFreshening) return { isStale: false, staleAtMs: null };
  const thresholdMs = freshnessThresholdMs(now, settings, site, run.latencyMs);
  const staleAtMs = clockStart(now, run.watchedSinceMs, thresholdMs) + thresholdMs;
  if (staleAtMs >= nowMs) return { isStale: false, staleAtMs };
  if (checkPeriod !== null && !site.isInPeriod(checkPeriod, nowMs)) return { isStale: false, staleAtMs };
  return { isStale: true, thresholdMs, staleForMs: nowMs - staleAtMs };
}

/** As configured, or the interval that holds now with what the last run was late and a slack. */
export function freshnessThresholdMs<State extends ObjectState>(
  now: CheckState<State>,
  settings: MachineSettings,
  site: Site,
  latencyMs: number,
): number {
  if (settings.freshness.thresholdSec > 0) return settings.freshness.thresholdSec * 1000;
  const intervalMs = now.type === 'soft' ? settings.retryIntervalMs : settings.intervalMs;
  return intervalMs + latencyMs + site.rules.freshnessSlackMs;
}

function clockStart<State extends ObjectState>(
  { checkedAtMs, isPassive }: CheckState<State>,
  watchedSinceMs: number,
  thresholdMs: number,
): number {
  if (checkedAtMs === null) return watchedSinceMs;
  return isPassive && watchedSinceMs - checkedAtMs > LONG_OUTAGE * thresholdMs ? watchedSinceMs : checkedAtMs;
}

/** Nobody waits ten minutes longer than everything that a run may take. */
const ORPHAN_GRACE_MS = 600_000;

/** A run that is marked as under way and cannot be any more: it is forgotten and planned again. */
export const isOrphaned = (
  run: { plannedAtMs: number; latencyMs: number; timeoutMs: number; reapEveryMs: number },
  nowMs: number,
): boolean => nowMs > run.plannedAtMs + run.latencyMs + run.timeoutMs + run.reapEveryMs + ORPHAN_GRACE_MS;
