import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '#kernel/clock.ts';
import type { StoredEvent } from '#kernel/domain/event.ts';
import { silentLogger } from '#kernel/log.ts';
import { appendEvents, createEventConsumer } from '#store/event-log.ts';
import { readTail } from '#store/event-reader.ts';
import { openTestDatabase, type TestDatabase } from '#test/support/database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

const created = (name: string) => ({ kind: 'host.created' as const, atMs: 1, data: { name, cluster: 'c' } });

function collect(name: string, handle?: (event: StoredEvent<'host.created'>) => void) {
  const seen: string[] = [];
  const consumer = createEventConsumer(
    { db: database.db, clock: systemClock(), log: silentLogger, notifications: database.notifications },
    {
      name,
      kinds: ['host.created'],
      handle(event) {
        handle?.(event);
        seen.push(event.data.name);
        return Promise.resolve();
      },
    },
  );
  return { seen, consumer };
}

const started = async (consumer: { start(signal: AbortSignal): Promise<void> }) =>
  consumer.start(new AbortController().signal);

test('a row that commits late is not skipped by a consumer that has read past its id', async () => {
  const { seen, consumer } = collect('late');
  await started(consumer);
  const release = Promise.withResolvers<void>();
  const written = Promise.withResolvers<void>();
  const slow = database.db.transaction().execute(async (trx) => {
    await appendEvents(trx, [created('early id, late commit')]);
    written.resolve();
    await release.promise;
  });
  await written.promise;
  await database.db.transaction().execute((trx) => appendEvents(trx, [created('late id, early commit')]));
  expect(seen).toEqual([]);
  release.resolve();
  await slow;
  await consumer.drain();
  expect(seen).toEqual(['early id, late commit', 'late id, early commit']);
  await consumer.stop();
});

test('transactions are read in the order of their numbers, also where these grow by a digit', async () => {
  const name = (xid: string) => `transaction ${xid}`;
  for (const xid of ['10', '9'])
    await sql`insert into event (xid, kind, at_ms, data)
      values (${xid}::xid8, 'host.created', 1, ${JSON.stringify(created(name(xid)).data)}::jsonb)`.execute(database.db);
  const { seen, consumer } = collect('digits');
  await started(consumer);
  await consumer.drain();
  await consumer.stop();
  expect(seen.slice(0, 2)).toEqual([name('9'), name('10')]);
  const tail = await readTail(database.db, { xid: '0', id: 0 }, 2);
  expect(tail.events.map(({ data }) => data)).toMatchObject([{ name: name('9') }, { name: name('10') }]);
});

test('an event that cannot be handled is tried five times, then set aside, and the next goes on', async () => {
  let tries = 0;
  const { seen, consumer } = collect('poison', (event) => {
    if (event.data.name !== 'poison') return;
    tries++;
    throw new Error('cannot digest');
  });
  await database.db.transaction().execute((trx) => appendEvents(trx, [created('poison'), created('fine')]));
  await started(consumer);
  await consumer.drain();
  expect(tries).toBe(5);
  expect(seen).toContain('fine');
  const failure = await database.db
    .selectFrom('consumer_failure')
    .selectAll()
    .where('consumer', '=', 'poison')
    .execute();
  expect(failure.map((row) => row.error)).toEqual(['cannot digest']);
  await consumer.stop();
});

test('two processes with the same consumer handle each event once between them', async () => {
  const first = collect('shared');
  const second = collect('shared');
  await started(first.consumer);
  await started(second.consumer);
  for (let i = 0; i < 50; i++)
    await database.db.transaction().execute((trx) => appendEvents(trx, [created(`shared ${i}`)]));
  await first.consumer.drain();
  const all = [...first.seen, ...second.seen].filter((name) => name.startsWith('shared '));
  expect(all.toSorted()).toEqual(Array.from({ length: 50 }, (_, i) => `shared ${i}`).toSorted());
  await first.consumer.stop();
  await second.consumer.stop();
});

test('what a handler wrote is undone when it throws', async () => {
  let failures = 1;
  const consumer = createEventConsumer(
    { db: database.db, clock: systemClock(), log: silentLogger, notifications: database.notifications },
    {
      name: 'undo',
      kinds: ['host.retired'],
      async handle(_event, trx) {
        await sql`insert into setting (key, value, updated_at_ms) values ('undo', '1', 1)`.execute(trx);
        if (failures-- > 0) throw new Error('after the write');
      },
    },
  );
  await database.db
    .transaction()
    .execute((trx) => appendEvents(trx, [{ kind: 'host.retired', atMs: 1, data: { name: 'x', by: 'y' } }]));
  await started(consumer);
  await consumer.drain();
  expect(await database.db.selectFrom('setting').select('key').where('key', '=', 'undo').execute()).toHaveLength(1);
  await consumer.stop();
});
