// Turns datagrams into live state and samples: decode, find the host, join value and
// metadata, stamp. Storage, rules and the network belong to others.

import type { Clock } from '#kernel/clock.ts';
import type { Sample } from '#kernel/domain/metric.ts';
import { AGENT_ID_KEY, TAGS_KEY, createGmondDecoder, PACKET_ID } from '#wire/gmond-packet.ts';
import type { GmondPacket, MetadataPacket, NumericPacket, StringPacket } from '#wire/gmond-packet.ts';
import { displayText } from '#wire/wire-text.ts';
import { createAnnouncements, extraValue } from './announcements.ts';
import { splitSpoof, type HostIntake } from './host-intake.ts';
import type { HostLiveness } from './host-liveness.ts';
import { numberOf, parseNumber } from './live-value.ts';
import type { MetadataRequests, RequestTarget } from './metadata-requests.ts';
import type { Announcement, LiveCluster, LiveHost, LiveMetric, MetricState } from './metric-state.ts';
import type { RememberedHosts } from './remembered-hosts.ts';
import type { SenderPolicy } from './sender-policy.ts';
import { DROP_REASONS, type DropReason, type Source, type SourceTable } from './source-table.ts';

/** The socket that a datagram came in by. */
export interface Channel {
  cluster: LiveCluster;
  port: number;
  group: string | undefined;
  send: (datagram: Buffer, target: RequestTarget) => void;
  /** Undefined when everybody may say everything. */
  policy?: SenderPolicy | undefined;
}

export interface MetricIngest {
  /** Never throws for anything that a datagram holds. */
  receive(channel: Channel, datagram: Buffer, from: RequestTarget): void;
  /** As if the packet had been heard, for what comes by another way than UDP. */
  take(packet: GmondPacket, via: Via): void;
  readonly packetsById: ReadonlyMap<number, number>;
}

export interface MetricIngestDeps {
  clock: Clock;
  state: MetricState;
  sources: SourceTable;
  hosts: HostIntake;
  liveness: HostLiveness;
  remembered: Pick<RememberedHosts, 'announcementOf'>;
  requests: MetadataRequests;
  /** Somebody asks for the metadata of this metric; it may be one of this process's own agent. */
  onRequest?: ((metric: string) => void) | undefined;
  /** Takes each numeric value of a host, in order of arrival. */
  emit: (host: LiveHost, sample: Sample) => void;
}

// gmond's largest is 1,472 bytes unless somebody raised it; without a bound 50,000 metrics could take 3 GB.
const MAX_DATAGRAM_BYTES = 8192;

const AGENT_ID = /^[\w-]{1,64}$/;

const isDropReason = (reason: string): reason is DropReason => (DROP_REASONS as readonly string[]).includes(reason);

/** Samples carry their arrival; those of a metric that comes more often than every `alignMs` are `exact`. */
export function createMetricIngest(deps: MetricIngestDeps, options: { alignMs: number }): MetricIngest {
  const { clock, state, sources, hosts, liveness, remembered, requests, emit } = deps;
  const { alignMs } = options;
  const decode = createGmondDecoder();
  const announcements = createAnnouncements();
  const packetsById = new Map<number, number>();

  function metricOf(host: LiveHost, packet: GmondPacket, source: Source): LiveMetric | undefined {
    const known = host.metrics.get(packet.name);
    if (known !== undefined && (packet.spoof || !packet.name.includes(':'))) return known;
    const key = keyOf(packet);
    if (key === '') {
      sources.drop(source, 'bad_name');
      return undefined;
    }
    const existing = host.metrics.get(key);
    if (existing !== undefined) return existing;
    if (!sources.admitSeries(source, state.size)) return undefined;
    const metric = newMetric(shownName(key), source, remembered.announcementOf(host, key));
    state.addMetric(host, key, metric);
    return metric;
  }

  function takeMetadata(host: LiveHost, packet: MetadataPacket, via: Via): void {
    if (isSpecial(packet.name, HEARTBEAT)) {
      const agentId = extraValue(packet.metadata, AGENT_ID_KEY);
      if (agentId !== undefined && AGENT_ID.test(agentId)) hosts.setAgent(host, agentId);
      const tags = extraValue(packet.metadata, TAGS_KEY);
      if (tags !== undefined) host.tags = displayText(tags);
      return;
    }
    if (isSpecial(packet.name, LOCATION)) return;
    const metric = metricOf(host, packet, via.source);
    if (metric === undefined) return;
    metric.announcement = announcements.share(packet.metadata, metric.announcement);
    metric.announcedTick = via.tick;
  }

  function takeValue(host: LiveHost, packet: NumericPacket | StringPacket, via: Via): void {
    if (isSpecial(packet.name, HEARTBEAT)) {
      host.gmondStartedSec = startedSec(packet.value);
      return;
    }
    if (isSpecial(packet.name, LOCATION)) {
      if (packet.id === PACKET_ID.string) host.location = displayText(packet.value);
      return;
    }
    const metric = metricOf(host, packet, via.source);
    if (metric === undefined) return;
    metric.valueId = packet.id;
    metric.fmt = packet.fmt;
    metric.value = packet.value;
    const isOften = via.tick - metric.valueTick < alignMs;
    metric.valueTick = via.tick;
    if (metric.announcement === undefined) {
      const { port, group, send } = via.channel;
      requests.ask(packet, metric, { tick: via.tick, from: via.from, port, group, send });
    }
    const value = numberOf(packet.value, metric.announcement);
    if (value === undefined) return;
    const { cluster, name, key: hostKey } = host;
    const atMs = via.atMs ?? host.heardAtMs;
    emit(host, { cluster, host: name, hostKey, metric: metric.name, value, atMs, exact: isOften });
  }

  function takePacket(packet: GmondPacket, via: Via): void {
    const { cluster, port } = via.channel;
    packetsById.set(packet.id, (packetsById.get(packet.id) ?? 0) + 1);
    if (packet.id === PACKET_ID.request) {
      deps.onRequest?.(packet.name);
      // One that left by our own socket came back through the group: no sign of life of any host.
      const known = via.from.port === port ? undefined : hosts.knownHost(cluster, packet, via.source);
      if (known !== undefined) liveness.heard(known, via.tick);
      return;
    }
    const host = hosts.hostOf(cluster, packet, via.source);
    if (host === undefined) return;
    liveness.heard(host, via.tick);
    if (packet.id === PACKET_ID.metadata) takeMetadata(host, packet, via);
    else takeValue(host, packet, via);
    if (!host.announced) hosts.announce(host);
  }

  return {
    packetsById,
    take: takePacket,
    receive(channel, datagram, from) {
      const tick = clock.monotonicMs();
      const { policy } = channel;
      if (policy !== undefined && !policy.mayBeHeard(from.address)) return sources.deny(from.address, tick);
      const source = sources.admitPacket(from.address, tick);
      if (source === undefined) return;
      if (datagram.length > MAX_DATAGRAM_BYTES) return sources.drop(source, 'too_long');
      const decoded = decode(datagram);
      if (decoded.ok) {
        const packet = decoded.value;
        if (policy !== undefined && packet.spoof && !maySpeak(policy, packet, from.address))
          return sources.drop(source, 'spoof_denied');
        takePacket(packet, { channel, from, source, tick });
      } else if (isDropReason(decoded.reason)) sources.drop(source, decoded.reason);
    },
  };
}

/** Whoever spoofs its own address, as our agent does, speaks for nobody else. */
const maySpeak = (policy: SenderPolicy, packet: GmondPacket, address: string): boolean =>
  policy.maySpoof(address) || splitSpoof(packet.host)?.key === address;

export interface Via {
  channel: Channel;
  from: RequestTarget;
  source: Source;
  tick: number;
  /** Epoch ms that the sender gives its value; the moment of arrival when absent. */
  atMs?: number;
}

const HEARTBEAT = 'heartbeat';
const LOCATION = 'location';

const isSpecial = (name: string, special: string): boolean =>
  name.length === special.length && (name === special || name.toLowerCase() === special);

/** gmond replaces ':' by '_', and only in names that are not spoofed (spec/ganglia.md §1.4). */
function keyOf(packet: GmondPacket): string {
  const name = displayText(packet.name);
  return packet.spoof ? name : name.replaceAll(':', '_');
}

/** A spoofed `outer:inner` is shown as `outer`; a leading ':' does not count. */
function shownName(key: string): string {
  const colon = key.indexOf(':', 1);
  return colon === -1 ? key : key.slice(0, colon);
}

/** gmond reads a heartbeat sent as text from the wrong bytes; a successor reads the number. */
function startedSec(value: number | string): number {
  const number = typeof value === 'number' ? value : parseNumber(value);
  return number !== undefined && Number.isFinite(number) ? Math.max(0, Math.trunc(number)) : 0;
}

function newMetric(name: string, source: Source, announcement: Announcement | undefined): LiveMetric {
  return {
    name,
    source,
    announcement,
    announcedTick: -Infinity,
    valueId: undefined,
    fmt: '',
    value: 0,
    valueTick: -Infinity,
    requestedTick: -Infinity,
  };
}
