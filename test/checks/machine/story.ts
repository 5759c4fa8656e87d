// Tells what happens to one object in words, so that a test reads as an operator would
// tell it: results in, sentences out, and a clock that the story moves.

import type { ObjectState } from '#checks/machine/check-state.ts';
import { cancelDowntime, followDowntime, planDowntime } from '#checks/machine/downtime.ts';
import type { Downtime } from '#checks/machine/downtime-window.ts';
import type { Effect } from '#checks/machine/effect.ts';
import { acknowledge, removeAcknowledgement, sendCustom } from '#checks/machine/operator.ts';
import { decideTimers } from '#checks/machine/timers.ts';
import {
  decideAbout,
  hostNode,
  serviceNode,
  siteWith,
  takeResult,
  type AnyNode,
  type ServiceNode,
} from './site-nodes.ts';

export const MINUTE = 60_000;

const LETTERS = {
  service: { O: 'ok', W: 'warning', C: 'critical', U: 'unknown' },
  host: { U: 'up', D: 'down', X: 'unreachable' },
} as const;

/** Handlers are left out: they come with every transition. */
export function sentenceOf(effect: Effect<ObjectState>): string | undefined {
  switch (effect.kind) {
    case 'transition':
      return `${effect.to} ${effect.type}${String(effect.attempt)}${effect.isHardChange ? '!' : ''}`;
    case 'event_handler':
      return undefined;
    case 'flapping':
      return `flapping ${effect.what} at ${effect.percent.toFixed(1)}`;
    case 'notification': {
      const { verdict } = effect;
      return verdict.outcome === 'sent'
        ? `${verdict.type} #${String(verdict.number)} to ${verdict.contacts.join(',')}`
        : `no ${verdict.type}: ${verdict.block.filter}`;
    }
    case 'downtime':
      return `downtime ${effect.id} ${effect.what}`;
    case 'acknowledged':
      return `acknowledged by ${effect.by}`;
    case 'acknowledgement_dropped':
      return `acknowledgement ${effect.why}`;
    case 'check_now':
      return `look at ${effect.ids.join(',')}: ${effect.why}`;
    case 'log_stalked':
      return `stalked ${effect.state}`;
  }
}

/** A service with one attempt on a host that is up; all who hear of it are `*`. */
export function lonelyService(change: Parameters<typeof serviceNode>[2] = {}): ServiceNode {
  const host = hostNode(siteWith({ hostFreshForMs: Infinity }), 'web-1');
  host.current = { ...host.current, isChecked: true, checkedAtMs: 0 };
  return serviceNode(host, 'http', { maxAttempts: 1, ...change });
}

export class Story {
  readonly node: AnyNode;
  nowMs = Date.UTC(2026, 10, 2, 9);
  /** When the machine wants to be asked again. */
  lookAtMs: number | null = null;

  constructor(node: AnyNode) {
    this.node = node;
  }

  wait(minutes: number): this {
    this.nowMs += minutes * MINUTE;
    return this;
  }

  /** One letter per result: O W C U of a service, U D X of a host. */
  results(letters: string, arrived: { isPassive?: boolean; isNewOutput?: boolean } = {}): string[] {
    return [...letters].flatMap((letter) => {
      const states: Record<string, ObjectState | undefined> = LETTERS[this.node.object];
      const state = states[letter];
      if (state === undefined) throw new Error(`no state ${letter}`);
      return this.#tell(takeResult(this.node, { state, isPassive: false, isNewOutput: false, ...arrived }, this.nowMs));
    });
  }

  acknowledge(change: { isSticky?: boolean; expiresAtMs?: number } = {}): string[] {
    const acknowledgement = { isSticky: false, by: 'ops', comment: '', expiresAtMs: null, ...change };
    return this.#tell(
      decideAbout(this.node, (state, settings, around) =>
        acknowledge(state, { acknowledgement, notifies: false }, settings, around, this.nowMs),
      ),
    );
  }

  removeAcknowledgement(): string[] {
    return this.#tell(decideAbout(this.node, (state) => removeAcknowledgement(state)));
  }

  custom(options: { isBroadcast?: boolean; isForced?: boolean; increments?: boolean } = {}): string[] {
    const all = { isBroadcast: false, isForced: false, increments: false, ...options };
    return this.#tell(
      decideAbout(this.node, (state, settings, around) => sendCustom(state, all, settings, around, this.nowMs)),
    );
  }

  /** Minutes are from now. */
  plan(id: string, from: number, to: number, change: Partial<Downtime> = {}): string[] {
    const downtime: Downtime = {
      id,
      kind: 'fixed',
      startAtMs: this.nowMs + from * MINUTE,
      endAtMs: this.nowMs + to * MINUTE,
      durationMs: 0,
      triggeredBy: null,
      by: 'ops',
      comment: '',
      runsUntilMs: null,
      ...change,
    };
    return this.#tell(
      decideAbout(this.node, (state, settings, around) => planDowntime(state, downtime, settings, around, this.nowMs)),
    );
  }

  cancel(id: string): string[] {
    return this.#tell(
      decideAbout(this.node, (state, settings, around) => cancelDowntime(state, id, settings, around, this.nowMs)),
    );
  }

  follow(id: string, what: 'started' | 'ended' | 'cancelled' | 'expired'): string[] {
    return this.#tell(
      decideAbout(this.node, (state, settings, around) =>
        followDowntime(state, { id, what }, settings, around, this.nowMs),
      ),
    );
  }

  /** The timers at this instant. */
  look(): string[] {
    return this.#tell(
      decideAbout(this.node, (state, settings, around) => {
        const decision = decideTimers(state, settings, around, this.nowMs);
        this.lookAtMs = decision.lookAtMs;
        return decision;
      }),
    );
  }

  /** Minutes from now until the machine wants to be asked again. */
  get lookInMinutes(): number | null {
    return this.lookAtMs === null ? null : (this.lookAtMs - this.nowMs) / MINUTE;
  }

  #tell(effects: readonly Effect<ObjectState>[]): string[] {
    return effects.flatMap((effect) => sentenceOf(effect) ?? []);
  }
}
