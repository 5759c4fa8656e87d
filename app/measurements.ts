// Measures Plexus itself: for /metrics and for the self-health page.

import type { Registry } from 'prom-client';
import { receiveBufferRemedy } from '#collector/gmond-udp.ts';
import type { Clock } from '#kernel/clock.ts';
import type { SelfHealth } from '#web/contract/health.ts';
import { instant } from '#web/contract/shared.ts';
import { checkNumbers } from './check-numbers.ts';
import type { ConsoleState } from './console-build.ts';
import { createOwnMetrics } from './own-metrics.ts';
import type { Parts } from './parts.ts';
import { judgeSelf, type SelfNumbers } from './self-health.ts';
import type { Settings } from './settings.ts';
import type { Stores } from './stores.ts';
import { VERSION } from './version.ts';

const DAY_MS = 86_400_000;

export interface Measurements {
  registry: Registry;
  selfHealth(): Promise<SelfHealth>;
}

export function createMeasurements(
  settings: Settings,
  deps: { clock: Clock; stores: Stores; parts: Parts; consoleState(): ConsoleState },
): Measurements {
  const { clock, stores, parts } = deps;
  const { db } = stores.postgres;
  const startedAt = instant(clock.nowMs());

  async function answerMs(): Promise<number | undefined> {
    const beforeMs = clock.monotonicMs();
    try {
      await db.selectFrom('setting').select('key').limit(1).execute();
      return clock.monotonicMs() - beforeMs;
    } catch {
      return undefined;
    }
  }

  const countOr = (count: Promise<{ count: number | string | bigint }>): Promise<number> =>
    count.then(
      (row) => Number(row.count),
      () => 0,
    );

  const setAside = () =>
    countOr(
      db
        .selectFrom('consumer_failure')
        .innerJoin('consumer_position', 'consumer_position.consumer', 'consumer_failure.consumer')
        .select(({ fn }) => fn.countAll().as('count'))
        .whereRef('consumer_failure.event_id', '<=', 'consumer_position.id')
        .executeTakeFirstOrThrow(),
    );

  const deliveries = (statuses: string[], sinceMs: number) =>
    countOr(
      db
        .selectFrom('delivery')
        .select(({ fn }) => fn.countAll().as('count'))
        .where('status', 'in', statuses)
        .where('created_at_ms', '>=', sinceMs)
        .executeTakeFirstOrThrow(),
    );

  async function collectorNumbers(): Promise<SelfNumbers['collector']> {
    if (!settings.roles.includes('collector')) return undefined;
    const counters = await parts.collector.api.counters();
    const clusters = parts.collector.api.clusters();
    const ports = parts.collector.api.ports();
    return {
      hosts: clusters.reduce((sum, cluster) => sum + cluster.hostsUp + cluster.hostsDown, 0),
      metrics: clusters.reduce((sum, cluster) => sum + cluster.metrics, 0),
      packets: counters.packetsById.reduce((sum, entry) => sum + entry.packets, 0),
      drops: counters.drops,
      kernelDrops: counters.kernelDrops,
      ports: [
        ...ports.flatMap((port) =>
          port.xml
            ? [{ name: `gmond XML ${port.xml.port}/tcp`, serving: port.xml.serving, takenBy: port.xml.takenBy }]
            : [],
        ),
        ...parts.collector.api.gridPorts().map(({ name, port, serving, takenBy }) => ({
          name: `gmetad ${name === 'xml' ? 'XML' : 'queries'} ${port}/tcp`,
          serving,
          takenBy,
        })),
      ],
      joinFailures: ports.flatMap((port) => port.udp.joinFailure ?? []),
      bindFailures: ports.flatMap(({ udp }) => udp.bindFailure ?? []),
      smallBuffers: ports.flatMap(({ udp }) => {
        const { askedBytes, grantedBytes } = udp.receiveBuffer;
        return grantedBytes === 0 || grantedBytes >= askedBytes
          ? []
          : `${udp.port}/udp has ${grantedBytes} of ${askedBytes} bytes: ${receiveBufferRemedy(askedBytes)}`;
      }),
    };
  }

  function sourceNumbers(): SelfNumbers['sources'] {
    const sources = settings.roles.includes('collector') ? parts.collector.api.sources() : [];
    if (sources.length === 0) return undefined;
    const lost: Partial<Record<string, number>> = {};
    for (const source of sources)
      for (const [reason, count] of Object.entries(source.lost)) lost[reason] = (lost[reason] ?? 0) + count;
    return {
      alive: sources.filter(({ alive }) => alive === true).length,
      dead: sources.filter(({ alive }) => alive === false).map(({ name }) => name),
      damaged: sources.filter(({ lastLosses }) => lastLosses.length > 0).map(({ name }) => name),
      lost,
      misses: sources.reduce((total, { misses }) => total + misses, 0),
    };
  }

  function exporterNumbers(): SelfNumbers['exporters'] {
    const targets = parts.collector.api.scrapeTargets();
    if (targets.length === 0) return undefined;
    const down = targets.filter(({ up, lastAtMs }) => !up && lastAtMs !== undefined);
    return { up: targets.filter(({ up }) => up).length, down: down.map(({ url }) => url) };
  }

  async function measure(): Promise<SelfNumbers> {
    const [answersInMs, depth, collector, agents, aside, waiting, failed] = await Promise.all([
      answerMs(),
      stores.queue.depth().catch(() => undefined),
      collectorNumbers(),
      parts.gateway.api.countAgents().catch(() => ({ total: 0, connected: 0, pending: 0 })),
      setAside(),
      deliveries(['pending', 'sending'], 0),
      deliveries(['failed'], clock.nowMs() - DAY_MS),
    ]);
    const memory = process.memoryUsage();
    return {
      database: { embedded: settings.databaseUrl === undefined, answersInMs },
      queue: { kind: stores.queue.kind, depth },
      history: stores.history.health(),
      events: { ...stores.eventWriter.counters(), setAside: aside },
      collector,
      sources: sourceNumbers(),
      exporters: exporterNumbers(),
      carbon: settings.roles.includes('collector') ? parts.carbon?.counters() : undefined,
      checks: parts.checks.counters(),
      outside: parts.checks.outside.counters(),
      agents,
      notifications: { waiting, failed, via: settings.smtpUrl ? 'SMTP' : 'local outbox' },
      console: deps.consoleState(),
      memory: { rssBytes: memory.rss, heapBytes: memory.heapUsed },
    };
  }

  const registry = createOwnMetrics({
    events_waiting: {
      help: 'State changes that wait to be written',
      value: () => stores.eventWriter.counters().waiting,
    },
    history_written_total: {
      help: 'Samples handed to the history store',
      value: () => stores.history.health().written,
    },
    history_dropped_total: { help: 'Samples given up on', value: () => stores.history.health().dropped },
    packets_total: {
      help: 'Ganglia packets decoded',
      value: async () => (await collectorNumbers())?.packets ?? 0,
    },
    packets_dropped_by_kernel_total: {
      help: 'Datagrams lost in the kernel',
      value: async () => (await collectorNumbers())?.kernelDrops ?? 0,
    },
    hosts: { help: 'Hosts in live state', value: () => parts.collector.api.hosts().length },
    agents_connected: { help: 'Agents with a live link to this gateway', value: () => parts.gateway.connectedHere() },
    ...checkNumbers(parts.checks),
    deliveries_waiting: { help: 'Messages not yet handed over', value: () => deliveries(['pending', 'sending'], 0) },
  });

  return {
    registry,
    async selfHealth() {
      return {
        version: VERSION,
        nodeVersion: process.version,
        startedAt,
        home: settings.home,
        parts: judgeSelf(await measure()),
      };
    },
  };
}
