// Collects the default metrics of this host and sends them as gmond would. Each
// group waits for its own source only: a slow disk does not delay the heartbeat.

import os from 'node:os';
import { isIP } from 'node:net';
import type { Clock, Timer } from '#kernel/clock.ts';
import { errorFields } from '#kernel/errors.ts';
import type { Logger } from '#kernel/log.ts';
import type { Service } from '#kernel/service.ts';
import { createGroupPlan, type CollectionOptions, type GroupPlan, type Outgoing } from './collection-groups.ts';
import { createDefaultGroups, type IntervalProfile, type SampledGroup } from './default-groups.ts';
import { datagramsOf, type SenderIdentity } from './metric-packets.ts';
import { createMetricSocket, isMulticast, type MetricTarget } from './metric-socket.ts';
import { createRequestListener } from './request-listener.ts';
import type { ReadSpace } from './samplers/disk.ts';
import { readFileSystemSpace, readTextFile, type ReadText } from './samplers/proc-reader.ts';

interface MetricSenderDeps {
  clock: Clock;
  log: Logger;
  /** Kernel text; the files of this host when absent. */
  readText?: ReadText;
  readSpace?: ReadSpace;
}

export interface MetricSenderOptions {
  targets: readonly MetricTarget[];
  hostName: string;
  ip: string;
  /** Sent in the heartbeat's metadata as PLEXUS_AGENT: the collector joins host and agent by it. */
  agentId?: string;
  /** Send as `IP:hostname`, so that one machine is one host wherever it is heard. Default true. */
  spoof?: boolean;
  location?: string;
  /** Default 'live'. */
  profile?: IntervalProfile;
  /** Multiplies every interval; default 1. */
  intervalScale?: number;
  /** Default 60; 0 = only once and on request. */
  sendMetadataIntervalSec?: number;
  compareWith?: CollectionOptions['compareWith'];
}

export interface MetricSender extends Service {
  counters(): { sent: number; failed: number };
}

// No interval is shorter, so that a wrong scale cannot spin the loop.
const SHORTEST_WAIT_MS = 50;

interface RunningGroup {
  group: SampledGroup;
  plan: GroupPlan;
  collecting: Promise<void> | undefined;
}

/** The multicast channel of Ganglia's default configuration. */
export const GANGLIA_CHANNEL: MetricTarget = { host: '239.2.11.71', port: 8649, ttl: 1 };

export function createMetricSender(deps: MetricSenderDeps, options: MetricSenderOptions): MetricSender {
  const { clock, log } = deps;
  const spoof = options.spoof ?? true;
  const identity: SenderIdentity = {
    host: spoof ? `${spoofAddress(options.ip)}:${options.hostName}` : options.hostName,
    spoof,
  };
  const sockets = options.targets.map((target) => createMetricSocket(deps, target));
  const listeners = options.targets
    .filter((target) => isMulticast(target.host) && isIP(target.host) === 4)
    .map((target) => createRequestListener({ log, heard: (request) => answer(request.name) }, target));
  let groups: RunningGroup[] = [];
  let timer: Timer | undefined;
  let running = false;

  function startGroups(): RunningGroup[] {
    const collection: CollectionOptions = {
      sendMetadataIntervalSec: options.sendMetadataIntervalSec ?? 60,
      compareWith: options.compareWith ?? 'previous',
    };
    return createDefaultGroups(
      {
        clock,
        readText: deps.readText ?? readTextFile,
        readSpace: deps.readSpace ?? readFileSystemSpace,
      },
      {
        profile: options.profile ?? 'live',
        intervalScale: options.intervalScale ?? 1,
        startedAtSec: Math.floor(clock.nowMs() / 1000),
        agentId: options.agentId,
        arch: os.arch(),
        location: options.location ?? 'unspecified',
      },
    ).map((group) => ({ group, plan: createGroupPlan(group, collection), collecting: undefined }));
  }

  // The request names a host, but gmond answers for a name of its own whoever is meant (spec/ganglia.md §1.7).
  function answer(metric: string): void {
    for (const { plan } of groups) if (plan.requestMetadata(metric)) return schedule();
  }

  function sendAll(outgoing: readonly Outgoing[]): void {
    for (const entry of outgoing)
      for (const datagram of datagramsOf(entry, identity)) for (const socket of sockets) socket.send(datagram);
  }

  async function collect(entry: RunningGroup): Promise<void> {
    try {
      const reading = await entry.group.sampler.read();
      if (running) sendAll(entry.plan.collected(reading, clock.monotonicMs()));
    } catch (error) {
      log.warn('a source of metrics could not be read', { group: entry.group.name, ...errorFields(error) });
      entry.plan.collected({}, clock.monotonicMs());
    }
  }

  function tick(): void {
    const nowMs = clock.monotonicMs();
    for (const entry of groups) {
      if (entry.collecting !== undefined) continue;
      if (entry.plan.isCollectionDue(nowMs)) {
        entry.collecting = collect(entry).finally(() => {
          entry.collecting = undefined;
          schedule();
        });
      } else sendAll(entry.plan.overdue(nowMs));
    }
    schedule();
  }

  function schedule(): void {
    timer?.cancel();
    timer = undefined;
    if (!running) return;
    const due = groups.filter((entry) => entry.collecting === undefined).map((entry) => entry.plan.nextDueMs());
    const waitMs = Math.min(...due) - clock.monotonicMs();
    if (Number.isFinite(waitMs)) timer = clock.after(Math.max(SHORTEST_WAIT_MS, waitMs), tick);
  }

  return {
    name: 'metric sender',
    async start() {
      await Promise.all([...sockets.map((socket) => socket.open()), ...listeners.map((listener) => listener.open())]);
      running = true;
      groups = startGroups();
      tick();
    },
    async stop() {
      running = false;
      timer?.cancel();
      await Promise.all([...sockets.map((socket) => socket.close()), ...listeners.map((listener) => listener.close())]);
    },
    counters: () =>
      sockets
        .map((socket) => socket.counters())
        .reduce((sum, one) => ({ sent: sum.sent + one.sent, failed: sum.failed + one.failed }), { sent: 0, failed: 0 }),
  };
}

// gmond splits `IP:NAME` at the first colon, so an IPv6 address must have none (spec/ganglia.md §1.4).
const spoofAddress = (ip: string): string => ip.replaceAll(':', '_');
