// An inventory on a real database, and a gateway that keeps what it is asked.

import type { Agent, NewRequest } from '#gateway/api.ts';
import { createInventory, type Inventory, type InventoryOptions } from '#inventory/service.ts';
import type { EventKind, NewEvent, RequestOutcome } from '#kernel/domain/event.ts';
import { uuidv7 } from '#kernel/ids.ts';
import { silentLogger } from '#kernel/log.ts';
import { appendEvents, toStoredEvent } from '#store/event-log.ts';
import { transaction, type Db } from '#store/postgres.ts';
import { openTestDatabase } from '#test/support/database.ts';
import { FakeClock } from '#test/support/fake-clock.ts';

export interface Harness {
  db: Db;
  clock: FakeClock;
  inventory: Inventory;
  api: Inventory['api'];
  /** Requests by id, the first of each id only, as the gateway does. */
  requests: Map<string, NewRequest>;
  /** Appends the events and waits until they are rows. */
  tell(...events: NewEvent[]): Promise<void>;
  /** Enrols and connects an agent; resolves to its host. */
  join(
    name: string,
    options?: { ip?: string; cluster?: string; agentId?: string },
  ): Promise<{ agentId: string; hostId: string }>;
  /** The agent of `request` answers. */
  answer(request: NewRequest, outcome: Partial<RequestOutcome>): Promise<void>;
  eventKinds(): Promise<EventKind[]>;
  close(): Promise<void>;
}

export async function openInventory(options: InventoryOptions = {}): Promise<Harness> {
  const { db, notifications, close } = await openTestDatabase();
  const clock = new FakeClock();
  const requests = new Map<string, NewRequest>();
  const agents = new Map<string, Agent>();
  const gateway = {
    sendRequest: (_trx: unknown, request: NewRequest) => {
      if (requests.has(request.requestId)) return Promise.resolve(false);
      requests.set(request.requestId, request);
      return Promise.resolve(true);
    },
    agentOfHost: (hostId: string) => Promise.resolve(agents.get(hostId)),
  };
  const inventory = createInventory({ db, clock, log: silentLogger, notifications, gateway }, options);
  await inventory.start(new AbortController().signal);

  const tell = async (...events: NewEvent[]) => {
    await transaction(db, (trx) => appendEvents(trx, events));
    await inventory.drain();
  };
  return {
    db,
    clock,
    inventory,
    api: inventory.api,
    requests,
    tell,
    async join(name, { ip = '10.0.0.1', cluster = 'default', agentId = uuidv7(clock.nowMs()) } = {}) {
      const hostId = await transaction(db, (trx) => inventory.api.ensureAgentHost(trx, { agentId, name, ip, cluster }));
      agents.set(hostId, {
        id: agentId,
        hostId,
        name,
        cluster,
        status: 'approved',
        version: '0',
        ip,
        connected: true,
        connectedAtMs: 0,
        lastContactAtMs: 0,
        enrolledAtMs: 0,
        approvedBy: 'test',
      });
      await inventory.drain();
      return { agentId, hostId };
    },
    answer: ({ requestId, agentId }, outcome) =>
      tell({
        kind: 'request.finished',
        atMs: clock.nowMs(),
        data: { requestId, agentId, outcome: { status: 'succeeded', ...outcome } },
      }),
    async eventKinds() {
      const rows = await db.selectFrom('event').selectAll().orderBy('id').execute();
      return rows.map((row) => toStoredEvent(row).kind);
    },
    async close() {
      await inventory.stop();
      const failures = await db.selectFrom('consumer_failure').select('error').execute();
      if (failures[0]) throw new Error(`an event could not be handled: ${failures[0].error}`);
      await close();
    },
  };
}
