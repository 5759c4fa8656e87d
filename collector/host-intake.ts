// Finds the host that a packet speaks of, or makes it: by source address, or by the
// `IP:NAME` of a spoofed packet. Tells the world once about each host.

import type { Clock } from '#kernel/clock.ts';
import type { NewEvent } from '#kernel/domain/event.ts';
import type { GmondPacket } from '#wire/gmond-packet.ts';
import { displayText } from '#wire/wire-text.ts';
import type { ExpectedHosts } from './expected-hosts.ts';
import type { HostMoves } from './host-moves.ts';
import type { HostNaming } from './host-naming.ts';
import type { LiveCluster, LiveHost, MetricState } from './metric-state.ts';
import type { RememberedHosts } from './remembered-hosts.ts';
import type { Source, SourceTable } from './source-table.ts';

export interface HostIntake {
  /** Undefined when the packet names no acceptable host or there is no room for one more; that is counted. */
  hostOf(cluster: LiveCluster, packet: GmondPacket, source: Source): LiveHost | undefined;
  /** Makes a host that a polled source names; undefined when there is no room for one more; that is counted. */
  makeHost(cluster: LiveCluster, identity: { key: string; name: string }, source: Source): LiveHost | undefined;
  /** As `hostOf`, but never makes a host. */
  knownHost(cluster: LiveCluster, packet: GmondPacket, source: Source): LiveHost | undefined;
  /** Publishes `host.seen` once its name is final. */
  announce(host: LiveHost): void;
  /** Notes which agent a host runs; publishes `host.seen` anew when that is news. */
  setAgent(host: LiveHost, agentId: string): void;
}

export function createHostIntake(deps: {
  clock: Clock;
  state: MetricState;
  sources: SourceTable;
  naming: HostNaming | undefined;
  expected: Pick<ExpectedHosts, 'heard'>;
  moves: Pick<HostMoves, 'settle'>;
  remembered: Pick<RememberedHosts, 'recall'>;
  publish: (events: NewEvent[]) => void;
}): HostIntake {
  const { clock, state, sources, naming, expected, moves, remembered, publish } = deps;

  function identify(cluster: LiveCluster, packet: GmondPacket, source: Source): LiveHost | HostIdentity | undefined {
    if (!packet.spoof) {
      const { address } = source;
      return cluster.hosts.get(address) ?? { key: address, name: address, spoofedAs: undefined };
    }
    const known = cluster.bySpoof.get(packet.host);
    if (known !== undefined) return known;
    const identity = splitSpoof(packet.host);
    if (identity === undefined) {
      sources.drop(source, 'bad_spoof');
      return undefined;
    }
    return cluster.hosts.get(identity.key) ?? identity;
  }

  const intake: HostIntake = {
    hostOf(cluster, packet, source) {
      const found = identify(cluster, packet, source);
      if (found === undefined || 'metrics' in found) return found;
      if (!sources.admitSeries(source, state.size)) return undefined;
      const host = newHost(cluster.name, found, source, clock.monotonicMs());
      const isNamed = remembered.recall(host);
      state.addHost(cluster, host);
      expected.heard(host.cluster, host.key);
      if (!packet.spoof && !isNamed) naming?.begin(host);
      return host;
    },
    makeHost(cluster, { key, name }, source) {
      if (!sources.admitSeries(source, state.size)) return undefined;
      const host = newHost(cluster.name, { key, name, spoofedAs: undefined }, source, clock.monotonicMs());
      state.addHost(cluster, host);
      expected.heard(host.cluster, host.key);
      return host;
    },
    knownHost(cluster, packet, source) {
      const found = identify(cluster, packet, source);
      return found !== undefined && 'metrics' in found ? found : undefined;
    },
    announce(host) {
      if (host.announced || !host.named) return;
      host.announced = true;
      publish([seenEvent(host, clock.nowMs())]);
      moves.settle(host);
    },
    setAgent(host, agentId) {
      if (host.agentId === agentId) return;
      host.agentId = agentId;
      host.announced = false;
    },
  };
  return intake;
}

export function seenEvent(host: LiveHost, atMs: number): NewEvent<'host.seen'> {
  const { cluster, key, name, agentId } = host;
  const data = { cluster, hostKey: key, name, ip: key, ...(agentId !== undefined && { agentId }) };
  return { kind: 'host.seen', atMs, data };
}

interface HostIdentity {
  key: string;
  name: string;
  spoofedAs: string | undefined;
}

/** Key before, name after the first ':' that is not the first byte (spec/ganglia.md §1.4). */
export function splitSpoof(spoof: string): HostIdentity | undefined {
  const shown = displayText(spoof);
  const colon = shown.indexOf(':', 1);
  if (colon === -1 || colon === shown.length - 1) return undefined;
  return { key: shown.slice(0, colon), name: shown.slice(colon + 1), spoofedAs: spoof };
}

function newHost(cluster: string, identity: HostIdentity, source: Source, tick: number): LiveHost {
  return {
    cluster,
    key: identity.key,
    spoofedAs: identity.spoofedAs,
    name: identity.name,
    source,
    firstTick: tick,
    heardTick: tick,
    heardAtMs: 0,
    quiet: false,
    named: true,
    announced: false,
    gmondStartedSec: 0,
    location: undefined,
    tmaxSec: undefined,
    dmaxSec: undefined,
    tags: undefined,
    agentId: undefined,
    metrics: new Map(),
  };
}
