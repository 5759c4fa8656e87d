// Judges Plexus by its own numbers, for the self-health page. Pure: numbers in,
// sentences out; who measures is app/server.ts.

import type { OutsideCounters } from '#checks/passive/outside.ts';
import type { HealthPart } from '#web/contract/health.ts';
import { healthPart as part, type Facts } from './health-part.ts';
import { judgeChecks, type CheckNumbers } from './judge-checks.ts';
import { judgeOutside } from './judge-outside.ts';

export interface SelfNumbers {
  database: { embedded: boolean; answersInMs: number | undefined };
  queue: { kind: string; depth: Record<string, number> | undefined };
  history: {
    kind: string;
    ok: boolean;
    written: number;
    pending: number;
    dropped: number;
    lastError?: string | undefined;
  };
  events: { waiting: number; refused: number; setAside: number };
  collector:
    | {
        hosts: number;
        metrics: number;
        packets: number;
        drops: Partial<Record<string, number>>;
        kernelDrops: number;
        ports: { name: string; serving: boolean; takenBy?: string | undefined }[];
        joinFailures: string[];
        /** Sockets that could not be opened yet, each with the reason. */
        bindFailures: string[];
        /** Each with what would give it the buffer that it asks for. */
        smallBuffers: string[];
      }
    | undefined;
  /** Undefined where none is read. */
  exporters: { up: number; down: string[] } | undefined;
  /** Undefined without one. */
  carbon: { sent: number; waiting: number; dropped: number; connected: boolean } | undefined;
  /** Data sources that are polled. */
  sources:
    | {
        alive: number;
        dead: string[];
        /** Those whose last answer could not be read as a whole. */
        damaged: string[];
        lost: Partial<Record<string, number>>;
        misses: number;
      }
    | undefined;
  checks: CheckNumbers | undefined;
  /** Undefined where no checks are run. */
  outside?: OutsideCounters | undefined;
  agents: { total: number; connected: number; pending: number };
  notifications: { waiting: number; failed: number; via: string };
  console: 'building' | 'ready' | { failed: string };
  memory: { rssBytes: number; heapBytes: number };
}

const sum = (counts: Partial<Record<string, number>>): number =>
  Object.values(counts).reduce<number>((total, count) => total + (count ?? 0), 0);

const megabytes = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`;

function judgeCollector(collector: NonNullable<SelfNumbers['collector']>): HealthPart {
  const blocked = collector.ports.filter((port) => !port.serving);
  const facts: Facts = {
    hosts: collector.hosts,
    metrics: collector.metrics,
    packets: collector.packets,
    'dropped by reason': sum(collector.drops) === 0 ? 'none' : JSON.stringify(collector.drops),
    'dropped by the kernel': collector.kernelDrops,
  };
  for (const port of collector.ports)
    facts[port.name] = port.serving ? 'open' : `taken by ${port.takenBy ?? 'another process'}`;
  if (collector.smallBuffers.length > 0) facts['receive buffer'] = collector.smallBuffers.join('; ');
  if (collector.bindFailures.length > 0) {
    return part('Collector', 'warning', `Does not hear yet: ${collector.bindFailures.join('; ')}`, facts);
  }
  if (collector.kernelDrops > 0) {
    return part(
      'Collector',
      'warning',
      'The kernel dropped packets: raise net.core.rmem_max and receiveBufferBytes, or spread the senders over several entries of collector.listen.',
      facts,
    );
  }
  if (blocked.length > 0) {
    const who = blocked.map((port) => `${port.name} (${port.takenBy ?? 'another process'})`).join(', ');
    return part(
      'Collector',
      'warning',
      `Runs without ${who}: the port was taken. Metrics are heard all the same.`,
      facts,
    );
  }
  if (collector.joinFailures.length > 0) {
    return part('Collector', 'warning', `Hears unicast only: ${collector.joinFailures.join('; ')}`, facts);
  }
  return part('Collector', 'ok', `${collector.hosts} hosts and ${collector.metrics} metrics are heard.`, facts);
}

function judgeSources({ alive, dead, damaged, lost, misses }: NonNullable<SelfNumbers['sources']>): HealthPart {
  const facts = {
    alive,
    dead: dead.length,
    'elements lost by reason': sum(lost) === 0 ? 'none' : JSON.stringify(lost),
    'polls that took too long': misses,
  };
  if (dead.length > 0)
    return part('Data sources', 'warning', `No address answers of ${dead.slice(0, 5).join(', ')}.`, facts);
  return damaged.length > 0
    ? part('Data sources', 'warning', `Not all of ${damaged.slice(0, 5).join(', ')} can be read; the rest is.`, facts)
    : part('Data sources', 'ok', `${alive} data sources answer.`, facts);
}

function judgeExporters({ up, down }: NonNullable<SelfNumbers['exporters']>): HealthPart {
  const facts = { answering: up, silent: down.length };
  return down.length === 0
    ? part('Exporters', 'ok', `${up} exporters are read.`, facts)
    : part('Exporters', 'warning', `No answer from ${down.slice(0, 5).join(', ')}.`, facts);
}

function judgeCarbon(carbon: NonNullable<SelfNumbers['carbon']>): HealthPart {
  const { sent, waiting, dropped, connected } = carbon;
  const facts = { sent, waiting, dropped };
  if (!connected) return part('Graphite', 'warning', `Graphite is not connected; ${waiting} samples wait.`, facts);
  return dropped > 0
    ? part('Graphite', 'warning', `${dropped} samples were given up on while Graphite was away.`, facts)
    : part('Graphite', 'ok', 'Every sample goes on to Graphite.', facts);
}

export function judgeSelf(numbers: SelfNumbers): HealthPart[] {
  const { database, queue, history, events, collector, checks, agents, notifications, memory } = numbers;
  const parts: HealthPart[] = [];

  parts.push(
    database.answersInMs === undefined
      ? part('Database', 'critical', 'PostgreSQL does not answer. Metrics go on; state changes wait in order.')
      : part('Database', 'ok', `PostgreSQL answers in ${database.answersInMs.toFixed(1)} ms.`, {
          kind: database.embedded ? 'embedded' : 'yours (PLEXUS_DATABASE_URL)',
        }),
  );
  parts.push(
    events.setAside > 0
      ? part('Event log', 'warning', `${events.setAside} events could not be handled and were set aside.`, {
          waiting: events.waiting,
        })
      : part(
          'Event log',
          events.waiting > 1000 ? 'warning' : 'ok',
          `${events.waiting} state changes wait to be written.`,
          {
            refused: events.refused,
          },
        ),
  );
  parts.push(
    queue.depth === undefined
      ? part('Job queue', 'critical', 'The queue does not answer. Jobs wait in the database and nothing is lost.', {
          kind: queue.kind,
        })
      : part('Job queue', 'ok', `${sum(queue.depth)} jobs are waiting or running.`, {
          kind: queue.kind,
          ...queue.depth,
        }),
  );
  const historyFacts: Facts = {
    kind: history.kind,
    written: history.written,
    pending: history.pending,
    dropped: history.dropped,
  };
  parts.push(
    history.ok
      ? part(
          'Metric history',
          history.dropped > 0 ? 'warning' : 'ok',
          history.dropped > 0
            ? `${history.dropped} samples were refused or given up on.`
            : 'Samples are stored as they come.',
          historyFacts,
        )
      : part(
          'Metric history',
          'critical',
          `Samples cannot be stored: ${history.lastError ?? 'unknown reason'}`,
          historyFacts,
        ),
  );
  if (collector) parts.push(judgeCollector(collector));
  if (numbers.sources) parts.push(judgeSources(numbers.sources));
  if (numbers.exporters) parts.push(judgeExporters(numbers.exporters));
  if (numbers.carbon) parts.push(judgeCarbon(numbers.carbon));
  if (checks) parts.push(judgeChecks(checks));
  const outside = numbers.outside && judgeOutside(numbers.outside);
  if (outside) parts.push(outside);
  const away = agents.total - agents.connected - agents.pending;
  parts.push(
    part('Agents', away > 0 ? 'warning' : 'ok', `${agents.connected} of ${agents.total} agents are connected.`, {
      'waiting for approval': agents.pending,
    }),
  );
  parts.push(
    part(
      'Notifications',
      notifications.failed > 0 ? 'critical' : 'ok',
      notifications.failed > 0
        ? `${notifications.failed} messages could not be delivered in the last day.`
        : `${notifications.waiting} messages wait to be delivered.`,
      { via: notifications.via },
    ),
  );
  if (numbers.console !== 'ready') {
    parts.push(
      numbers.console === 'building'
        ? part('Console', 'ok', 'The console is being built.')
        : part('Console', 'critical', `The console could not be built: ${numbers.console.failed}`),
    );
  }
  parts.push(part('Memory', 'ok', `${megabytes(memory.rssBytes)} resident.`, { heap: megabytes(memory.heapBytes) }));
  return parts;
}
