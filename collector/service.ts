// Builds the collector from its parts and gives it a life: sockets open, a sweep
// every second, and a clean end that loses no sample.

import { hostname } from 'node:os';
import type { Clock, Timer } from '#kernel/clock.ts';
import type { NewEvent } from '#kernel/domain/event.ts';
import type { Sample } from '#kernel/domain/metric.ts';
import type { Logger } from '#kernel/log.ts';
import type { Service } from '#kernel/service.ts';
import type { CollectorApi } from './api.ts';
import { createClusterVoice } from './cluster-voice.ts';
import { createExchange } from './exchange.ts';
import { createExpectedHosts, type ExpectedHost } from './expected-hosts.ts';
import { createGridQueries } from './grid-queries.ts';
import { createGridService, type GridServiceOptions } from './grid/service.ts';
import { createHostIntake } from './host-intake.ts';
import { createHostMoves } from './host-moves.ts';
import { createHostLiveness, quietAfterMs } from './host-liveness.ts';
import { createHostNaming, reverseDns, type LookUpName } from './host-naming.ts';
import type { ClusterLeases } from './leadership.ts';
import { createListener, type ListenEntry } from './listener.ts';
import { createLiveQueries } from './live-queries.ts';
import { createMetadataRequests } from './metadata-requests.ts';
import { createMetricIngest } from './metric-ingest.ts';
import { createMetricState } from './metric-state.ts';
import { createPolling, type PollingOptions } from './polling/polling.ts';
import { createRememberedHosts } from './remembered-hosts.ts';
import { createRemoval } from './removal.ts';
import type { ScrapeJob } from './prometheus/scrape.ts';
import { createSampleBatch } from './sample-batch.ts';
import { readCounters } from './self-health.ts';
import { createSourceTable, DEFAULT_LIMITS, type SourceLimits } from './source-table.ts';
import { createStateSnapshot } from './state-snapshot.ts';
import { createStateSweep } from './state-sweep.ts';
import { createSummaries } from './summary.ts';

export interface CollectorDeps {
  clock: Clock;
  log: Logger;
  /** Metric history's `append`. */
  appendHistory: (samples: readonly Sample[]) => void;
  /** The live feed; called synchronously with the batch that history got. */
  onSamples: (samples: readonly Sample[]) => void;
  /** The rule runner: what of the batch belongs to clusters that this process speaks for. */
  judge?: (samples: readonly Sample[]) => void;
  /** Takes events in order; must not throw and must bound what it keeps. */
  publish: (events: NewEvent[]) => void;
  /** Where several collectors agree on who speaks for a cluster; this one speaks for all when absent. */
  leases?: ClusterLeases;
  /** This process speaks for a cluster that another one did: rules must be read anew before its samples are judged. */
  onTakeOver?: () => void;
  /** Hosts that were reporting when an earlier process ended; asked once, at the start. */
  expectedHosts?: () => Promise<readonly ExpectedHost[]>;
  /** The agent of this process, when it is a full gmond: requests that are heard go to it, ours leave by its channels. */
  agent?: { announce(metric: string): void; send(datagram: Buffer): void };
  /** Replaces reverse DNS. */
  lookUpName?: LookUpName;
}

export interface CollectorOptions {
  listen: ListenEntry[];
  /** TMAX of every host: it is down after four times this. Default 20, as gmond's host_tmax. */
  defaultHostTmaxSec?: number;
  /** A host silent for longer leaves live state and XML; 0 = never. Default 86400, as gmond's host_dmax. */
  hostDmaxSec?: number;
  /** What a gmetad would be to its readers. No port is opened that is not named; default trust: this machine. */
  grid?: Partial<Omit<GridServiceOptions, 'hostTmaxSec' | 'hostDmaxSec'>>;
  /** Name hosts that are not spoofed by reverse DNS; otherwise by address. Default true. */
  resolveNames?: boolean;
  limits?: Partial<SourceLimits>;
  /** Exporters to read. */
  scrape?: readonly ScrapeJob[];
  /** gmonds and gmetads to poll. */
  polling?: Partial<Pick<PollingOptions, 'sources' | 'scalable' | 'limits'>>;
  /** History gets stamps in multiples of this, unless a metric comes more often; default 1000. */
  alignMs?: number;
  /** Keeps hosts and metadata for the next start; nothing is kept when absent. */
  stateFile?: string;
}

export interface Collector extends Service {
  api: CollectorApi;
}

// Ganglia's own resolution, and what makes the points of two collectors one.
const ALIGN_MS = 1000;
const SWEEP_EVERY_MS = 1000;
const SNAPSHOT_EVERY_MS = 60_000;
const DAY_SEC = 86_400;
const DEFAULT_GRID = { name: 'unspecified', authority: '', bind: '127.0.0.1', trustedHosts: [], allTrusted: false };
const BATCH = { maxWaitMs: 50, maxSamples: 2000 };

/** `start` throws AppError `port_taken` or `udp_bind_failed`; an XML port that is not required and taken is only reported. */
export function createCollector(deps: CollectorDeps, options: CollectorOptions): Collector {
  const { clock } = deps;
  const log = deps.log.child({ part: 'collector' });
  const hostTmaxSec = options.defaultHostTmaxSec ?? 20;
  const hostDmaxSec = options.hostDmaxSec ?? DAY_SEC;
  const grid = { ...DEFAULT_GRID, ...options.grid, hostTmaxSec, hostDmaxSec };
  const state = createMetricState();
  const summaries = createSummaries({ clock, state }, { hostTmaxSec });
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const sources = createSourceTable({ clock, onLimited }, limits);
  const remembered = createRememberedHosts();
  const snapshot =
    options.stateFile === undefined
      ? undefined
      : createStateSnapshot({ log, state, remembered }, { file: options.stateFile, maxSeries: limits.maxSeries });
  const listened = options.listen.map(({ cluster }) => cluster);
  const { leases, onTakeOver } = deps;
  const voice = createClusterVoice(
    { clock, log, state, publish: deps.publish, leases, onTakeOver },
    { clusters: listened, hostTmaxSec },
  );
  const { publish } = voice;
  const alignMs = options.alignMs ?? ALIGN_MS;
  const batch = createSampleBatch({ clock, handOver }, BATCH);
  const dns = options.resolveNames === false || deps.lookUpName !== undefined ? undefined : reverseDns();
  const lookUp = options.resolveNames === false ? undefined : (deps.lookUpName ?? dns?.lookUp);
  const naming = lookUp && createHostNaming({ clock, lookUp, onNamed });
  const expected = createExpectedHosts({ clock, publish }, { limitMs: quietAfterMs(hostTmaxSec) });
  const moves = createHostMoves({ clock, state, remembered, publish });
  const hosts = createHostIntake({ clock, state, sources, naming, expected, moves, remembered, publish });
  const liveness = createHostLiveness({ clock, state, moves, publish }, { hostTmaxSec });
  const requests = createMetadataRequests({ hostname: hostname(), sendBesides: deps.agent?.send });
  const sweep = createStateSweep({ clock, state }, { hostDmaxSec });
  const ingest = createMetricIngest(
    {
      clock,
      state,
      sources,
      hosts,
      liveness,
      remembered,
      requests,
      onRequest: deps.agent?.announce,
      emit: (host, sample) => (host.named ? batch.add(sample) : naming?.hold(host, sample)),
    },
    { alignMs },
  );
  const listeners = options.listen.map((entry) =>
    createListener({ clock, log, state, ingest }, { ...entry, hostTmaxSec, hostDmaxSec }),
  );
  const exchange = createExchange(
    { clock, log, state, sources, ingest, record: deps.appendHistory },
    { scrape: options.scrape ?? [], hostTmaxSec },
  );
  const polling = createPolling(
    { clock, log, state, sources, hosts, liveness, emit: (_host, sample) => batch.add(sample) },
    { sources: [], scalable: true, ...options.polling, keepVanishedSec: hostDmaxSec },
  );
  const gridService = createGridService({ clock, log, state, summaries, numbers: statusNumbers }, grid);
  const timers: Timer[] = [];

  function statusNumbers() {
    const received = [...ingest.packetsById.values()].reduce((sum, packets) => sum + packets, 0);
    const polls = polling.view().map((source) => source.polls);
    const sum = (of: 'ok' | 'failed') => polls.reduce((total, counts) => total + counts[of], 0);
    return { received, polls: { ok: sum('ok'), failed: sum('failed') } };
  }

  /** Who judges and shows has the instant of arrival; two collectors that hear the same store the same stamp. */
  function handOver(samples: Sample[]): void {
    deps.onSamples(samples);
    deps.judge?.(voice.judged(samples));
    for (const sample of samples) if (sample.exact !== true) sample.atMs -= sample.atMs % alignMs;
    deps.appendHistory(samples);
  }

  function onNamed(host: Parameters<typeof hosts.announce>[0], held: Sample[]): void {
    hosts.announce(host);
    for (const sample of held) batch.add(sample);
  }

  function onLimited(source: string, reason: string): void {
    log.warn('a source is over its limit; what exceeds it is dropped and counted', { source, reason });
    publish([{ kind: 'collector.source_limited', atMs: clock.nowMs(), data: { source, reason } }]);
  }

  async function stop(): Promise<void> {
    for (const timer of timers.splice(0)) timer.cancel();
    await Promise.all([exchange.stop(), polling.stop()]);
    await Promise.all([gridService.stop(), ...listeners.map((listener) => listener.stop())]);
    dns?.stop();
    naming?.stop();
    batch.flush();
    await snapshot?.write();
    await voice.stop();
  }

  return {
    name: 'collector',
    async start() {
      expected.expect((await deps.expectedHosts?.()) ?? [], new Set(listened));
      const keptMs = (hostDmaxSec || DAY_SEC) * 1000;
      remembered.load((await snapshot?.read(clock.nowMs() - keptMs)) ?? []);
      await voice.start();
      try {
        for (const listener of listeners) await listener.start();
        await gridService.start();
      } catch (error) {
        await stop();
        throw error;
      }
      exchange.start();
      polling.start();
      timers.push(
        clock.every(SWEEP_EVERY_MS, () => {
          liveness.sweep();
          expected.sweep();
          sweep.step();
        }),
        clock.after(keptMs, () => remembered.clear()),
      );
      if (snapshot) timers.push(clock.every(SNAPSHOT_EVERY_MS, () => void snapshot.write()));
    },
    stop,
    api: {
      ...createLiveQueries({ clock, state }, { hostTmaxSec }),
      ...createRemoval({ state, forget: remembered.forget }),
      ...createGridQueries({ clock, state, summaries }, grid),
      ...exchange.api,
      counters: () => readCounters({ state, sources, ingest, requests, sweep, batch, listeners, gridService }),
      ports: () => listeners.map((listener) => listener.view()),
      gridPorts: () => gridService.ports(),
      sources: () => polling.view(),
    },
  };
}
