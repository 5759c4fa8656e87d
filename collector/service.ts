// Builds the collector from its parts and gives it a life: sockets open, a sweep
// every second, and a clean end that loses no sample.

import { hostname } from 'node:os';
import type { Clock, Timer } from '#kernel/clock.ts';
import type { NewEvent } from '#kernel/domain/event.ts';
import type { Sample } from '#kernel/domain/metric.ts';
import type { Logger } from '#kernel/log.ts';
import type { Service } from '#kernel/service.ts';
import type { CollectorApi } from './api.ts';
import { createExpectedHosts, type ExpectedHost } from './expected-hosts.ts';
import { createGridQueries } from './grid-queries.ts';
import { createHostIntake } from './host-intake.ts';
import { createHostLiveness, quietAfterMs } from './host-liveness.ts';
import { createHostNaming, reverseDns, type LookUpName } from './host-naming.ts';
import { createListener, type ListenEntry } from './listener.ts';
import { createLiveQueries } from './live-queries.ts';
import { createMetadataRequests } from './metadata-requests.ts';
import { createMetricIngest } from './metric-ingest.ts';
import { createMetricState } from './metric-state.ts';
import { createSampleBatch } from './sample-batch.ts';
import { readCounters } from './self-health.ts';
import { createSourceTable, DEFAULT_LIMITS, type SourceLimits } from './source-table.ts';
import { createStateSweep } from './state-sweep.ts';
import { createSummaries } from './summary.ts';

export interface CollectorDeps {
  clock: Clock;
  log: Logger;
  /** Metric history's `append`. */
  appendHistory: (samples: readonly Sample[]) => void;
  /** The rule runner; called synchronously with the batch that history got. */
  onSamples: (samples: readonly Sample[]) => void;
  /** Takes events in order; must not throw and must bound what it keeps. */
  publish: (events: NewEvent[]) => void;
  /** Hosts that were reporting when an earlier process ended; asked once, at the start. */
  expectedHosts?: () => Promise<readonly ExpectedHost[]>;
  /** Replaces reverse DNS. */
  lookUpName?: LookUpName;
}

export interface CollectorOptions {
  listen: ListenEntry[];
  /** TMAX of every host: it is down after four times this. Default 20, as gmond's host_tmax. */
  defaultHostTmaxSec?: number;
  /** A host silent for longer leaves live state and XML; 0 = never. Default 86400, as gmond's host_dmax. */
  hostDmaxSec?: number;
  /** How this grid calls itself, and the URL under which people find it. */
  grid?: { name?: string; authority?: string };
  /** Name hosts that are not spoofed by reverse DNS; otherwise by address. Default true. */
  resolveNames?: boolean;
  limits?: Partial<SourceLimits>;
}

export interface Collector extends Service {
  api: CollectorApi;
}

const SWEEP_EVERY_MS = 1000;
const BATCH = { maxWaitMs: 50, maxSamples: 2000 };

/** `start` throws AppError `port_taken` or `udp_bind_failed`; an XML port that is not required and taken is only reported. */
export function createCollector(deps: CollectorDeps, options: CollectorOptions): Collector {
  const { clock, publish } = deps;
  const log = deps.log.child({ part: 'collector' });
  const hostTmaxSec = options.defaultHostTmaxSec ?? 20;
  const hostDmaxSec = options.hostDmaxSec ?? 86_400;
  const grid = { name: 'unspecified', authority: '', ...options.grid };
  const state = createMetricState();
  const summaries = createSummaries({ clock, state }, { hostTmaxSec });
  const sources = createSourceTable({ clock, onLimited }, { ...DEFAULT_LIMITS, ...options.limits });
  const batch = createSampleBatch({ clock, handOver }, BATCH);
  const dns = options.resolveNames === false || deps.lookUpName !== undefined ? undefined : reverseDns();
  const lookUp = options.resolveNames === false ? undefined : (deps.lookUpName ?? dns?.lookUp);
  const naming = lookUp && createHostNaming({ clock, lookUp, onNamed });
  const expected = createExpectedHosts({ clock, publish }, { limitMs: quietAfterMs(hostTmaxSec) });
  const hosts = createHostIntake({ clock, state, sources, naming, expected, publish });
  const liveness = createHostLiveness({ clock, state, publish }, { hostTmaxSec });
  const requests = createMetadataRequests({ hostname: hostname() });
  const sweep = createStateSweep({ clock, state }, { hostDmaxSec });
  const ingest = createMetricIngest({
    clock,
    state,
    sources,
    hosts,
    liveness,
    requests,
    emit: (host, sample) => (host.named ? batch.add(sample) : naming?.hold(host, sample)),
  });
  const listeners = options.listen.map((entry) =>
    createListener({ clock, log, state, ingest }, { ...entry, hostTmaxSec, hostDmaxSec }),
  );
  let timer: Timer | undefined;

  function handOver(samples: Sample[]): void {
    deps.appendHistory(samples);
    deps.onSamples(samples);
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
    timer?.cancel();
    timer = undefined;
    await Promise.all(listeners.map((listener) => listener.stop()));
    dns?.stop();
    naming?.stop();
    batch.flush();
  }

  return {
    name: 'collector',
    async start() {
      const clusters = new Set(options.listen.map(({ cluster }) => cluster));
      expected.expect((await deps.expectedHosts?.()) ?? [], clusters);
      try {
        for (const listener of listeners) await listener.start();
      } catch (error) {
        await stop();
        throw error;
      }
      timer = clock.every(SWEEP_EVERY_MS, () => {
        liveness.sweep();
        expected.sweep();
        sweep.step();
      });
    },
    stop,
    api: {
      ...createLiveQueries({ clock, state }, { hostTmaxSec }),
      ...createGridQueries({ clock, state, summaries }, grid),
      counters: () => readCounters({ state, sources, ingest, requests, sweep, batch, listeners }),
      ports: () => listeners.map((listener) => listener.view()),
    },
  };
}
