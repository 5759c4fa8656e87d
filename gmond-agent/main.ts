// The life of the agent's program: reads its command line and its gmond.conf, runs until
// it is told to stop. Hearing a cluster is not its business: app/ hands that in.

import { systemClock, type Clock } from '#kernel/clock.ts';
import { AppError, errorFields } from '#kernel/errors.ts';
import type { Logger } from '#kernel/log.ts';
import type { Service } from '#kernel/service.ts';
import type { Environment } from '#wire/gmond-conf-tokens.ts';
import { agentOptions, parseAgentOptions, USAGE, type AgentCommandLine, type AgentOptions } from './agent-options.ts';
import { createAgent, type Agent } from './agent.ts';
import { loadGmondConfig, printGmondConfig, type LoadedConfig } from './gmond-config-load.ts';
import type { GmondConfig } from './gmond-config.ts';
import { optionsOfGmondConfig } from './gmond-config-options.ts';
import { interpretOnly } from './interpret-only.ts';
import { createLineLogger } from './line-logger.ts';

const STOP_TIMEOUT_MS = 6000;

/** What makes an agent a full gmond: hears the cluster and serves its XML as the configuration says. */
export type CreateReceiver = (
  deps: { clock: Clock; log: Logger; agent: Pick<Agent, 'announce' | 'send'> },
  config: GmondConfig,
) => Promise<Service>;

interface Surroundings {
  /** For `${NAME}` in a gmond.conf. */
  environment: Environment;
  /** Without it a configuration that is not deaf only sends. */
  createReceiver?: CreateReceiver;
}

/**
 * Runs the agent with these arguments to its end, and sets the exit code: 0 stopped, 1 failed, 2 wrong use. With
 * --print-config: 0, or 1 when lines of the file are wrong.
 */
export async function runAgent(args: readonly string[], surroundings: Surroundings): Promise<void> {
  const parsed = parseAgentOptions(args);
  if (!parsed.ok) {
    process.stderr.write(`${parsed.problems.join('\n')}\n\n${USAGE}`);
    process.exitCode = 2;
    return;
  }
  if (parsed.options === 'help') return void process.stdout.write(USAGE);
  const { commandLine } = parsed;
  const clock = systemClock();
  try {
    if (commandLine.printConfig)
      process.exitCode = await printGmondConfig(clock, commandLine, surroundings.environment);
    else await runUntilStopped(clock, commandLine, surroundings);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    process.stderr.write(`plexus agent: ${error.message}\n`);
    process.exit(1);
  }
}

async function runUntilStopped(
  clock: Clock,
  commandLine: AgentCommandLine,
  { createReceiver, environment }: Surroundings,
): Promise<void> {
  const { gmondConf } = commandLine;
  const load = gmondConf === undefined ? undefined : () => loadGmondConfig(gmondConf, environment);
  const first = load?.();
  const options = optionsOf(commandLine, first);
  if (first === undefined || first.read.config.deaf) interpretOnly();
  const log = createLineLogger({ clock, write: (line) => process.stdout.write(line) }, { debug: options.debug });
  const agent = createAgent({ clock, log }, options);
  const receiver = createReceiverSlot({ clock, log, agent }, createReceiver);
  const stop = new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
  });
  // gmond starts itself anew; here the agent's connection and its running requests stay.
  if (load)
    process.on('SIGHUP', () => {
      reload(load, commandLine, agent, receiver, log).catch((error: unknown) =>
        log.error('the configuration cannot be used; the one before holds', errorFields(error)),
      );
    });
  try {
    if (first) {
      logReport(first, log);
      // Before anything is sent, since what is sent once at the start is for our own ears too.
      await receiver.use(first.read.config);
    }
    await agent.start(new AbortController().signal);
  } catch (error) {
    log.error(error instanceof AppError ? error.message : 'the agent could not be started', errorFields(error));
    process.exit(1);
  }
  log.info('agent started', { pid: process.pid });
  await stop;
  const hung = clock.sleep(STOP_TIMEOUT_MS).then(() => 1);
  // Programs of requests may run on and hold handles of ours: end here and now.
  process.exit(await Promise.race([Promise.all([receiver.stop(), agent.stop()]).then(() => 0), hung]));
}

const optionsOf = (commandLine: AgentCommandLine, loaded: LoadedConfig | undefined): AgentOptions =>
  agentOptions(commandLine.options, loaded && optionsOfGmondConfig(loaded.read.config));

interface ReceiverSlot {
  use(config: GmondConfig): Promise<void>;
  stop(): Promise<void>;
}

async function reload(
  load: () => LoadedConfig,
  commandLine: AgentCommandLine,
  agent: Agent,
  receiver: ReceiverSlot,
  log: Logger,
): Promise<void> {
  const fresh = load();
  const options = optionsOf(commandLine, fresh);
  logReport(fresh, log);
  await receiver.use(fresh.read.config);
  await agent.configureMetrics(options);
  log.info('the configuration was read again', { files: fresh.files });
}

/** The one receiver there is, or none; a new configuration takes the place of the old one. */
function createReceiverSlot(deps: Parameters<CreateReceiver>[0], create: CreateReceiver | undefined): ReceiverSlot {
  let current: Service | undefined;
  let changing: Promise<void> = Promise.resolve();

  async function change(config: GmondConfig | undefined): Promise<void> {
    await current?.stop();
    current = undefined;
    if (config === undefined || config.deaf) return;
    if (create === undefined)
      return deps.log.warn('this agent only sends: start it as "plexus agent" to hear a cluster');
    const fresh = await create(deps, config);
    await fresh.start(new AbortController().signal);
    current = fresh;
  }

  function enqueue(config: GmondConfig | undefined): Promise<void> {
    const done = changing.then(() => change(config));
    changing = done.catch(() => undefined);
    return done;
  }
  return { use: enqueue, stop: () => enqueue(undefined) };
}

function logReport({ report }: LoadedConfig, log: Logger): void {
  for (const { kind, at, where, given, expected } of report.findings)
    log.warn('the configuration has a line that is not used', { kind, ...at, where, given, expected });
  for (const { verdict, why, ...place } of report.notes)
    if (verdict === 'not supported') log.warn('the configuration asks for what is not supported', { ...place, why });
}
