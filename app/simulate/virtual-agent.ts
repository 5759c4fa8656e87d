// The agent of one virtual host: the real samplers, packets, key, link and journal,
// fed from a made-up machine.

import path from 'node:path';
import { AGENT_VERSION } from '#agent/agent.ts';
import { createCommandSide, type CommandSide } from '#agent/command-side.ts';
import { openIdentity, type Identity } from '#agent/identity.ts';
import { createMetricSender, type MetricSender } from '#agent/send-loop.ts';
import type { Clock } from '#kernel/clock.ts';
import { errorFields } from '#kernel/errors.ts';
import type { Logger } from '#kernel/log.ts';
import type { Service } from '#kernel/service.ts';
import type { JoinToken } from '#wire/join-token.ts';
import { createCustomMetrics, type CustomMetric, type CustomMetricSender } from './custom-metrics.ts';
import type { HostPlan } from './host-plan.ts';
import { createVirtualActions } from './virtual-actions.ts';
import { createVirtualHost, type Strain, type VirtualHost } from './virtual-host.ts';
import { reportOf, servicesOf } from './virtual-report.ts';
import { openVirtualRoot, type VirtualRoot } from './virtual-root.ts';

/** What a host has besides that which every host of its kind has. */
export interface HostExtras {
  strain?: Strain;
  services?: readonly string[];
  /** `root` lets a metric follow what scripts do on the host. */
  metrics?(root: VirtualRoot): CustomMetric[];
}

interface VirtualAgentOptions extends HostExtras {
  /** Keys, journal and file tree of this host. */
  stateDir: string;
  /** Without it there are metrics only. */
  join?: JoinToken;
  /** Seconds between values of CPU, load, memory and network. */
  intervalSec: number;
}

export interface VirtualAgent extends Service {
  readonly root: VirtualRoot;
  isConnected(): boolean;
  counters(): { sent: number; failed: number };
}

// What the agent's own profile has for these metrics; other intervals keep their ratio to it.
const LIVE_INTERVAL_SEC = 15;
const SCRIPT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Throws `identity_unreadable`. */
export function createVirtualAgent(
  deps: { clock: Clock; log: Logger },
  plan: HostPlan,
  options: VirtualAgentOptions,
): VirtualAgent {
  const { clock } = deps;
  const { name, kind } = plan;
  const log = deps.log.child({ virtualHost: name });
  const services = options.services ?? [];
  const host = createVirtualHost(clock, plan, options.strain);
  const root = openVirtualRoot(path.join(options.stateDir, 'root'), {
    name,
    services: [...servicesOf(kind), ...services],
  });
  const identity = options.join && openIdentity(options.stateDir, options.join);
  const commands = identity && createCommands(identity);
  const custom = createCustomMetrics({ clock, log }, options.metrics?.(root) ?? [], {
    target: plan.cluster.sendTo,
    identity: { host: `${host.ip}:${name}`, spoof: true },
    intervalSec: options.intervalSec,
  });
  let metrics: MetricSender | undefined;
  let starting: Promise<void> = Promise.resolve();

  function createCommands(own: Identity): CommandSide {
    const report = () => {
      side.report(reportOf({ host, kind, root, services })).catch((error: unknown) => {
        log.debug('the report waits for the next connection', errorFields(error));
      });
    };
    const side = createCommandSide(
      {
        ...{ clock, log, identity: own },
        actions: createVirtualActions({ hostName: name, stateDir: options.stateDir, root, acted: report }),
      },
      {
        ...{ stateDir: options.stateDir, name, ip: host.ip, version: AGENT_VERSION },
        searchPath: `${root.programs}:${SCRIPT_PATH}`,
        onConnected() {
          report();
          startMetricsSoon();
        },
      },
    );
    return side;
  }

  /** Not before the agent has its id: the heartbeat carries it, and a host is not to be seen under two names. */
  function startMetricsSoon(): void {
    starting = starting.then(startMetrics).catch((error: unknown) => {
      log.error('metrics cannot be sent', errorFields(error));
    });
  }

  async function startMetrics(): Promise<void> {
    if (metrics) return;
    metrics = createMetrics(host, identity?.membership?.agentId);
    await metrics.start(new AbortController().signal);
    await custom.start(new AbortController().signal);
  }

  const createMetrics = (source: VirtualHost, agentId: string | undefined): MetricSender =>
    createMetricSender(
      { clock, log, readText: (file) => source.readText(file), readSpace: (mount) => source.readSpace(mount) },
      {
        ...{ targets: [plan.cluster.sendTo], hostName: name, ip: source.ip },
        intervalScale: options.intervalSec / LIVE_INTERVAL_SEC,
        ...(agentId !== undefined && { agentId }),
      },
    );

  return {
    name: `virtual host ${name}`,
    root,
    async start(signal) {
      await commands?.start(signal);
      if (!identity || identity.membership) startMetricsSoon();
      await starting;
    },
    async stop() {
      await commands?.stop();
      await starting;
      await Promise.all([metrics?.stop(), custom.stop()]);
    },
    isConnected: () => commands?.isConnected() ?? false,
    counters: () => sumOf([metrics, custom]),
  };
}

const sumOf = (senders: (MetricSender | CustomMetricSender | undefined)[]): { sent: number; failed: number } =>
  senders.reduce(
    (sum, sender) => {
      const { sent, failed } = sender?.counters() ?? { sent: 0, failed: 0 };
      return { sent: sum.sent + sent, failed: sum.failed + failed };
    },
    { sent: 0, failed: 0 },
  );
