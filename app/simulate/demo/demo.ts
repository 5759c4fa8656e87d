// A demo from its start to its end: server, fleet, shop, scene, troubles; and the same
// backwards.

import { AuthState } from '#web/contract/auth.ts';
import type { Clock } from '#kernel/clock.ts';
import type { Logger } from '#kernel/log.ts';
import { createFleet, type Fleet } from '../fleet.ts';
import { CLUSTERS, planDemoFleet, type DemoFleetPlan } from './demo-fleet.ts';
import { DEMO_LOGIN, openDemoHome, type DemoHome } from './demo-home.ts';
import { startDemoServer, type DemoServer } from './demo-server.ts';
import { makeDesiredState, makeGroups, makeJoinTokens, waitForHosts, type SceneDeps } from './scene-hosts.ts';
import { makeLoop } from './scene-loop.ts';
import { makeReleases } from './scene-release.ts';
import { installShop, type ShopService } from './shop-service.ts';
import { createTroubles } from './troubles.ts';

export interface DemoOptions {
  directory: string;
  hosts: number;
  keep: boolean;
  /** Of the caller; its PLEXUS_ settings are left out. */
  environment: NodeJS.ProcessEnv;
}

export interface DemoDeps {
  clock: Clock;
  log: Logger;
  /** One line for whoever watches the terminal. */
  say(line: string): void;
}

const INTERVAL_SEC = 5;
const MAIL = 'demo@example.org';

/** Runs until `signal` aborts or its server ends; resolves when nothing of it is left. Throws what kept it from starting. */
export async function runDemo(deps: DemoDeps, options: DemoOptions, signal: AbortSignal): Promise<void> {
  const home = await openDemoHome(options.directory, { keep: options.keep, clusters: CLUSTERS });
  const undo: (() => Promise<void> | void)[] = [() => home.release()];
  try {
    const server = await startDemoServer(deps.clock, home, options.environment);
    undo.push(() => server.stop());
    await present(deps, { home, server, hosts: options.hosts, undo }, signal);
    await Promise.race([server.ended, aborted(signal)]);
    if (!signal.aborted) deps.say(`the server has ended by itself; see ${home.directory}/server.log`);
  } finally {
    // A server that is stopped first starts no more scripts on hosts that are about to go.
    for (const step of [...undo.splice(1).toReversed(), ...undo]) await step();
  }
}

const aborted = (signal: AbortSignal): Promise<void> =>
  signal.aborted ? Promise.resolve() : new Promise((resolve) => signal.addEventListener('abort', () => resolve()));
