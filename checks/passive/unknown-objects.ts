// Results for objects that nobody defined: the newest hundred names, so that a mistyped host
// in somebody's configuration is found instead of lost.

import type { PassiveVia } from './door.ts';

const MOST_NAMES = 100;
const LONGEST_NAME = 200;

export interface UnknownObject {
  hostName: string;
  serviceName?: string;
  via: PassiveVia;
  results: number;
  lastAtMs: number;
}

export function createUnknownObjects() {
  // By name, the one heard of longest ago first.
  const known = new Map<string, UnknownObject>();
  return {
    add(named: { hostName: string; serviceName?: string }, via: PassiveVia, atMs: number): void {
      const hostName = cut(named.hostName);
      const object = { hostName, ...(named.serviceName !== undefined && { serviceName: cut(named.serviceName) }) };
      const key = JSON.stringify(object);
      const results = (known.get(key)?.results ?? 0) + 1;
      known.delete(key);
      const [oldest] = known.keys();
      if (oldest !== undefined && known.size >= MOST_NAMES) known.delete(oldest);
      known.set(key, { ...object, via, results, lastAtMs: atMs });
    },
    /** Newest first. */
    list: (sinceMs: number): UnknownObject[] =>
      [...known.values()].filter(({ lastAtMs }) => lastAtMs >= sinceMs).toReversed(),
  };
}

const cut = (name: string): string => name.slice(0, LONGEST_NAME).toWellFormed();
