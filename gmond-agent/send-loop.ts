// Collects the default metrics of this host and sends them as gmond would. Each
// group waits for its own source only: a slow disk does not delay the heartbeat.

import os from 'node:os';
import type { Clock, Timer } from '#kernel/clock.ts';
import { errorFields } from '#kernel/errors.ts';
import type { Logger } from '#kernel/log.ts';
import type { Service } from '#kernel/service.ts';
import { TAGS_KEY } from '#wire/gmond-packet.ts';
import { createGroupPlan, type CollectionOptions, type GroupPlan, type Outgoing } from './collection-groups.ts';
import { createDefaultGroups, type IntervalProfile, type SampledGroup } from './default-groups.ts';
import type { ConfGroup } from './gmond-config.ts';
import { planGroups } from './gmond-config-groups.ts';
import { datagramsOf, type SenderIdentity } from './metric-packets.ts';
import { createMetricSocket, isMulticast, type MetricTarget } from './metric-socket.ts';
import { createRequestFilter, createRequestListener } from './request-listener.ts';
import type { ReadSpace } from './samplers/disk.ts';
import { readFileSystemSpace, readTextFile, type ReadText } from './samplers/proc-reader.ts';

interface MetricSenderDeps {
  clock: Clock;
  log: Logger;
  /** Kernel text; the files of this host when absent. */
  readText?: ReadText;
  readSpace?: ReadSpace;
  more?: MoreSources;
}

/** Sources besides the default ones, which may take their time to begin: programs and modules. */
export interface MoreSources {
  /**
   * Resolves when they can tell their metrics. Never rejects. `runAlways` takes the groups that run whatever a
   * configuration names; it may be called again, and those that are no longer among them end. `wanted` are groups of
   * a gmond.conf with metrics that the default sources do not have.
   */
  start(
    runAlways: (groups: readonly SampledGroup[]) => void,
    wanted: readonly ConfGroup[],
  ): Promise<readonly SampledGroup[]>;
  stop(): Promise<void>;
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
  /** The groups of a gmond.conf, in place of those of the profile and of `more`. */
  confGroups?: readonly ConfGroup[];
  /** Sends no metric, yet can send requests. */
  mute?: boolean;
  /** Largest value packet; default 1472. */
  maxValueBytes?: number;
  gexec?: boolean;
  /** Sent in the heartbeat's metadata as PLEXUS_TAGS. */
  tags?: string;
}

export interface MetricSender extends Service {
  /** Announces the metric of this name again with its next value; no matter when it is not ours. */
  announce(metric: string): void;
  /** Puts a datagram of somebody else's making on every channel. */
  send(datagram: Buffer): void;
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
  const heard = createRequestFilter((request) => answer(request.name));
  const sockets = options.targets.map((target) => createMetricSocket({ clock, log, heard }, target));
  const listeners = options.targets
    .filter((target) => isMulticast(target.host))
    .map((target) => createRequestListener({ log, heard: (request) => answer(request.name) }, target));
  const groups: RunningGroup[] = [];
  let always: readonly SampledGroup[] = [];
  let adding: Promise<void> = Promise.resolve();
  let timer: Timer | undefined;
  let running = false;

  function run(added: readonly SampledGroup[]): void {
    const collection: CollectionOptions = {
      sendMetadataIntervalSec: options.sendMetadataIntervalSec ?? 60,
      compareWith: options.compareWith ?? 'previous',
    };
    for (const group of added) {
      groups.push({ group, plan: createGroupPlan(group, collection), collecting: undefined });
    }
    tick();
  }

  function runAlways(wanted: readonly SampledGroup[]): void {
    if (!running) return;
    for (const group of always.filter((one) => !wanted.includes(one))) {
      const at = groups.findIndex((entry) => entry.group === group);
      if (at >= 0) groups.splice(at, 1);
    }
    const added = wanted.filter((one) => !always.includes(one));
    always = wanted;
    run(added);
  }

  const defaultGroups = (): SampledGroup[] =>
    createDefaultGroups(
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
        gexec: options.gexec ?? false,
      },
    ).map((group) => withTags(group, options.tags));

  /** What the default sources can do begins at once, the rest when the others are ready. */
  function startGroups(): void {
    const { confGroups, mute } = options;
    if (mute) return;
    const available = defaultGroups();
    const waiting = deps.more === undefined ? [] : (confGroups ?? []).filter((group) => !isComplete(group, available));
    run(confGroups === undefined ? available : planned(without(confGroups, waiting), available));
    const more = deps.more?.start(runAlways, waiting) ?? Promise.resolve([]);
    adding = more.then((found) => {
      if (running) run(confGroups === undefined ? found : planned(waiting, [...available, ...found]));
    });
  }

  const isComplete = (group: ConfGroup, available: readonly SampledGroup[]): boolean =>
    group.metrics.every(({ name }) => name !== undefined) &&
    planGroups(clock, [group], available).unmatched.length === 0;

  function planned(confGroups: readonly ConfGroup[], available: readonly SampledGroup[]): SampledGroup[] {
    const plan = planGroups(clock, confGroups, available);
    for (const { at, asked, why } of plan.unmatched)
      log.warn('a metric of the configuration cannot be collected', { file: at.file, line: at.line, asked, why });
    return plan.groups;
  }

  // The request names a host, but gmond answers for a name of its own whoever is meant (spec/ganglia.md §1.7).
  function answer(metric: string): void {
    for (const { plan } of groups) if (plan.requestMetadata(metric)) return schedule();
  }

  function sendDatagram(datagram: Buffer): void {
    for (const socket of sockets) socket.send(datagram);
  }

  function sendAll(outgoing: readonly Outgoing[]): void {
    for (const entry of outgoing)
      for (const datagram of datagramsOf(entry, identity, options.maxValueBytes)) sendDatagram(datagram);
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
      startGroups();
    },
    async stop() {
      running = false;
      timer?.cancel();
      await deps.more?.stop();
      await adding;
      await Promise.all([...sockets.map((socket) => socket.close()), ...listeners.map((listener) => listener.close())]);
    },
    announce: answer,
    send: sendDatagram,
    counters: () =>
      sockets
        .map((socket) => socket.counters())
        .reduce((sum, one) => ({ sent: sum.sent + one.sent, failed: sum.failed + one.failed }), { sent: 0, failed: 0 }),
  };
}

// gmond splits `IP:NAME` at the first colon, so an IPv6 address must have none (spec/ganglia.md §1.4).
const spoofAddress = (ip: string): string => ip.replaceAll(':', '_');

const without = (all: readonly ConfGroup[], some: readonly ConfGroup[]): ConfGroup[] =>
  all.filter((group) => !some.includes(group));

/** gmond keeps its tags to itself; receivers that know the key can show them with the host. */
function withTags(group: SampledGroup, tags: string | undefined): SampledGroup {
  if (tags === undefined || group.name !== 'heartbeat') return group;
  return {
    ...group,
    metrics: group.metrics.map((metric) => ({ ...metric, extra: [...(metric.extra ?? []), [TAGS_KEY, tags]] })),
  };
}
