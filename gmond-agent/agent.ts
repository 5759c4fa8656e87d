// One agent of one host, put together: metrics always, reports and commands once
// it has joined a gateway.

import { mkdirSync, readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Clock } from '#kernel/clock.ts';
import type { BackoffPolicy } from '#kernel/backoff.ts';
import { AppError, errorFields } from '#kernel/errors.ts';
import type { Logger } from '#kernel/log.ts';
import type { Service } from '#kernel/service.ts';
import { decodeJoinToken, type JoinToken } from '#wire/join-token.ts';
import type { AgentOptions } from './agent-options.ts';
import type { CommandSide } from './command-side.ts';
import { isDiskRefusal } from './durable-file.ts';
import { hasIdentity } from './identity-file.ts';
import { takeAgentLock } from './lock-file.ts';
import { createMoreSources } from './more-sources.ts';
import type { Reporter } from './reporter.ts';
import { readFileSystemSpace } from './samplers/proc-reader.ts';
import { createSpaceReader } from './samplers/space-reader.ts';
import { createMetricSender, type MetricSender, type MetricSenderOptions } from './send-loop.ts';

export const AGENT_VERSION = '0.1.0';

const JOIN_RETRY: BackoffPolicy = { firstMs: 2000, factor: 2, maxMs: 60_000 };

export interface Agent extends Service {
  /** From now on metrics are sent as these options say; the rest stays as it is. Rejects when no socket can be had. */
  configureMetrics(options: AgentOptions): Promise<void>;
  /** Announces a metric of this host again; see MetricSender. */
  announce(metric: string): void;
  /** Puts a datagram on every channel that metrics are sent by. */
  send(datagram: Buffer): void;
}

/** Start throws `agent_running`, `bad_join_token` or `identity_unreadable`. */
export function createAgent(deps: { clock: Clock; log: Logger }, initial: AgentOptions): Agent {
  const { clock, log } = deps;
  let options = initial;
  const name = options.name ?? os.hostname();
  const ip = options.ip ?? firstAddress() ?? '127.0.0.1';
  const stopping = new AbortController();
  let unlock: (() => void) | undefined;
  let joining: Promise<void> = Promise.resolve();
  let metrics: MetricSender | undefined;
  let senderId: string | undefined;
  let commands: CommandSide | undefined;
  let reporter: Reporter | undefined;
  let switching: Promise<void> = Promise.resolve();

  /** The heartbeat carries the agent's id, which is not known before the enrolment. */
  async function startMetrics(agentId: string | undefined): Promise<void> {
    if (options.targets.length === 0 || (metrics && senderId === agentId)) return;
    await metrics?.stop();
    metrics = undefined;
    senderId = agentId;
    const readSpace = createSpaceReader({ clock, log }, readFileSystemSpace);
    const more = createMoreSources({ clock, log, readSpace }, options);
    metrics = createMetricSender({ clock, log, readSpace, more }, senderOptions(options, agentId));
    await metrics.start(new AbortController().signal);
  }

  async function joinGateway(): Promise<CommandSide | undefined> {
    const token = readToken(options);
    if (token === undefined && !hasIdentity(options.stateDir)) return undefined;
    // A third of the memory of an agent that only sends would be what it never uses: TLS, WebSocket, actions.
    const { openIdentity } = await import('./identity.ts');
    const identity = openIdentity(options.stateDir, token);
    if (!identity) return undefined;
    const [{ createCommandSide }, { createReporter }, { createFactSources }, { desiredStateAction }] =
      await Promise.all([
        import('./command-side.ts'),
        import('./reporter.ts'),
        import('./facts-sources.ts'),
        import('./actions/desired-state.ts'),
      ]);
    const side = createCommandSide(
      { clock, log, identity, actions: [desiredStateAction(options.stateDir)] },
      {
        ...{ stateDir: options.stateDir, name, ip, version: AGENT_VERSION },
        onConnected() {
          switching = switching
            .then(() => startMetrics(identity.membership?.agentId))
            .catch((error: unknown) => log.error('metrics cannot be sent', errorFields(error)));
          void reporter?.reportNow();
        },
      },
    );
    const sources = createFactSources(
      { clock, log },
      { folder: path.resolve(options.factsDir ?? path.join(options.stateDir, 'facts.d')) },
    );
    reporter = createReporter({ clock, log, sources, send: (report) => side.report(report) });
    senderId = identity.membership?.agentId;
    return side;
  }

  /** False when the disk refused, which must not cost the metrics of just this host. */
  async function tryToJoin(): Promise<boolean> {
    try {
      mkdirSync(options.stateDir, { recursive: true, mode: 0o700 });
      unlock ??= takeAgentLock(options.stateDir);
      commands = await joinGateway();
      if (!commands) log.info('no gateway joined: this agent only sends metrics');
      return true;
    } catch (error) {
      if (!isDiskRefusal(error)) throw error;
      log.warn('the disk refuses the state of this agent: until it does not, it only sends metrics', {
        ...{ stateDir: options.stateDir },
        ...errorFields(error),
      });
      return false;
    }
  }

  async function startJoined(): Promise<void> {
    await commands?.start(stopping.signal);
    await reporter?.start(stopping.signal);
  }

  async function joinLater(): Promise<void> {
    const { backoffMs } = await import('#kernel/backoff.ts');
    for (let refusals = 1; ; refusals++) {
      await clock.sleep(backoffMs(JOIN_RETRY, refusals), stopping.signal);
      if (stopping.signal.aborted) return;
      if (await tryToJoin()) return startJoined();
    }
  }

  return {
    name: 'agent',
    async start() {
      try {
        const joined = await tryToJoin();
        await startMetrics(senderId);
        if (joined) return await startJoined();
      } catch (error) {
        unlock?.();
        throw error;
      }
      joining = joinLater().catch((error: unknown) => log.error('no gateway can be joined', errorFields(error)));
    },
    async stop() {
      stopping.abort();
      await joining;
      await reporter?.stop();
      await commands?.stop();
      await switching;
      await metrics?.stop();
      unlock?.();
    },
    configureMetrics(fresh) {
      const change = switching.then(async () => {
        options = fresh;
        await metrics?.stop();
        metrics = undefined;
        await startMetrics(senderId);
      });
      switching = change.catch((error: unknown) => log.error('metrics cannot be sent', errorFields(error)));
      return change;
    },
    announce: (metric) => metrics?.announce(metric),
    send: (datagram) => metrics?.send(datagram),
  };
}

function senderOptions(options: AgentOptions, agentId: string | undefined): MetricSenderOptions {
  const { name, ip, ...sending } = options;
  return {
    ...sending,
    hostName: name ?? os.hostname(),
    ip: ip ?? firstAddress() ?? '127.0.0.1',
    ...(agentId !== undefined && { agentId }),
  };
}

function readToken(options: AgentOptions): JoinToken | undefined {
  const joinText =
    options.join ?? (options.joinFile === undefined ? undefined : readFileSync(options.joinFile, 'utf8'));
  if (joinText === undefined) return undefined;
  const decoded = decodeJoinToken(joinText.trim());
  if (decoded.ok) return decoded.value;
  throw new AppError('bad_join_token', `The join token cannot be read: ${decoded.reason}. Copy it whole.`);
}

/** The first IPv4 address that is not the loopback's. */
const firstAddress = (): string | undefined =>
  Object.values(os.networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .find((address) => address.family === 'IPv4' && !address.internal)?.address;
