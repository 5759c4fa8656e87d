// Remediation on a real database and queue, with hosts, a gateway that the test
// answers for, and a clock that moves when told to.

import { sql } from 'kysely';
import { expect } from 'vitest';
import type { Actor } from '#kernel/domain/actor.ts';
import { systemClock } from '#kernel/clock.ts';
import type { EventKind, StoredEvent } from '#kernel/domain/event.ts';
import { uuidv7 } from '#kernel/ids.ts';
import { silentLogger } from '#kernel/log.ts';
import type { NewRequest } from '#gateway/api.ts';
import type { Inventory } from '#remediation/neighbours.ts';
import { createRemediation, type Remediation } from '#remediation/service.ts';
import { EVENT_CHANNEL, toStoredEvent } from '#store/event-log.ts';
import { openQueue, type JobQueue } from '#store/queue.ts';
import { openTestDatabase, type TestDatabase } from '#test/support/database.ts';
import { FakeClock } from '#test/support/fake-clock.ts';
import { createFakeGateway, type FakeGateway } from './fake-gateway.ts';

export const anna: Actor = { label: 'user:anna', role: 'admin', source: '192.0.2.7' };

export interface Harness {
  database: TestDatabase;
  clock: FakeClock;
  queue: JobQueue;
  gateway: FakeGateway;
  inventory: Inventory;
  hosts: { id: string; name: string; lifecycle: 'in_service' | 'maintenance' }[];
  remediation: Remediation;
  /** Another process on the same database. */
  another(): Remediation;
  /** Waits for `found` to give something, with a deadline. */
  until<Found>(what: string, found: () => Promise<Found | undefined | false>): Promise<Found>;
  requests(count: number): Promise<NewRequest[]>;
  events(...kinds: EventKind[]): Promise<StoredEvent[]>;
  close(): Promise<void>;
}

const DEADLINE_MS = 10_000;

export async function openHarness(hostNames: readonly string[]): Promise<Harness> {
  const database = await openTestDatabase();
  const clock = new FakeClock();
  const wall = systemClock();
  // The queue's own waits are about its server; they run on the real clock.
  const queue = await openQueue(
    { clock: wall, log: silentLogger },
    { kind: 'postgres', clientConfig: database.clientConfig },
  );
  const gateway = createFakeGateway(database.db);
  const hosts = hostNames.map((name) => ({ id: uuidv7(clock.nowMs()), name, lifecycle: 'in_service' as const }));
  const harnessHosts: Harness['hosts'] = hosts;
  for (const host of hosts) gateway.join(host.id);

  const inventory: Inventory = {
    hostIdsOf: ({ hostIds, groupIds }) =>
      Promise.resolve(harnessHosts.filter((host) => groupIds.length > 0 || hostIds.includes(host.id))),
    namesOf: (ids) =>
      Promise.resolve(new Map(harnessHosts.filter(({ id }) => ids.includes(id)).map(({ id, name }) => [id, name]))),
    listHosts: ({ hostIds = [] }) =>
      Promise.resolve({
        items: harnessHosts.filter(({ id }) => hostIds.includes(id)).map(summaryOf),
        nextCursor: undefined,
      }),
    catalogFor: (hostId) =>
      Promise.resolve({
        hostId,
        items: [
          {
            desiredStateId: 'd1',
            version: 1,
            name: 'motd',
            kind: 'file',
            path: '/etc/motd',
            content: 'hi\n',
            mode: '0644',
          },
        ],
        problems: [],
      }),
  };
  const build = () =>
    createRemediation({
      db: database.db,
      clock,
      log: silentLogger,
      notifications: database.notifications,
      queue,
      gateway,
      inventory,
    });
  const remediation = build();

  const until: Harness['until'] = async (what, found) => {
    for (const deadline = wall.monotonicMs() + DEADLINE_MS; wall.monotonicMs() < deadline;) {
      const result = await found();
      if (result !== undefined && result !== false) return result;
      // Consumers look again at rows that were hidden by a running transaction after some
      // milliseconds, which never pass on a clock that stands still.
      await sql`select pg_notify(${EVENT_CHANNEL}, '')`.execute(database.db);
    }
    throw new Error(`did not happen in time: ${what}`);
  };

  return {
    database,
    clock,
    queue,
    gateway,
    inventory,
    hosts: harnessHosts,
    remediation,
    another: build,
    until,
    async requests(count) {
      await until(`${count} requests`, () => Promise.resolve(gateway.sent.length >= count));
      expect(gateway.sent).toHaveLength(count);
      return gateway.sent;
    },
    async events(...kinds) {
      const rows = await database.db.selectFrom('event').selectAll().where('kind', 'in', kinds).orderBy('id').execute();
      return rows.map(toStoredEvent);
    },
    async close() {
      await queue.close();
      await database.close();
    },
  };
}

const summaryOf = (host: Harness['hosts'][number]) => ({
  ...host,
  cluster: 'default',
  ip: undefined,
  reporting: 'up' as const,
  reportingSinceMs: undefined,
  owner: undefined,
  description: '',
  groups: [{ id: 'g1', name: 'web' }],
  agentIds: [],
  facts: {},
  driftCount: 0,
  reportedAtMs: undefined,
  createdAtMs: 0,
  version: 1,
});
