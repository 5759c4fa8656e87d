// One Plexus process: opens the stores, builds the parts, starts them in order,
// stops them in reverse.

import { openIdentity } from '#agent/identity.ts';
import type { Clock } from '#kernel/clock.ts';
import { SYSTEM } from '#kernel/domain/actor.ts';
import { errorFields } from '#kernel/errors.ts';
import type { Logger } from '#kernel/log.ts';
import { createSupervisor, type Service } from '#kernel/service.ts';
import { createAgentBundle } from './agent-bundle.ts';
import { createConsoleBuild } from './console-build.ts';
import { writePrivate, type Home } from './home.ts';
import { createLocalAgent } from './local-agent.ts';
import { createParts, servicesOf, type Parts } from './parts.ts';
import type { Settings } from './settings.ts';
import { openStores, type Stores } from './stores.ts';
import { createFeed, createWeb, type Web } from './web.ts';

const STOP_TIMEOUT_MS = 10_000;
const READY_TIMEOUT_MS = 2000;
const LOCAL_TOKEN_SEC = 600;
const LOCAL_HOST_LOOK_MS = 500;

export interface RunningServer {
  readonly url: string;
  readonly stores: Stores;
  readonly parts: Parts;
  readonly web: Web | undefined;
  /** True until the first administrator exists. */
  setupNeeded(): Promise<boolean>;
  /** Resolves to the names of the steps that failed or hung. */
  stop(): Promise<string[]>;
}

export interface ServerOptions {
  /** Tests and demo bring a console that is built already, or none. */
  buildConsole?: boolean;
}

/** What the API cannot do without. History is not among it: while that is away samples wait, and all else goes on. */
async function missingStore(stores: Stores, clock: Clock): Promise<string | undefined> {
  const answered = new AbortController();
  const answer = stores.postgres.db
    .selectFrom('setting')
    .select('key')
    .limit(1)
    .execute()
    .then(
      () => undefined,
      () => 'the database does not answer',
    );
  const late = clock.sleep(READY_TIMEOUT_MS, answered.signal).then(() => 'the database does not answer in time');
  try {
    return await Promise.race([answer, late]);
  } finally {
    answered.abort();
  }
}

export async function startServer(
  settings: Settings,
  home: Home,
  deps: { clock: Clock; log: Logger },
  options: ServerOptions = {},
): Promise<RunningServer> {
  const { clock, log } = deps;
  const stores = await openStores(settings, home, deps);
  const bundle = createAgentBundle();
  const supervisor = createSupervisor({ clock, log }, { stopTimeoutMs: STOP_TIMEOUT_MS });
  try {
    return await startOn(stores);
  } catch (error) {
    await supervisor.stop();
    await stores.close();
    throw error;
  }

  async function startOn(opened: Stores): Promise<RunningServer> {
    // The feed is made first, since the collector feeds it; it asks inventory for names only later.
    const liveFeed = createFeed({ clock, log, stores: opened }, (ids) => parts.inventory.api.namesOf(ids));
    const readSelf = async () => (await web.selfHealth()).parts;
    const parts = createParts(settings, { clock, log, stores: opened, onSamples: liveFeed.onSamples, readSelf });
    const consoleBuild = createConsoleBuild({ log });
    let ready = false;
    const hasWeb = settings.roles.includes('web');
    const web = await createWeb(settings, {
      clock,
      log,
      stores: opened,
      parts,
      liveFeed,
      agentBundle: bundle,
      consoleState: consoleBuild.state,
      notReady: async () => (ready ? await missingStore(opened, clock) : 'starting'),
    });
    const services: Service[] = servicesOf(settings.roles, opened, parts);
    if (hasWeb) services.push(liveFeed);
    services.push(web.server);
    if (hasWeb && options.buildConsole !== false) services.push(consoleBuild);
    await supervisor.start(services);
    const url = `${settings.tls ? 'https' : 'http'}://${settings.http.host}:${web.server.port()}`;
    await firstStart(parts, web);
    if (settings.localAgent && settings.roles.includes('gateway') && settings.roles.includes('collector')) {
      const agent = localAgent(parts);
      await supervisor.start([agent]);
      watchForLocalHost(parts, url);
    }
    ready = true;
    return {
      url,
      stores: opened,
      parts,
      web: hasWeb ? web : undefined,
      setupNeeded: () => web.identity.setupNeeded(),
      async stop() {
        ready = false;
        const failed = await supervisor.stop();
        await opened.close();
        return failed;
      },
    };
  }

  /** What a fresh installation begins with; each step does nothing when it was done before. */
  async function firstStart(parts: Parts, web: Web): Promise<void> {
    await parts.alerting.api.ensureDefaultRules();
    await parts.remediation.api.ensureDefaultRunbooks();
    const { adminPassword, adminEmail, apiToken } = settings;
    if (adminPassword && (await web.identity.setupNeeded())) {
      const email = adminEmail === undefined ? {} : { email: adminEmail };
      await web.identity.setUp(
        { login: 'admin', name: 'Administrator', password: adminPassword.reveal(), ...email },
        'environment',
      );
    }
    if (adminEmail !== undefined) await parts.alerting.api.ensureDefaultContact(adminEmail);
    if (apiToken) await web.identity.keepEnvironmentToken(apiToken.reveal());
  }

  function localAgent(parts: Parts): Service {
    const udp = parts.collector.api.ports()[0]?.udp.port ?? settings.listen[0]?.udpPort ?? 8649;
    return createLocalAgent(
      { clock, log },
      {
        stateDir: home.file('agent'),
        // One bundled file: an agent that runs from sources needs twice the memory for the type stripper.
        async program() {
          const file = home.file('agent', 'agent.mjs');
          writePrivate(file, (await bundle()).content);
          return file;
        },
        sendTo: `127.0.0.1:${udp}`,
        gatewayUrl: `wss://127.0.0.1:${parts.gateway.port()}`,
        async joinToken() {
          const cluster = settings.listen[0]?.cluster ?? 'default';
          const request = { note: 'this machine', approve: true, uses: 1, ttlSec: LOCAL_TOKEN_SEC, cluster };
          return (await parts.gateway.api.createJoinToken(SYSTEM, request)).token;
        },
      },
    );
  }

  /** Gives this machine its default checks as soon as its agent has made it a host. */
  function watchForLocalHost(parts: Parts, url: string): void {
    const look = async () => {
      const agentId = openIdentity(home.file('agent'), undefined)?.membership?.agentId;
      const agent = agentId === undefined ? undefined : await parts.gateway.api.getAgent(agentId);
      if (!agent || agent.hostId === null) return;
      timer.cancel();
      await parts.checks.api.ensureDefaultChecks({ id: agent.hostId, name: agent.name }, url);
    };
    const timer = clock.every(LOCAL_HOST_LOOK_MS, () => {
      look().catch((error: unknown) => log.debug('default checks wait for the local agent', errorFields(error)));
    });
  }
}
