// The live stream: each browser hears its topics, in order, as long as it may.

import { afterAll, beforeAll, expect, test } from 'vitest';
import type { NewEvent, StoredEvent } from '#kernel/domain/event.ts';
import { systemClock } from '#kernel/clock.ts';
import { uuidv7 } from '#kernel/ids.ts';
import { silentLogger } from '#kernel/log.ts';
import { appendEvents } from '#store/event-log.ts';
import { FakeClock } from '#test/support/fake-clock.ts';
import { openTestDatabase, type TestDatabase } from '#test/support/database.ts';
import type { TimelineEvent } from '#web/contract/events.ts';
import { createLiveFeed, type LiveClient } from '#web/server/live-feed.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

const toTimeline = (events: StoredEvent[]) =>
  Promise.resolve(events.map((event) => ({ id: event.id, kind: event.kind }) as TimelineEvent));

function browser(topics: string[], options: { unsentBytes?: number; mayStay?: boolean } = {}) {
  const heard: string[] = [];
  const state = { heard, closed: false, mayStay: options.mayStay ?? true };
  const client: LiveClient = {
    topics: new Set(topics),
    send: ({ event, data }) => void heard.push(event === 'event' ? (data as TimelineEvent).kind : event),
    unsentBytes: () => options.unsentBytes ?? 0,
    mayStay: () => Promise.resolve(state.mayStay),
    close: () => void (state.closed = true),
  };
  return { client, state };
}

async function until(holds: () => boolean): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error('it did not come to pass');
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const hostId = uuidv7(1);
const retired: NewEvent = { kind: 'host.retired', atMs: 1, hostId, data: { name: 'web-1', by: 'anna' } };
const opened: NewEvent = {
  kind: 'alert.opened',
  atMs: 1,
  alertId: uuidv7(2),
  data: { title: 't', severity: 'page', state: 'open', ruleId: 'r' },
};

test('a browser hears the events of its topics and no others', async () => {
  const { db, notifications } = database;
  const feed = createLiveFeed({ db, clock: systemClock(), log: silentLogger, notifications, toTimeline });
  const ofHost = browser([`host:${hostId}`]);
  const ofProblems = browser(['problems']);
  const ofAll = browser(['events']);
  for (const { client } of [ofHost, ofProblems, ofAll]) feed.connect(client);
  await feed.start(new AbortController().signal);
  await db.transaction().execute((trx) => appendEvents(trx, [retired, opened]));
  await until(() => ofAll.state.heard.includes('alert.opened'));
  const events = ({ heard }: { heard: string[] }) => heard.filter((kind) => kind !== 'beat');
  expect(events(ofHost.state)).toEqual(['host.retired']);
  expect(events(ofProblems.state)).toEqual(['alert.opened']);
  expect(events(ofAll.state)).toEqual(['host.retired', 'alert.opened']);
  await feed.stop();
  expect([ofHost, ofProblems, ofAll].every(({ state }) => state.closed)).toBe(true);
});

test('a stream ends when the session behind it does, and when its browser does not read', async () => {
  const clock = new FakeClock();
  const { db, notifications } = database;
  const feed = createLiveFeed({ db, clock, log: silentLogger, notifications, toTimeline });
  const stays = browser(['events']);
  const loggedOut = browser(['events']);
  const stuck = browser(['events'], { unsentBytes: 2 << 20 });
  for (const { client } of [stays, loggedOut, stuck]) feed.connect(client);
  await feed.start(new AbortController().signal);
  loggedOut.state.mayStay = false;
  clock.advance(5000);
  await until(() => loggedOut.state.closed && stuck.state.closed);
  expect(stays.state.closed).toBe(false);
  expect(feed.clients()).toBe(1);
  await feed.stop();
});
