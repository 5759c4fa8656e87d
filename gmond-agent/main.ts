// The agent as a program: reads its command line, runs until it is told to stop.

import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { systemClock } from '#kernel/clock.ts';
import { AppError, errorFields } from '#kernel/errors.ts';
import { parseAgentOptions, USAGE } from './agent-options.ts';
import { createAgent } from './agent.ts';
import { createLineLogger } from './line-logger.ts';

const STOP_TIMEOUT_MS = 6000;

/** Runs the agent with these arguments to its end, and sets the exit code: 0 stopped, 1 failed, 2 wrong use. */
export async function runAgent(args: readonly string[]): Promise<void> {
  const parsed = parseAgentOptions(args);
  if (!parsed.ok) {
    process.stderr.write(`${parsed.problems.join('\n')}\n\n${USAGE}`);
    process.exitCode = 2;
    return;
  }
  if (parsed.options === 'help') return void process.stdout.write(USAGE);
  const clock = systemClock();
  const log = createLineLogger({ clock, write: (line) => process.stdout.write(line) }, { debug: parsed.options.debug });
  const agent = createAgent({ clock, log }, parsed.options);
  const stop = new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
  });
  try {
    await agent.start(new AbortController().signal);
  } catch (error) {
    log.error(error instanceof AppError ? error.message : 'the agent could not be started', errorFields(error));
    process.exit(1);
  }
  log.info('agent started', { pid: process.pid });
  await stop;
  const hung = clock.sleep(STOP_TIMEOUT_MS).then(() => 1);
  // Programs of requests may run on and hold handles of ours: end here and now.
  process.exit(await Promise.race([agent.stop().then(() => 0), hung]));
}

const isProgram = process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url);
if (isProgram) await runAgent(process.argv.slice(2));
