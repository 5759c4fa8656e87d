// Bytes and packets a second, summed over interfaces, from /proc/net/dev.

import type { Clock } from '#kernel/clock.ts';
import { counterDelta, parseCounter, type Counter } from './counters.ts';
import type { Sampler } from './metric-definition.ts';
import type { ReadText } from './proc-reader.ts';

/** The kernel's 64-bit counters since the interface came up. */
interface InterfaceCounters {
  bytesIn: Counter;
  pktsIn: Counter;
  bytesOut: Counter;
  pktsOut: Counter;
}

const COUNTERS = ['bytesIn', 'pktsIn', 'bytesOut', 'pktsOut'] as const;

// Beyond these a difference is an artefact, not traffic (gmond's own limits).
const MOST_BYTES_PER_SEC = 1e13;
const MOST_PACKETS_PER_SEC = 1e8;

/** Counters by interface. Loopback, bonds (their members count) and VLAN devices are left out, as gmond does. */
export function parseNetDev(text: string, vlanNames: ReadonlySet<string> = new Set()): Map<string, InterfaceCounters> {
  const interfaces = new Map<string, InterfaceCounters>();
  for (const line of text.split('\n')) {
    const found = /^\s*([^\s:]+):\s*(.+)$/.exec(line);
    const name = found?.[1];
    const fields = found?.[2]?.trim().split(/\s+/);
    if (name === undefined || fields === undefined || fields.length < 10 || !fields.every((f) => /^\d+$/.test(f)))
      continue;
    if (/^(lo|bond)/.test(name) || vlanNames.has(name)) continue;
    const at = (index: number) => parseCounter(fields[index]) ?? 0;
    interfaces.set(name, { bytesIn: at(0), pktsIn: at(1), bytesOut: at(8), pktsOut: at(9) });
  }
  return interfaces;
}

/** Device names of /proc/net/vlan/config. */
export const parseVlanConfig = (text: string): Set<string> =>
  new Set([...text.matchAll(/^(\S+)\s*\|\s*\d+\s*\|/gm)].flatMap((found) => found[1] ?? []));

export function createNetworkSampler(readText: ReadText, clock: Clock): Sampler {
  let before: { atMs: number; interfaces: Map<string, InterfaceCounters> } | undefined;
  let reading: Record<string, number> = { bytes_out: 0, bytes_in: 0, pkts_in: 0, pkts_out: 0 };
  return {
    async read() {
      const [text, vlans] = await Promise.all([readText('/proc/net/dev'), readText('/proc/net/vlan/config')]);
      if (text === undefined) return {};
      const atMs = clock.monotonicMs();
      const interfaces = parseNetDev(text, parseVlanConfig(vlans ?? ''));
      const elapsedSec = before === undefined ? 0 : (atMs - before.atMs) / 1000;
      if (before !== undefined && elapsedSec > 0) reading = rates(before.interfaces, interfaces, elapsedSec, reading);
      if (before === undefined || elapsedSec > 0) before = { atMs, interfaces };
      return reading;
    },
  };
}

/** Rates a second. One past its limit keeps the value it had. */
function rates(
  before: ReadonlyMap<string, InterfaceCounters>,
  now: ReadonlyMap<string, InterfaceCounters>,
  elapsedSec: number,
  last: Record<string, number>,
): Record<string, number> {
  const moved = { bytesIn: 0, pktsIn: 0, bytesOut: 0, pktsOut: 0 };
  for (const [name, counters] of now) {
    const earlier = before.get(name);
    if (earlier === undefined) continue;
    // What a reset counter missed is unknown: 0.
    for (const key of COUNTERS) moved[key] += counterDelta(earlier[key], counters[key]) ?? 0;
  }
  const sane = (metric: string, count: number, limit: number) =>
    count / elapsedSec > limit ? (last[metric] ?? 0) : count / elapsedSec;
  return {
    bytes_out: sane('bytes_out', moved.bytesOut, MOST_BYTES_PER_SEC),
    bytes_in: sane('bytes_in', moved.bytesIn, MOST_BYTES_PER_SEC),
    pkts_in: sane('pkts_in', moved.pktsIn, MOST_PACKETS_PER_SEC),
    pkts_out: sane('pkts_out', moved.pktsOut, MOST_PACKETS_PER_SEC),
  };
}
