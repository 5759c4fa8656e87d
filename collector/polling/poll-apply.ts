// Writes what a data source answers into live state, and hands on the values that are
// new. Which address answered, and when it is asked again, is decided elsewhere.

import type { Clock } from '#kernel/clock.ts';
import type { Sample } from '#kernel/domain/metric.ts';
import type { XmlAnnounced } from '#wire/ganglia-xml-metric.ts';
import type { GangliaXmlHandler, XmlClusterHead, XmlGridHead, XmlHostHead } from '#wire/ganglia-xml-scan.ts';
import type { HostIntake } from '../host-intake.ts';
import type { HostLiveness } from '../host-liveness.ts';
import { numberOf } from '../live-value.ts';
import type { LiveCluster, LiveHost, LiveMetric, MetricState, PolledFrom } from '../metric-state.ts';
import type { Source, SourceTable } from '../source-table.ts';
import { createGridSummary, isUp, type GridSummary } from './grid-summary.ts';

export interface PollApplyDeps {
  clock: Clock;
  state: MetricState;
  sources: SourceTable;
  hosts: Pick<HostIntake, 'makeHost' | 'announce'>;
  liveness: Pick<HostLiveness, 'heard'>;
  emit: (host: LiveHost, sample: Sample) => void;
}

export interface PollApplyOptions {
  /** Of the data source. */
  name: string;
  /** Keep of a gmetad below only its summary; otherwise take its clusters as they are. */
  scalable: boolean;
  /** How long what a source lists no longer is kept when its own DMAX would keep it for ever; 0 = for ever. */
  keepVanishedSec: number;
}

export interface PollApply {
  /** Takes the events of one answer as they come; the instant of the poll is now. */
  begin(): Omit<GangliaXmlHandler, 'lost'>;
  /** The answer was whole: what it names stands as polled now. */
  finish(): void;
  /** Every address has failed: the data stay, and are known to be old. */
  markDead(): void;
  /** Forgets what whole answers have not named for `keepVanishedSec`. */
  forgetVanished(): void;
  /** Sorted; of the last answers. */
  names(): { clusters: string[]; grids: string[] };
}

// TN is in whole seconds and the answer takes its time: a value whose instant moved by less is the same value.
const JITTER_MS = 1500;
// A gmetric of last week is shown, but is no news for history and rules.
const OLDEST_SAMPLE_SEC = 86_400;
const LONGEST_TN_SEC = 10 * 365 * 86_400;
// One gmetad may speak for a whole site; a lying source must still leave room for others.
const MAX_SERIES = 500_000;
const MAX_CLUSTERS = 1000;
// Names in the sums of all grids of one answer; what is summed is no series and counts against no other limit.
const MAX_SUMS = 200_000;
const UNSPECIFIED = 'unspecified';

export function createPollApply(deps: PollApplyDeps, options: PollApplyOptions): PollApply {
  const { clock, state, sources, hosts, liveness, emit } = deps;
  const address = `poll:${options.name}`;
  const keepMs = options.keepVanishedSec * 1000;
  /** A grid at this depth is kept as its summary. */
  const summaryDepth = options.scalable ? 1 : 2;
  const clusters = new Map<string, { cluster: LiveCluster; made: boolean; listedTick: number }>();
  const grids = new Map<string, PolledFrom>();
  /** Tick of the last whole answer that named the host. */
  const listed = new Map<LiveHost, number>();

  let tick = 0;
  let nowMs = 0;
  let source: Source | undefined;
  let gridDepth = 0;
  let grid: GridSummary | undefined;
  let gridHead: XmlGridHead | undefined;
  let depthInGrid = 0;
  let cluster: LiveCluster | undefined;
  let host: LiveHost | undefined;
  let hostIsUp = false;
  let namedHosts = new Set<LiveHost>();
  let namedClusters = new Map<LiveCluster, number>();
  let pendingGrids = new Map<string, { grid: GridSummary; head: XmlGridHead }>();
  let sums = 0;

  const polledNow = (localtimeSec: number): PolledFrom => ({
    source: options.name,
    localtimeSec,
    polledTick: tick,
    alive: true,
  });

  function openCluster(head: XmlClusterHead): void {
    if (grid !== undefined) {
      depthInGrid++;
      return;
    }
    const known = clusters.get(head.name);
    if (known === undefined && clusters.size >= MAX_CLUSTERS) {
      if (source) sources.drop(source, 'source_series');
      return;
    }
    const made = known?.made ?? !state.clusters.has(head.name);
    cluster = state.cluster(head.name);
    clusters.set(head.name, { cluster, made, listedTick: tick });
    namedClusters.set(cluster, head.localtimeSec);
    const { owner, latlong, url } = head;
    cluster.labels = { ...specified('owner', owner), ...specified('latlong', latlong), ...specified('url', url) };
    // Known as polled from its first host on: what asks in between must not take it for a cluster that is heard.
    cluster.polled ??= polledNow(head.localtimeSec);
  }

  /** Its IP is the key, unless another host of this answer has the same: a gmetad knows hosts by name alone. */
  function findHost(within: LiveCluster, { name, ip }: XmlHostHead, from: Source): LiveHost | undefined {
    const key = ip === '' ? name : ip;
    const shared = within.hosts.get(`${key} ${name}`);
    if (shared !== undefined) return shared;
    const known = within.hosts.get(key);
    if (known === undefined) return hosts.makeHost(within, { key, name }, from);
    if (known.name === name || !namedHosts.has(known)) return known;
    return hosts.makeHost(within, { key: `${key} ${name}`, name }, from);
  }

  function openHost(head: XmlHostHead): void {
    if (grid !== undefined) {
      grid.host(head);
      return;
    }
    if (cluster === undefined || source === undefined) return;
    const found = findHost(cluster, head, source);
    if (found === undefined) return;
    host = found;
    hostIsUp = isUp(head);
    namedHosts.add(found);
    listed.set(found, tick);
    // Of a host that is heard here as well, our own ears know better.
    if (found.source.address === address) describeHost(found, head);
    const agoMs = Math.min(head.tnSec, LONGEST_TN_SEC) * 1000;
    const heardTick = tick - agoMs;
    const isNew = !found.announced;
    if (isNew || heardTick > found.heardTick + JITTER_MS) {
      if (hostIsUp) liveness.heard(found, heardTick, nowMs - agoMs);
      else {
        found.heardTick = heardTick;
        found.heardAtMs = nowMs - agoMs;
      }
    }
    hosts.announce(found);
  }

  function describeHost(found: LiveHost, head: XmlHostHead): void {
    if (found.name !== head.name) {
      found.name = head.name;
      found.announced = false;
    }
    found.tmaxSec = head.tmaxSec;
    found.dmaxSec = head.dmaxSec;
    found.tags = head.tags;
    found.location = head.location === UNSPECIFIED ? undefined : head.location;
    // A gmond that got a heartbeat as text prints bits of its memory here.
    const started = head.gmondStartedSec;
    found.gmondStartedSec = started > 0 && started * 1000 < nowMs + 86_400_000 ? Math.trunc(started) : 0;
  }

  function metric(name: string, value: string, tnSec: number, announced: XmlAnnounced): void {
    if (grid !== undefined) {
      grid.metric(name, value, tnSec, announced);
      return;
    }
    if (host === undefined || source === undefined) return;
    if (announced.dmaxSec > 0 && tnSec > announced.dmaxSec) return;
    let live = host.metrics.get(name);
    if (live === undefined) {
      if (!sources.admitSeries(source, state.size)) return;
      live = newMetric(name, source);
      state.addMetric(host, name, live);
    }
    live.announcement = announced;
    live.announcedTick = tick;
    const valueTick = tick - Math.min(tnSec, LONGEST_TN_SEC) * 1000;
    if (valueTick <= live.valueTick + JITTER_MS && !isOther(live, value, valueTick)) return;
    live.valueId = 133;
    live.value = value;
    live.valueTick = valueTick;
    if (!hostIsUp || tnSec > OLDEST_SAMPLE_SEC) return;
    const number = numberOf(value, announced);
    if (number === undefined) return;
    const atMs = nowMs - tnSec * 1000;
    const { cluster: clusterName, name: hostName, key: hostKey } = host;
    emit(host, {
      cluster: clusterName,
      host: hostName,
      hostKey,
      metric: name,
      value: number,
      atMs,
    });
  }

  function openGrid(head: XmlGridHead): void {
    gridDepth++;
    if (grid !== undefined) depthInGrid++;
    else if (gridDepth === summaryDepth) {
      grid = createGridSummary(head, () => sums++ < MAX_SUMS);
      gridHead = head;
      depthInGrid = 0;
    }
  }

  function closeGrid(): void {
    gridDepth--;
    if (grid === undefined) return;
    if (gridDepth >= summaryDepth) {
      depthInGrid--;
      return;
    }
    if (gridHead !== undefined && (pendingGrids.size < MAX_CLUSTERS || pendingGrids.has(gridHead.name)))
      pendingGrids.set(gridHead.name, { grid, head: gridHead });
    grid = undefined;
  }

  function forgetHosts(): void {
    for (const [found, listedTick] of listed) {
      const within = state.clusters.get(found.cluster);
      if (within?.hosts.get(found.key) !== found) listed.delete(found);
      else if (tick - listedTick > keepMs && clock.monotonicMs() - found.heardTick > keepMs) {
        listed.delete(found);
        if (found.source.address === address) state.removeHost(within, found);
      } else if (listedTick === tick) {
        for (const [key, live] of found.metrics) {
          const isOurs = live.source.address === address;
          if (isOurs && tick - Math.max(live.announcedTick, live.valueTick) > keepMs)
            state.removeMetric(found, key, live);
        }
      }
    }
  }

  return {
    begin() {
      tick = clock.monotonicMs();
      nowMs = clock.nowMs();
      source = sources.admitPacket(address, tick);
      if (source) source.maxSeries = MAX_SERIES;
      gridDepth = 0;
      grid = undefined;
      cluster = undefined;
      host = undefined;
      namedHosts = new Set();
      namedClusters = new Map();
      sums = 0;
      pendingGrids = new Map();
      return {
        openGrid,
        closeGrid,
        openCluster,
        closeCluster() {
          if (grid !== undefined) depthInGrid--;
          cluster = undefined;
        },
        openHost,
        closeHost: () => void (host = undefined),
        metric,
        hosts: (up, down) => grid?.hosts(up, down, depthInGrid),
        summary: (told) => grid?.summary(told, depthInGrid),
      };
    },
    finish() {
      for (const [named, localtimeSec] of namedClusters) named.polled = polledNow(localtimeSec);
      for (const { grid: summed, head } of pendingGrids.values()) {
        if (!grids.has(head.name) && grids.size >= MAX_CLUSTERS) continue;
        const polled = polledNow(head.localtimeSec);
        grids.set(head.name, polled);
        state.grids.set(head.name, summed.finish(polled));
      }
    },
    markDead() {
      for (const { cluster: named } of clusters.values()) {
        if (named.polled?.source === options.name) named.polled = { ...named.polled, alive: false };
      }
      for (const polled of grids.values()) polled.alive = false;
    },
    forgetVanished() {
      if (keepMs === 0) return;
      forgetHosts();
      for (const [name, { cluster: named, made, listedTick }] of clusters) {
        if (tick - listedTick <= keepMs || named.hosts.size > 0) continue;
        clusters.delete(name);
        if (made && named.polled?.source === options.name) state.clusters.delete(name);
      }
      for (const [name, polled] of grids) {
        if (tick - polled.polledTick <= keepMs) continue;
        grids.delete(name);
        if (state.grids.get(name)?.polled === polled) state.grids.delete(name);
      }
    },
    names: () => ({ clusters: [...clusters.keys()].sort(), grids: [...grids.keys()].sort() }),
  };
}

const specified = <Key extends string>(key: Key, value: string | undefined): Partial<Record<Key, string>> => {
  const label: Partial<Record<Key, string>> = {};
  if (value !== undefined && value !== UNSPECIFIED) label[key] = value;
  return label;
};

/** Two values within the jitter; one that was heard here is left alone. */
const isOther = (live: LiveMetric, value: string, valueTick: number): boolean =>
  live.valueId === 133 && live.value !== value && valueTick > live.valueTick - JITTER_MS;

const newMetric = (name: string, source: Source): LiveMetric => ({
  name,
  source,
  announcement: undefined,
  announcedTick: -Infinity,
  valueId: undefined,
  fmt: '',
  value: '',
  valueTick: -Infinity,
  requestedTick: -Infinity,
});
