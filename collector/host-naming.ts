// Names hosts that did not name themselves: reverse DNS of the source address, as
// gmond does, but never in the way of a packet. What a host sends meanwhile is held
// back, so that its history begins under its final name.

import { Resolver } from 'node:dns/promises';
import type { Clock, Timer } from '#kernel/clock.ts';
import type { Sample } from '#kernel/domain/metric.ts';
import type { LiveHost } from './metric-state.ts';

/** The name of an address, or undefined when it has none that can be found. Never rejects. */
export type LookUpName = (address: string) => Promise<string | undefined>;

export interface HostNaming {
  /** Starts naming `host`; until `onNamed` its name is its address. */
  begin(host: LiveHost): void;
  /** Keeps a sample of a host that has no final name yet. */
  hold(host: LiveHost, sample: Sample): void;
  /** Gives every waiting host its address as name. */
  stop(): void;
}

// A dead name server must not delay a host's first samples by more than this.
const LONGEST_WAIT_MS = 3000;
// Beyond these, hosts keep their address as name and samples of the wait are lost oldest first.
const MAX_WAITING_HOSTS = 10_000;
const MAX_HELD_SAMPLES = 256;
const MAX_LOOKUPS = 16;

export function createHostNaming(deps: {
  clock: Clock;
  lookUp: LookUpName;
  onNamed: (host: LiveHost, held: Sample[]) => void;
}): HostNaming {
  const { clock, lookUp, onNamed } = deps;
  const waiting = new Map<LiveHost, { held: Sample[]; timer: Timer }>();
  const queue = new Set<LiveHost>();
  let lookups = 0;

  function finish(host: LiveHost, name: string): void {
    const entry = waiting.get(host);
    if (entry === undefined) return;
    entry.timer.cancel();
    waiting.delete(host);
    queue.delete(host);
    host.name = name;
    host.named = true;
    for (const sample of entry.held) sample.host = name;
    onNamed(host, entry.held);
  }

  function startLookups(): void {
    for (const host of queue) {
      if (lookups >= MAX_LOOKUPS) return;
      queue.delete(host);
      lookups++;
      void lookUp(host.key)
        .then((name) => finish(host, name ?? host.key))
        .finally(() => {
          lookups--;
          startLookups();
        });
    }
  }

  return {
    begin(host) {
      host.named = waiting.size >= MAX_WAITING_HOSTS;
      if (host.named) return;
      const timer = clock.after(LONGEST_WAIT_MS, () => finish(host, host.key));
      waiting.set(host, { held: [], timer });
      queue.add(host);
      startLookups();
    },
    hold(host, sample) {
      const held = waiting.get(host)?.held;
      if (held === undefined) return;
      if (held.length >= MAX_HELD_SAMPLES) held.shift();
      held.push(sample);
    },
    stop() {
      queue.clear();
      for (const host of [...waiting.keys()]) finish(host, host.key);
    },
  };
}

/** Reverse DNS through c-ares: no thread of the pool waits, and /etc/hosts counts. */
export function reverseDns(): { lookUp: LookUpName; stop: () => void } {
  const resolver = new Resolver({ timeout: 1000, tries: 2 });
  return {
    // No name, a refused address and a dead server come to the same: the address is the name.
    lookUp: (address) =>
      resolver.reverse(address).then(
        (names) => names[0],
        () => undefined,
      ),
    stop: () => resolver.cancel(),
  };
}
