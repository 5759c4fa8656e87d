// A demo from its start to its end: server, fleet, shop, scene, troubles; and all of
// it stopped again.

import { appendFileSync } from 'node:fs';
import path from 'node:path';
import { createLineLogger } from '#agent/line-logger.ts';
import type { Clock } from '#kernel/clock.ts';
import { AppError } from '#kernel/errors.ts';
import { AuthState } from '#web/contract/auth.ts';
import { createFleet, type Fleet } from '../fleet.ts';
import { whenAborted } from '../../stop-signal.ts';
import { CLUSTERS, planDemoFleet, type DemoFleetPlan } from './demo-fleet.ts';
import { DEMO_LOGIN, openDemoHome, type DemoHome } from './demo-home.ts';
import { startDemoServer, type DemoServer } from './demo-server.ts';
import { makeDesiredState, makeGroups, makeJoinTokens, waitForHosts, type SceneDeps } from './scene-hosts.ts';
import { makeLoop } from './scene-loop.ts';
import { makeReleases } from './scene-release.ts';
import { installShop, type ShopService } from './shop-service.ts';
import { createTroubles, type Troubles } from './troubles.ts';

interface DemoOptions {
  directory: string;
  hosts: number;
  /** Go on with what an earlier demo left. */
  keep: boolean;
  /** Of the caller; its PLEXUS_ settings are left out. */
  environment: NodeJS.ProcessEnv;
}

interface DemoDeps {
  clock: Clock;
  /** One line for whoever watches the terminal. */
  say(line: string): void;
}

const INTERVAL_SEC = 5;
const MAIL = 'demo@example.org';

/** What has been started so far. */
interface Running {
  server?: DemoServer;
  fleet?: Fleet;
  shop?: ShopService;
  troubles?: Troubles;
}

/**
 * Runs until `signal` aborts; resolves when nothing of it is left. Throws what kept it
 * from starting, and `server_failed` when its server ends by itself.
 */
export async function runDemo(deps: DemoDeps, options: DemoOptions, signal: AbortSignal): Promise<void> {
  const home = await openDemoHome(options.directory, { keep: options.keep, clusters: CLUSTERS });
  const running: Running = {};
  try {
    await startAll(deps, { ...options, home, running }, signal);
    await Promise.race([running.server?.ended, whenAborted(signal)]);
    if (!signal.aborted)
      throw new AppError('server_failed', `The server has ended by itself; see ${home.directory}/server.log.`);
  } catch (error) {
    // Whatever breaks while everything is being stopped was stopped.
    if (!signal.aborted) throw error;
  } finally {
    running.troubles?.stop();
    // The server before the hosts: then no new script is started on a host that is about to go.
    await running.server?.stop();
    await running.fleet?.stop();
    running.shop?.stop();
    home.release();
  }
}

async function startAll(
  { clock, say }: DemoDeps,
  demo: DemoOptions & { home: DemoHome; running: Running },
  signal: AbortSignal,
): Promise<void> {
  const { home, running } = demo;
  const { record } = home;
  const server = await startDemoServer(clock, home, { environment: demo.environment, signal });
  running.server = server;
  const scene: SceneDeps = { api: server.api, clock, signal };
  await makeLogin(scene, record.password);
  say(`Plexus demo: ${server.url}`);
  say(`  log in   user ${DEMO_LOGIN}, password ${record.password}`);
  say(`  data     ${home.directory}${demo.keep ? '' : ', wiped at the next start'}`);
  say('');

  const plan = planDemoFleet(record.clusters, demo.hosts);
  say(`${plan.hosts.length} hosts in ${CLUSTERS.length} clusters are joining …`);
  const tokens = await makeJoinTokens(server.api, CLUSTERS, plan.hosts.length);
  const logFile = path.join(home.directory, 'fleet.log');
  const log = createLineLogger({ clock, write: (line) => appendFileSync(logFile, line) }, { debug: false });
  const { hosts, extrasOf } = plan;
  const fleet = createFleet(
    { clock, log },
    { hosts, extrasOf, stateDir: home.fleet, intervalSec: INTERVAL_SEC, joinToken: (cluster) => tokens.get(cluster) },
  );
  await fleet.start(signal);
  running.fleet = fleet;
  await fleet.allStarted;
  const names = hosts.map(({ name }) => name);
  const hostIds = await waitForHosts(scene, names);

  const rootOf = (name: string) => {
    const agent = fleet.agentOf(name);
    if (!agent) throw new AppError('not_started', `The virtual host ${name} could not be started; see ${logFile}.`);
    return agent.root;
  };
  running.shop = installShop(rootOf(plan.shopHost), record.ports.shop);
  await running.shop.start();
  if (!record.furnished) await furnish(scene, { fleet, plan, hostIds, shopUrl: running.shop.url });
  home.noteFurnished();

  const { busyStrain } = plan;
  const queueRoot = rootOf(plan.queueHost);
  running.troubles = createTroubles({ clock, say, shop: running.shop, queueRoot, busyStrain }, plan);
  running.troubles.start();
  for (const line of guideTo(plan, running.shop.url)) say(line);
}

async function makeLogin({ api }: SceneDeps, password: string): Promise<void> {
  const { setupNeeded } = await api.get('/auth/state', AuthState);
  if (!setupNeeded) return;
  await api.post('/auth/setup', { login: DEMO_LOGIN, name: 'Demo', email: MAIL, password }, AuthState);
}

/** Everything that is configured; once for each home. */
async function furnish(
  scene: SceneDeps,
  demo: { fleet: Fleet; plan: DemoFleetPlan; hostIds: ReadonlyMap<string, string>; shopUrl: string },
): Promise<void> {
  const { fleet, plan, hostIds, shopUrl } = demo;
  const namesIn = (cluster: string) =>
    plan.hosts.filter((host) => host.cluster.name === cluster).map(({ name }) => name);
  const idsIn = (cluster: string) => namesIn(cluster).flatMap((name) => hostIds.get(name) ?? []);
  const webHosts = namesIn('web');
  const groups = await makeGroups(scene, idsIn, CLUSTERS);
  await makeReleases(scene, groups.get('web') ?? '');
  await makeDesiredState(scene, fleet, { groups, webHosts, hostIds });
  await makeLoop(scene.api, { hostIds, webHosts, dbHosts: namesIn('db'), shopHost: plan.shopHost, shopUrl });
}

const guideTo = ({ shopHost, queueHost, busyHost }: DemoFleetPlan, shopUrl: string): string[] => [
  'Everything is there. What to look at:',
  `  Problems        watch the shop on ${shopHost} die and be healed in about a minute (${shopUrl})`,
  '  an episode      its strip: sensed, judged, acted, verified; the mails are in the outbox',
  `  Timeline        the same, step by step; the reflex of ${queueHost} is refused when it comes too often`,
  `  Hosts           three clusters; ${busyHost} is busy now and then, and nothing heals that`,
  '  Jobs            runs with their output, the releases of the shop, runbooks and reflexes',
  '  Configuration   desired state, and the web hosts that have drifted from it',
  'Ctrl-C stops everything.',
  '',
];
