// Decides whether a reflex may act now: pure. The first refusal counts, and says why
// in words that can be shown to the person who is paged instead.

import type { ReflexGuard } from './reflex.ts';

const HOUR_MS = 3_600_000;

export interface GuardFacts {
  nowMs: number;
  armed: boolean;
  /** The host of the alert, as inventory knows it; undefined when the alert is about none. */
  host: { name: string; lifecycle: 'in_service' | 'maintenance' | 'retired' } | undefined;
  /** The alert went away before its event was handled. */
  alertResolved: boolean;
  /** What is at work on the host now, by its title. */
  busyWith: string | undefined;
  /** Decisions of this reflex to act, at least those of the last hour, on any host. */
  actedAtMs: readonly number[];
  /** The last decision of this reflex to act on this host, whenever that was. */
  lastOnHostAtMs: number | undefined;
}

export type GuardVerdict = { allowed: true } | { allowed: false; reason: string };

const minutes = (ms: number): string => (ms < 60_000 ? `${Math.ceil(ms / 1000)} s` : `${Math.ceil(ms / 60_000)} min`);

/** Order as in jobs-and-config §17: armed, alert, host, concurrency, cooldown, budget. */
export function decideGuard(guard: ReflexGuard, facts: GuardFacts): GuardVerdict {
  const reason = refusal(guard, facts);
  return reason === undefined ? { allowed: true } : { allowed: false, reason };
}

function refusal(guard: ReflexGuard, facts: GuardFacts): string | undefined {
  const { nowMs, host } = facts;
  if (!facts.armed) return 'the reflex is not armed';
  if (!host) return 'the alert is about no host that is known here';
  if (facts.alertResolved) return 'the alert was resolved before the reflex could act';
  if (host.lifecycle !== 'in_service')
    return `${host.name} is ${host.lifecycle === 'maintenance' ? 'in maintenance' : 'retired'}`;
  if (guard.onePerHost && facts.busyWith !== undefined) return `"${facts.busyWith}" is at work on ${host.name}`;

  const restMs = facts.lastOnHostAtMs === undefined ? 0 : facts.lastOnHostAtMs + guard.cooldownSec * 1000 - nowMs;
  if (restMs > 0) return `cooldown: it acted on ${host.name} before; not again for ${minutes(restMs)}`;

  const inLastHour = facts.actedAtMs.filter((atMs) => atMs > nowMs - HOUR_MS).length;
  if (inLastHour >= guard.maxPerHour)
    return `budget: it acted ${inLastHour} times in the last hour; ${guard.maxPerHour} are allowed`;
  return undefined;
}
