// Many virtual hosts in one process: started one after the other in an order and at
// moments that follow from their names, stopped together.

import path from 'node:path';
import { mkdirSync } from 'node:fs';
import { takeAgentLock } from '#agent/lock-file.ts';
import type { Clock } from '#kernel/clock.ts';
import { errorFields } from '#kernel/errors.ts';
import type { Logger } from '#kernel/log.ts';
import type { Service } from '#kernel/service.ts';
import { splayMs } from '#kernel/splay.ts';
import type { JoinToken } from '#wire/join-token.ts';
import type { HostPlan } from './host-plan.ts';
import { createVirtualAgent, type HostExtras, type VirtualAgent } from './virtual-agent.ts';

interface FleetOptions {
  hosts: readonly HostPlan[];
  /** One directory for each host below it. */
  stateDir: string;
  intervalSec: number;
  /** Token for the agents of a cluster; without one they only send metrics. */
  joinToken?(cluster: string): JoinToken | undefined;
  extrasOf?(host: HostPlan): HostExtras;
}

export interface FleetStatus {
  hosts: number;
  started: number;
  connected: number;
  /** Datagrams since the start. */
  sent: number;
  failed: number;
}

export interface Fleet extends Service {
  status(): FleetStatus;
  /** Resolves when the last host has been started. */
  readonly allStarted: Promise<void>;
  agentOf(hostName: string): VirtualAgent | undefined;
}

// A new agent makes a key and a TLS handshake: some ms of CPU on either side.
const START_SPACING_MS = 15;
const STOPPED_AT_ONCE = 32;

/** Start throws `agent_running` while another fleet uses the directory. */
export function createFleet(deps: { clock: Clock; log: Logger }, options: FleetOptions): Fleet {
  const { clock, log } = deps;
  const spreadMs = Math.max(options.intervalSec * 1000, options.hosts.length * START_SPACING_MS);
  const running = new Map<string, VirtualAgent>();
  const stopping = new AbortController();
  const started = Promise.withResolvers<void>();
  let unlock = () => {};

  function createHost(plan: HostPlan): VirtualAgent {
    const stateDir = path.join(options.stateDir, plan.name);
    mkdirSync(stateDir, { recursive: true, mode: 0o700 });
    const join = options.joinToken?.(plan.cluster.name);
    const { intervalSec } = options;
    return createVirtualAgent(deps, plan, {
      ...options.extrasOf?.(plan),
      ...{ stateDir, intervalSec },
      ...(join && { join }),
    });
  }

  async function startAll(): Promise<void> {
    const beganMs = clock.monotonicMs();
    const inOrder = options.hosts
      .map((plan) => ({ plan, atMs: splayMs(plan.name, spreadMs) }))
      .sort((a, b) => a.atMs - b.atMs);
    for (const { plan, atMs } of inOrder) {
      await clock.sleep(beganMs + atMs - clock.monotonicMs(), stopping.signal);
      if (stopping.signal.aborted) return;
      try {
        const agent = createHost(plan);
        running.set(plan.name, agent);
        await agent.start(stopping.signal);
      } catch (error) {
        log.error('a virtual host could not be started', { virtualHost: plan.name, ...errorFields(error) });
      }
    }
  }

  return {
    name: 'fleet',
    allStarted: started.promise,
    start() {
      mkdirSync(options.stateDir, { recursive: true, mode: 0o700 });
      unlock = takeAgentLock(options.stateDir);
      void startAll().then(started.resolve);
      return Promise.resolve();
    },
    async stop() {
      stopping.abort();
      await started.promise;
      const agents = [...running.values()];
      for (let at = 0; at < agents.length; at += STOPPED_AT_ONCE)
        await Promise.all(agents.slice(at, at + STOPPED_AT_ONCE).map((agent) => agent.stop()));
      unlock();
    },
    status() {
      const status: FleetStatus = {
        hosts: options.hosts.length,
        started: running.size,
        connected: 0,
        sent: 0,
        failed: 0,
      };
      for (const agent of running.values()) {
        const { sent, failed } = agent.counters();
        status.sent += sent;
        status.failed += failed;
        if (agent.isConnected()) status.connected++;
      }
      return status;
    },
    agentOf: (hostName) => running.get(hostName),
  };
}
