// The HTTP edge of this process: base routes and those of every part.

import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Clock } from '#kernel/clock.ts';
import type { StoredEvent } from '#kernel/domain/event.ts';
import type { Logger } from '#kernel/log.ts';
import { appendAudit } from '#store/audit-trail.ts';
import { transaction } from '#store/postgres.ts';
import { createHeartbeats } from '#checks/heartbeat/heartbeats.ts';
import { instant } from '#web/contract/shared.ts';
import { createIdentity, type Identity } from '#web/server/identity/identity.ts';
import { createLiveFeed, type LiveFeed } from '#web/server/live-feed.ts';
import { agentRoutes } from '#web/server/routes/agents.ts';
import { alertingRoutes } from '#web/server/routes/alerting.ts';
import { authRoutes } from '#web/server/routes/auth.ts';
import { availabilityRoutes } from '#web/server/routes/availability.ts';
import { checkRoutes } from '#web/server/routes/checks.ts';
import { desiredStateRoutes } from '#web/server/routes/desired-state.ts';
import { downtimeRoutes } from '#web/server/routes/downtimes.ts';
import { eventRoutes } from '#web/server/routes/events.ts';
import { exchangeRoutes } from '#web/server/routes/exchange.ts';
import { healthRoutes } from '#web/server/routes/health.ts';
import { heartbeatRoutes } from '#web/server/routes/heartbeat.ts';
import { inventoryRoutes } from '#web/server/routes/inventory.ts';
import { objectRoutes } from '#web/server/routes/objects.ts';
import { metricRoutes, type MetricRoutesDeps } from '#web/server/routes/metrics.ts';
import { remediationRoutes } from '#web/server/routes/remediation.ts';
import { resultRoutes } from '#web/server/routes/results.ts';
import { userRoutes } from '#web/server/routes/users.ts';
import { viewRoutes } from '#web/server/routes/views.ts';
import { createViews } from '#web/server/views/views.ts';
import { createWebServer, type WebServer } from '#web/server/server.ts';
import type { AgentBundle } from './agent-bundle.ts';
import { consoleDir, type ConsoleState } from './console-build.ts';
import { liveMetricsOf } from './live-metrics.ts';
import { createMeasurements, type Measurements } from './measurements.ts';
import type { Parts } from './parts.ts';
import type { Settings } from './settings.ts';
import type { Stores } from './stores.ts';
import { createTimeline } from './timeline.ts';
import { VERSION } from './version.ts';

export interface Web {
  server: WebServer;
  liveFeed: LiveFeed;
  identity: Identity;
  /** The state of this process, as its page shows it. */
  selfHealth: Measurements['selfHealth'];
}

export interface WebDeps {
  clock: Clock;
  log: Logger;
  stores: Stores;
  parts: Parts;
  liveFeed: LiveFeed;
  agentBundle(): Promise<AgentBundle>;
  consoleState(): ConsoleState;
  notReady(): Promise<string | undefined>;
}

/** Made before the parts, because the collector feeds it. */
export function createFeed(
  deps: { clock: Clock; log: Logger; stores: Stores },
  namesOf: (hostIds: readonly string[]) => Promise<Map<string, string>>,
): LiveFeed {
  const { clock, log, stores } = deps;
  const toTimeline = createTimeline(namesOf);
  return createLiveFeed({ db: stores.postgres.db, clock, log, notifications: stores.notifications, toTimeline });
}

/** Copies of the history go beside it, in the home: the server writes nowhere else. */
function backupOf(
  settings: Settings,
  { clock, stores }: Pick<WebDeps, 'clock' | 'stores'>,
): MetricRoutesDeps['backup'] {
  const { history, postgres } = stores;
  const backup = history.backup?.bind(history);
  if (!backup) return undefined;
  return async (actor) => {
    const at = instant(clock.nowMs());
    const directory = path.join(settings.home, 'backups', `history-${at.replaceAll(':', '')}`);
    await mkdir(path.dirname(directory), { recursive: true, mode: 0o700 });
    const { bytes, atMs } = await backup(directory);
    await transaction(postgres.db, (trx) =>
      appendAudit(trx, {
        ...{ atMs: clock.nowMs(), actor: actor.label, source: actor.source, action: 'history.backup' },
        ...{ object: 'metric history', result: 'done', details: { directory, bytes } },
      }),
    );
    return { directory, bytes, at: instant(atMs) };
  };
}

export async function createWeb(settings: Settings, deps: WebDeps): Promise<Web> {
  const { clock, log, stores, parts, liveFeed } = deps;
  const { db } = stores.postgres;
  const { inventory, gateway, alerting, checks, remediation, collector } = parts;
  const identity = createIdentity({ db, clock });
  const toTimeline = createTimeline((ids) => inventory.api.namesOf(ids));
  const measurements = createMeasurements(settings, { clock, stores, parts, consoleState: deps.consoleState });

  const server = await createWebServer(
    { clock, log, identity },
    {
      host: settings.http.host,
      port: settings.http.port,
      version: VERSION,
      consoleDir,
      consoleState: deps.consoleState,
      behindProxy: settings.tls === undefined && settings.publicUrl !== undefined,
      ...(settings.tls && { tls: settings.tls }),
    },
    (app) => {
      authRoutes(app, {
        identity,
        version: VERSION,
        secureCookies: settings.tls !== undefined || settings.publicUrl?.startsWith('https:') === true,
        onSetUp: ({ email }) => (email === null ? Promise.resolve() : alerting.api.ensureDefaultContact(email)),
      });
      userRoutes(app, { identity });
      viewRoutes(app, { views: createViews({ db, clock }) });
      eventRoutes(app, { db, identity, liveFeed, toTimeline });
      metricRoutes(app, {
        history: stores.history,
        live: liveMetricsOf(collector.api),
        seriesOfHost: (hostId) => inventory.api.seriesOfHost(hostId),
        backup: backupOf(settings, { clock, stores }),
        onHostRemoved: (actor, host) =>
          transaction(db, (trx) =>
            appendAudit(trx, {
              ...{ atMs: clock.nowMs(), actor: actor.label, source: actor.source, action: 'live.host_removed' },
              ...{ object: `host:${host.cluster}/${host.hostKey}`, result: 'done', details: host },
            }),
          ),
      });
      exchangeRoutes(app, { collector: collector.api, collects: settings.roles.includes('collector') });
      healthRoutes(app, {
        notReady: deps.notReady,
        selfHealth: measurements.selfHealth,
        metrics: measurements.registry,
      });
      checkRoutes(app, { checks: checks.api });
      downtimeRoutes(app, { checks: checks.api, clock });
      availabilityRoutes(app, { checks: checks.api });
      objectRoutes(app, { objects: parts.objects.api });
      resultRoutes(app, { outside: checks.outside.api, identity });
      heartbeatRoutes(app, { heartbeats: createHeartbeats({ db, clock }) });
      alertingRoutes(app, { alerting: alerting.api, toTimeline: (events: StoredEvent[]) => toTimeline(events) });
      inventoryRoutes(app, { inventory: inventory.api });
      desiredStateRoutes(app, { inventory: inventory.api });
      const metricPort = () => collector.api.ports()[0]?.udp.port;
      const { publicUrl } = settings;
      agentRoutes(app, {
        gateway: gateway.api,
        bundle: deps.agentBundle,
        metricPort,
        ...(publicUrl !== undefined && { publicUrl }),
      });
      remediationRoutes(app, { remediation: remediation.api });
    },
  );
  return { server, liveFeed, identity, selfHealth: measurements.selfHealth };
}
