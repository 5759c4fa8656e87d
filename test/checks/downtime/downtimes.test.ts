// Downtimes planned for hosts, groups, filters and what is beneath them: what is meant, what
// is refused, what overlaps, and what would be told again.

import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { DowntimeOrder, DowntimesApi, DowntimeTarget } from '#checks/api.ts';
import { createDowntimes } from '#checks/downtime/downtimes.ts';
import { SYSTEM } from '#kernel/domain/actor.ts';
import { openTestDatabase, type TestDatabase } from '../../support/database.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { seedChecks, type SeededSite } from '../../support/seed-checks.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const clock = new FakeClock();
const actor = { ...SYSTEM, label: 'user:anna' };
let database: TestDatabase;
let site: SeededSite;
let downtimes: DowntimesApi;

beforeAll(async () => {
  database = await openTestDatabase();
  site = await seedChecks(database.db, { hosts: 25, servicesPerHost: 4, nowMs: clock.nowMs(), seed: 3 });
  downtimes = createDowntimes({ db: database.db, clock });
});
afterAll(() => database.close());
beforeEach(async () => {
  await sql`truncate downtime, check_inbox, event restart identity cascade`.execute(database.db);
});

const target = (of: Partial<DowntimeTarget>): DowntimeTarget => ({
  ...{ hostIds: [], checkIds: [], groupIds: [], serviceGroups: [], filter: null, withServices: false },
  children: 'none',
  ...of,
});

const order = (of: Partial<DowntimeTarget>, more: Partial<DowntimeOrder> = {}): DowntimeOrder => ({
  target: target(of),
  startsAtMs: clock.nowMs(),
  endsAtMs: clock.nowMs() + HOUR_MS,
  isFixed: true,
  durationMs: 0,
  comment: 'new firmware',
  ...more,
});

const groupId = async (name: string): Promise<string> =>
  (await database.db.selectFrom('host_group').select('id').where('name', '=', name).executeTakeFirstOrThrow()).id;

const rows = () =>
  database.db.selectFrom('downtime').select(['id', 'host_id', 'check_id', 'triggered_by']).orderBy('id').execute();

describe('what a target means', () => {
  const cases: [
    string,
    () => Promise<Partial<DowntimeTarget>>,
    { hosts: number; services: number; downtimes: number },
  ][] = [
    [
      'a host keeps its services quiet without a downtime of theirs',
      async () => ({ hostIds: [site.hostIds[9] ?? ''] }),
      { hosts: 1, services: 4, downtimes: 1 },
    ],
    [
      'with its services each has one',
      async () => ({ hostIds: [site.hostIds[9] ?? ''], withServices: true }),
      { hosts: 1, services: 4, downtimes: 5 },
    ],
    [
      'the check of a host stands for its host',
      async () => ({ checkIds: [site.hostCheckIds[9] ?? ''] }),
      { hosts: 1, services: 4, downtimes: 1 },
    ],
    [
      'a check is only itself',
      async () => ({ checkIds: [site.serviceIds[9] ?? ''] }),
      { hosts: 0, services: 1, downtimes: 1 },
    ],
    [
      'a host group is its hosts',
      async () => ({ groupIds: [await groupId('network')] }),
      { hosts: 5, services: 20, downtimes: 5 },
    ],
    [
      'a service group is its services',
      async () => ({ serviceGroups: ['disks'] }),
      { hosts: 0, services: 25, downtimes: 25 },
    ],
    [
      'a filter means what it catches in the list',
      async () => ({ filter: 'check:load host:web-*' }),
      { hosts: 0, services: 4, downtimes: 4 },
    ],
    [
      'what is named twice is meant once',
      async () => ({ serviceGroups: ['disks'], filter: 'servicegroup:disks' }),
      { hosts: 0, services: 25, downtimes: 25 },
    ],
    [
      'with what is beneath, a core switch is the whole site',
      async () => ({ hostIds: [site.hostIds[0] ?? ''], children: 'same' }),
      { hosts: 25, services: 100, downtimes: 25 },
    ],
    ['a host that is gone is nobody', async () => ({ hostIds: ['nobody'] }), { hosts: 0, services: 0, downtimes: 0 }],
  ];
  for (const [what, of, expected] of cases) {
    test(what, async () => {
      expect(await downtimes.preview(order(await of()))).toMatchObject({ ...expected, isTooMany: false });
    });
  }
});

describe('refused', () => {
  const now = clock.nowMs();
  const [hostIds, far] = [['x'], 367 * DAY_MS];
  const cases: [string, DowntimeOrder, RegExp][] = [
    ['an end before the start', order({ hostIds }, { startsAtMs: now + 2, endsAtMs: now + 1 }), /until: is not after/],
    ['an end in the past', order({ hostIds }, { startsAtMs: now - 9, endsAtMs: now - 1 }), /until: is over already/],
    ['more than 366 days', order({ hostIds }, { endsAtMs: now + far }), /at most 366 days/],
    ['a flexible one without a duration', order({ hostIds }, { isFixed: false }), /durationSec/],
    ['a target that names nothing', order({}), /target: names nothing/],
    ['an empty filter, which would be everything', order({ filter: ' ' }), /target: names nothing/],
    ['a target that comes to nothing', order({ hostIds: [], filter: 'host:nobody' }), /nothing is meant/],
    ['a filter that makes no sense', order({ filter: 'is:sad' }), /At character/],
  ];
  for (const [what, refused, message] of cases) {
    test(what, async () => {
      await expect(downtimes.schedule(actor, refused)).rejects.toThrow(message);
      expect(await rows()).toEqual([]);
    });
  }
});

test('a host with what is beneath it, triggered: each follows the downtime of the switch above', async () => {
  const [, fra] = site.hostIds;
  const { planned, batch } = await downtimes.schedule(
    actor,
    order({ hostIds: [fra ?? ''], children: 'triggered', withServices: true }),
  );
  const all = await rows();
  const first = all.find((row) => row.host_id === fra && row.check_id === null);
  expect(all).toHaveLength(planned);
  expect(all.filter((row) => row.host_id === fra).every((row) => row.triggered_by === null)).toBe(true);
  const beneath = all.filter((row) => row.host_id !== fra);
  expect(beneath.length).toBe(25);
  expect(beneath.every((row) => row.triggered_by === first?.id)).toBe(true);

  const list = await downtimes.batches({});
  expect(list).toMatchObject({ total: 1, items: [{ batch, hosts: 6, services: 24, open: 30, status: 'pending' }] });
  const inbox = await database.db
    .selectFrom('check_inbox')
    .select(sql<number>`count(*)::integer`.as('n'))
    .execute();
  expect(inbox).toEqual([{ n: 30 }]);
  const events = await database.db.selectFrom('event').select('kind').distinct().execute();
  expect(events).toEqual([{ kind: 'downtime.scheduled' }]);
  const audit = await database.db.selectFrom('audit_entry').select(['actor', 'action']).execute();
  expect(audit).toContainEqual({ actor: 'user:anna', action: 'downtime.schedule' });
});

test('the list goes page by page, by host, by check with its host, by status and by time', async () => {
  const [id = '', other = ''] = [site.hostIds[9], site.hostIds[10]];
  const checkId = site.serviceIds[9 * 4] ?? '';
  const later = { startsAtMs: clock.nowMs() + DAY_MS, endsAtMs: clock.nowMs() + 2 * DAY_MS };
  await downtimes.schedule(actor, order({ hostIds: [id, other] }));
  await downtimes.schedule(actor, order({ checkIds: [checkId] }, later));
  const all = { limit: 10 };
  const first = await downtimes.list({}, { limit: 2 });
  expect(first.items[0]).toMatchObject({ checkId, hostId: id, ...later });
  const second = await downtimes.list({}, { limit: 2, cursor: first.nextCursor ?? '' });
  expect(second).toMatchObject({ nextCursor: null, items: [{ checkId: null }] });
  expect((await downtimes.list({ hostId: id }, all)).items).toHaveLength(2);
  expect((await downtimes.list({ checkId }, all)).items).toHaveLength(2);
  expect((await downtimes.list({ fromMs: later.startsAtMs }, all)).items).toHaveLength(1);
  expect((await downtimes.list({ toMs: later.startsAtMs }, all)).items).toHaveLength(2);
  expect((await downtimes.list({ status: ['active'] }, all)).items).toHaveLength(0);
  await expect(downtimes.list({}, { limit: 2, cursor: 'x.y' })).rejects.toThrow(/cursor/);
});

test('what overlaps is said beforehand, and only what is open and of the same objects', async () => {
  const [id = '', other = ''] = [site.hostIds[9], site.hostIds[10]];
  await downtimes.schedule(actor, order({ hostIds: [id] }));
  const preview = await downtimes.preview(order({ hostIds: [id, other] }));
  expect(preview).toMatchObject({ overlapping: 1, overlaps: [{ hostId: id, comment: 'new firmware' }] });
  const after = order(
    { hostIds: [id] },
    { startsAtMs: clock.nowMs() + HOUR_MS, endsAtMs: clock.nowMs() + 2 * HOUR_MS },
  );
  expect(await downtimes.preview(after)).toMatchObject({ overlapping: 0, overlaps: [] });
});

test('before it is cancelled one sees which problems only this downtime keeps quiet', async () => {
  const { db } = database;
  const [id = ''] = site.serviceIds;
  const [hostId = ''] = site.hostIds;
  const bad = { state: 'critical', state_type: 'hard', acknowledged: 'none' };
  await db.updateTable('check_state').set({ state: 'ok' }).execute();
  await db.updateTable('check_state').set(bad).where('check_id', '=', id).execute();
  const { batch } = await downtimes.schedule(actor, order({ hostIds: [hostId] }));
  const which = { ids: [], batches: [batch] };
  expect(await downtimes.wouldTell(which)).toEqual({ open: 1, problems: 0, names: [] });
  await db.updateTable('downtime').set({ status: 'active' }).execute();
  expect(await downtimes.wouldTell(which)).toEqual({ open: 1, problems: 1, names: ['core-1 · ssh'] });

  await downtimes.schedule(actor, order({ checkIds: [id] }));
  await db.updateTable('downtime').set({ status: 'active' }).execute();
  expect(await downtimes.wouldTell(which)).toEqual({ open: 1, problems: 0, names: [] });

  expect(await downtimes.cancel(actor, which)).toBe(1);
  expect(await downtimes.cancel(actor, { ids: ['999999', 'what'], batches: ['nothing'] })).toBe(0);
});

test('five thousand at once are planned; one more is refused, and nothing of it stays', async () => {
  const { db } = database;
  const big = await seedChecks(db, { hosts: 20, servicesPerHost: 250, nowMs: clock.nowMs(), seed: 4, prefix: 'big-' });
  await sql`truncate downtime cascade`.execute(db);
  await expect(downtimes.schedule(actor, order({ hostIds: big.hostIds, withServices: true }))).rejects.toThrow(
    /more than 5000/,
  );
  expect(await downtimes.preview(order({ hostIds: big.hostIds, withServices: true }))).toMatchObject({
    isTooMany: true,
    downtimes: 5000,
  });
  expect(await rows()).toEqual([]);
  const { planned } = await downtimes.schedule(actor, order({ checkIds: big.serviceIds }));
  expect(planned).toBe(5000);
});
