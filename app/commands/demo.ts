// `plexus demo`: a simulated fleet and its troubles until a signal ends them.

import path from 'node:path';
import { systemClock } from '#kernel/clock.ts';
import { AppError } from '#kernel/errors.ts';
import { LEAST_HOSTS } from '../simulate/demo/demo-fleet.ts';
import { runDemo } from '../simulate/demo/demo.ts';
import { listenForStop } from '../stop-signal.ts';

const MOST_HOSTS = 500;

export async function demo(given: { hosts: string; home: string; keep?: true }): Promise<void> {
  const hosts = Number(given.hosts);
  if (!Number.isInteger(hosts) || hosts < LEAST_HOSTS || hosts > MOST_HOSTS)
    throw new AppError(
      'bad_arguments',
      `--hosts: "${given.hosts}" was given; a whole number from ${LEAST_HOSTS} to ${MOST_HOSTS} is accepted.`,
    );
  const clock = systemClock();
  const say = (line: string) => process.stdout.write(`${line}\n`);
  const stop = listenForStop(clock);
  stop.addEventListener('abort', () => say('\nstopping …'));
  await runDemo(
    { clock, say },
    { directory: path.resolve(given.home), hosts, keep: given.keep === true, environment: process.env },
    stop,
  );
  // Programs of requests may run on and hold handles of ours: end here and now.
  process.exit(0);
}
