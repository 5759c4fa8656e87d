// What is due although no result came, looked at once a second: downtimes, acknowledgements,
// words that were kept back, and objects that went stale.

import type { Clock } from '#kernel/clock.ts';
import { decideFreshness } from '../machine/freshness.ts';
import { decideTimers } from '../machine/timers.ts';
import { eitherKind, type ObjectNode } from './node.ts';
import type { AnyDecision } from './settle.ts';
import type { WatchedSite } from './site.ts';

interface TimerSweepDeps {
  clock: Clock;
  site: WatchedSite;
  isHeld(node: ObjectNode): boolean;
  watchedSinceMs: number;
  settle(node: ObjectNode, decision: AnyDecision): Promise<boolean>;
  runForced(id: string): void;
}

export interface TimerSweep {
  /** To be looked at with the next tick. */
  lookSoon(nodes: Iterable<ObjectNode>): void;
  forget(node: ObjectNode): void;
  tick(): void;
}

export function createTimerSweep(deps: TimerSweepDeps): TimerSweep {
  const { clock, site } = deps;
  const due = new Map<ObjectNode, number>();

  function look(node: ObjectNode, nowMs: number): void {
    const any = eitherKind(node);
    const decision = decideTimers(any.current, any.settings, any, nowMs);
    // Settling asks for another look after effects; what it then says stands.
    if (decision.effects.length > 0 || decision.after !== node.current) void deps.settle(node, decision);
    const freshAtMs = lookAtFreshness(node, nowMs);
    const again = [decision.lookAtMs, freshAtMs].filter((atMs) => atMs !== null);
    if (again.length > 0) due.set(node, Math.max(nowMs + 1, Math.min(...again)));
  }

  /** A stale object is run by force, also when its active checks are off; that result makes it fresh. */
  function lookAtFreshness(node: ObjectNode, nowMs: number): number | null {
    const facts = {
      isExecuting: node.running !== undefined,
      isFreshening: node.isFreshening,
      latencyMs: node.latencyMs ?? 0,
      watchedSinceMs: deps.watchedSinceMs,
    };
    const freshness = decideFreshness(eitherKind(node).current, node.settings, site, facts, nowMs);
    if (!freshness.isStale) return freshness.staleAtMs ?? (node.settings.freshness.isEnabled ? nowMs + 1000 : null);
    node.isFreshening = true;
    deps.runForced(node.id);
    return nowMs + 1000;
  }

  return {
    lookSoon(nodes) {
      for (const node of nodes) due.set(node, -Infinity);
    },
    forget: (node) => void due.delete(node),
    tick() {
      const nowMs = clock.nowMs();
      for (const [node, atMs] of due) {
        if (atMs > nowMs) continue;
        due.delete(node);
        if (deps.isHeld(node)) look(node, nowMs);
      }
    },
  };
}
