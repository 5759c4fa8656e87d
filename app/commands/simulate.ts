// `plexus simulate`: virtual hosts in one process until a signal ends them.

import { appendFileSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { createLineLogger } from '#agent/line-logger.ts';
import { systemClock } from '#kernel/clock.ts';
import { wavesOf } from '../simulate/custom-metrics.ts';
import { createFleet, type FleetStatus } from '../simulate/fleet.ts';
import { planHosts } from '../simulate/host-plan.ts';
import { readSimulateOptions, type GivenOptions } from '../simulate/simulate-options.ts';
import { listenForStop, whenAborted } from '../stop-signal.ts';

const STATUS_EVERY_MS = 2000;

export async function simulate(given: GivenOptions): Promise<void> {
  const options = readSimulateOptions(given);
  const clock = systemClock();
  const stateDir = path.resolve(options.stateDir);
  const onTerminal = process.stdout.isTTY;
  // In a file: when the gateway goes away every single host has something to say.
  mkdirSync(stateDir, { recursive: true, mode: 0o700 });
  const logFile = path.join(stateDir, 'simulate.log');
  const log = createLineLogger({ clock, write: (line) => appendFileSync(logFile, line) }, { debug: false });
  const { clusters, hosts, metrics, intervalSec, join } = options;
  const fleet = createFleet(
    { clock, log },
    {
      ...{ hosts: planHosts(clusters, hosts), stateDir, intervalSec },
      joinToken: () => join,
      extrasOf: ({ name }) => ({ metrics: () => wavesOf(name, metrics) }),
    },
  );
  const stop = listenForStop(clock);
  await fleet.start(stop);
  const targets = clusters.map(({ name, sendTo }) => `${name} → ${sendTo.host}:${sendTo.port}`).join(', ');
  process.stdout.write(`simulating ${hosts} hosts: ${targets}; keys, journals and log in ${stateDir}\n`);

  let before = fleet.status();
  const line = () => {
    const now = fleet.status();
    const text = describe(now, ((now.sent - before.sent) * 1000) / STATUS_EVERY_MS, join !== undefined);
    before = now;
    return text;
  };
  const timer = onTerminal ? clock.every(STATUS_EVERY_MS, () => process.stdout.write(`\r\x1b[K${line()}`)) : undefined;
  void fleet.allStarted.then(() => log.info('every host is started', { ...fleet.status() }));
  await whenAborted(stop);
  timer?.cancel();
  process.stdout.write(
    `${onTerminal ? '\n' : ''}stopping: ${describe(fleet.status(), undefined, join !== undefined)}\n`,
  );
  await fleet.stop();
  // Programs of requests may run on and hold handles of ours: end here and now.
  process.exit(0);
}

function describe(status: FleetStatus, perSec: number | undefined, joins: boolean): string {
  const { hosts, started, connected, sent, failed } = status;
  const parts = [`${started} of ${hosts} hosts`];
  if (joins) parts.push(`${connected} connected`);
  parts.push(perSec === undefined ? `${sent} packets` : `${perSec.toFixed(0)} packets/s`);
  if (failed > 0) parts.push(`${failed} not sent`);
  return parts.join(' · ');
}
