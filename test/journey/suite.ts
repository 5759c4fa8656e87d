// The whole suite in one process on a clock that moves only when told: real
// PostgreSQL, real queue, real history, real datagrams on loopback; no agent, no web.

import { createSocket } from 'node:dgram';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { sql } from 'kysely';
import { readSettings, type Settings } from '#app/settings.ts';
import { createParts, servicesOf, type Parts } from '#app/parts.ts';
import type { Stores } from '#app/stores.ts';
import { silentLogger } from '#kernel/log.ts';
import { createSupervisor } from '#kernel/service.ts';
import { EVENT_CHANNEL } from '#store/event-log.ts';
import { createEventWriter } from '#store/event-writer.ts';
import { openEmbeddedHistory } from '#store/history/embedded.ts';
import { openQueue } from '#store/queue.ts';
import { createSealer } from '#store/sealed.ts';
import { openTestDatabase } from '#test/support/database.ts';
import type { FakeClock } from '#test/support/fake-clock.ts';
import { encodeGmondPacket, type GmondPacket } from '#wire/gmond-packet.ts';

const SETTLE_STEP_MS = 50;

export interface JourneySuite {
  readonly parts: Parts;
  readonly stores: Stores;
  /** Sends datagrams of one host, at most once an instant, and resolves when the collector has taken them in. */
  hear(packets: readonly GmondPacket[]): Promise<void>;
  /** Resolves when every event is handled and every job is done; takes some simulated milliseconds. */
  settle(): Promise<void>;
  stop(): Promise<void>;
}

export async function startSuite(
  clock: FakeClock,
  options: { roles?: Settings['roles']; environment?: Record<string, string> } = {},
): Promise<JourneySuite> {
  const home = mkdtempSync(path.join(os.tmpdir(), 'plexus-journey-'));
  const database = await openTestDatabase({ clock });
  const { db } = database;
  const deps = { clock, log: silentLogger };
  const queue = await openQueue(deps, { kind: 'postgres', clientConfig: database.clientConfig });
  const history = await openEmbeddedHistory(deps, { directory: path.join(home, 'history') });
  const eventWriter = createEventWriter({ db, ...deps });
  const stores: Stores = {
    postgres: { db, clientConfig: database.clientConfig, close: () => Promise.resolve() },
    notifications: database.notifications,
    eventWriter,
    queue,
    history,
    sealer: createSealer('a key for the journey'),
    close: () => Promise.resolve(),
  };
  const anyPort = {
    PLEXUS_GATEWAY_PORT: '0',
    PLEXUS_GMOND_UDP_PORT: '0',
    PLEXUS_GMOND_XML_PORT: '0',
    PLEXUS_GMETAD_XML_PORT: '0',
    PLEXUS_GMETAD_QUERY_PORT: '0',
  };
  const settings = readSettings({ PLEXUS_HOME: home, ...anyPort, ...options.environment });
  const parts = createParts(settings, {
    ...deps,
    stores,
    onSamples: () => undefined,
    readSelf: () => Promise.resolve([]),
  });
  const supervisor = createSupervisor(deps, { stopTimeoutMs: 10_000 });
  // The test database brings its notifications started.
  await supervisor.start(
    servicesOf(options.roles ?? settings.roles, stores, parts).filter((service) => service !== stores.notifications),
  );
  const socket = createSocket('udp4');
  const udpPort = parts.collector.api.ports()[0]?.udp.port ?? 0;

  const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

  /** Is any consumer behind, or any job under way? */
  async function busy(): Promise<boolean> {
    const { rows } = await sql<{ behind: boolean }>`
      select exists (
        select 1 from consumer_position p, lateral (select xid, id from event order by xid desc, id desc limit 1) last
        where (last.xid, last.id) > (p.xid, p.id)
      ) as behind`.execute(db);
    if (rows[0]?.behind) return true;
    const underWay = await sql`select 1 from delivery where status = 'sending'
      or (status = 'pending' and next_attempt_at_ms <= ${clock.nowMs()}) limit 1`.execute(db);
    if (underWay.rows.length > 0) return true;
    return Object.values(await queue.depth()).some((depth) => depth > 0);
  }

  return {
    parts,
    stores,
    async hear(packets) {
      for (const packet of packets) socket.send(encodeGmondPacket(packet), udpPort, '127.0.0.1');
      const [last] = packets.slice(-1);
      if (!last) return;
      const hostKey = last.host.split(':')[0] ?? '';
      // Loopback keeps the order: when the last one is in, all are.
      while (parts.collector.api.host('default', hostKey)?.reportedAtMs !== clock.nowMs()) await turn();
    },
    async settle() {
      // Quiet twice in a row: what one step left behind may set off another. Time moves a
      // little with each look, since some parts wait for a moment before they look again.
      for (let quiet = 0; quiet < 2;) {
        clock.advance(SETTLE_STEP_MS);
        await eventWriter.flush();
        await parts.alerting.ruleRunner.settle();
        await sql`select pg_notify(${EVENT_CHANNEL}, '')`.execute(db);
        await turn();
        quiet = (await busy()) ? 0 : quiet + 1;
      }
    },
    async stop() {
      socket.close();
      await supervisor.stop();
      await queue.close();
      await history.close();
      await database.close();
      rmSync(home, { recursive: true, force: true });
    },
  };
}
