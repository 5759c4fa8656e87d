// The engine as a whole, on a real database and a clock that the test moves: what it does when
// the world around a check changes under it.

import { sql } from 'kysely';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SYSTEM } from '#kernel/domain/actor.ts';
import type { ServiceState } from '#kernel/domain/check-state.ts';
import { planDowntimes } from '#checks/downtime/plan-downtime.ts';
import { putRequests, type EngineRequest } from '#checks/engine/inbox.ts';
import { appendEvents } from '#store/event-log.ts';
import { transaction } from '#store/postgres.ts';
import { openScriptedChecks } from '../scripted-checks.ts';

let world: Awaited<ReturnType<typeof openScriptedChecks>>;
let hostId: string;
beforeEach(async () => {
  world = await openScriptedChecks();
  hostId = await world.addHost('web-1');
});
afterEach(() => world.close());

const kindsOf = async (checkId: string) => (await world.eventsOf(checkId)).map(({ kind }) => kind);
const until = (what: string, holds: () => boolean | Promise<boolean>, stepMs = 1) =>
  world.until(what, () => {
    world.clock.advance(stepMs);
    return holds();
  });

/** A check that runs once a minute, known and ok. */
async function minuteCheck(key: string): Promise<string> {
  const id = await world.addCheckAndWait(hostId, key);
  await world.commands.update(SYSTEM, id, { intervalSec: 60, retryIntervalSec: 60, maxAttempts: 1 });
  return id;
}

test('a problem taken on and given back in one breath comes to rest, and is not answered for ever', async () => {
  await world.startRunner();
  world.say('critical');
  const id = await minuteCheck('echo');
  await world.runOnce(id);
  const ack = { title: 't', severity: 'page' as const, ruleId: '', by: 'user:anna' };
  const about = { atMs: world.clock.nowMs(), hostId, checkId: id };
  // As alerting says it of a problem that was taken on at its check.
  await appendEvents(world.db, [
    { ...about, kind: 'alert.acknowledged', causeId: '1', data: { ...ack, state: 'acknowledged' } },
  ]);
  const own = { ...about, kind: 'alert.acknowledged' as const, data: { ...ack, state: 'acknowledged' as const } };
  const marker = await world.commands.runNow(SYSTEM, id);
  await world.answered(marker);
  expect(await kindsOf(id)).not.toContain('check.acknowledged');
  // And as it says it of one that a person took on there.
  await appendEvents(world.db, [own]);
  await until('it is taken on', async () => (await kindsOf(id)).includes('check.acknowledged'));
});

test('a time in which nobody looked is a gap in the history, from when the next result should have come', async () => {
  const first = await world.startRunner();
  const id = await minuteCheck('gap');
  await until('its own minute', () => world.runs.length >= 3, 1000);
  await until('it is planned', async () => (await world.queries.get(id)).state === 'ok');
  await first.stop();
  const before = await world.db
    .selectFrom('check_state')
    .select('last_check_at_ms')
    .where('check_id', '=', id)
    .executeTakeFirstOrThrow();
  world.clock.advance(3_600_000);
  const backAtMs = world.clock.nowMs();
  await world.startRunner();
  const rows = () =>
    world.db.selectFrom('check_history').selectAll().where('check_id', '=', id).orderBy('at_ms').execute();
  await until('it is looked at again', async () => (await rows()).length >= 3);
  const [, gap, now] = await rows();
  expect(gap?.state).toBe('unwatched');
  expect(gap?.at_ms).toBeLessThanOrEqual((before.last_check_at_ms ?? 0) + 2 * 60_000);
  expect(gap?.at_ms).toBeGreaterThan(before.last_check_at_ms ?? Infinity);
  expect(now?.state).toBe('ok');
  expect(now?.at_ms).toBeGreaterThanOrEqual(backAtMs);
});

test('a short restart leaves no gap', async () => {
  const first = await world.startRunner();
  const id = await minuteCheck('no-gap');
  await world.runOnce(id);
  await first.stop();
  world.clock.advance(20_000);
  await world.startRunner();
  await world.runOnce(id);
  const rows = await world.db.selectFrom('check_history').select('state').where('check_id', '=', id).execute();
  expect(rows).toEqual([{ state: 'ok' }]);
});

test('of a host in maintenance nobody is told, and of what is left when it ends people are told then', async () => {
  await world.startRunner();
  const id = await minuteCheck('maintained');
  await world.db.updateTable('host').set({ lifecycle: 'maintenance' }).where('id', '=', hostId).execute();
  const changed = { name: 'web-1', by: 'user:anna', change: 'now maintenance' };
  const event = { kind: 'host.changed' as const, atMs: world.clock.nowMs(), hostId, data: changed };
  await appendEvents(world.db, [event]);
  await world.runOnce(id);
  world.say('critical');
  await world.runOnce(id);
  const problem = (await world.eventsOf(id)).find(({ kind }) => kind === 'check.state_changed');
  expect(problem).toBeDefined();
  const changes = (await world.eventsOf(id)).flatMap((each) =>
    each.kind === 'check.state_changed' ? [each.data] : [],
  );
  expect(changes.at(-1)).toMatchObject({ to: 'critical', type: 'hard', mutedBy: 'maintenance' });
  await world.db.updateTable('host').set({ lifecycle: 'in_service' }).where('id', '=', hostId).execute();
  await appendEvents(world.db, [event]);
  await until('people are told', async () => (await kindsOf(id)).includes('check.unmuted'), 100);
});

test('a downtime of a host without a check of its own is known after a restart, and to whoever takes the host over', async () => {
  const first = await world.startRunner();
  const id = await minuteCheck('downtime');
  const nowMs = world.clock.nowMs();
  const window = { startsAtMs: nowMs, endsAtMs: nowMs + 7_200_000, isFixed: true, durationMs: 0 };
  await transaction(world.db, (trx) =>
    planDowntimes(
      trx,
      [{ hostId, checkId: null, ...window, triggeredBy: null, author: 'user:anna', comment: 'new disk' }],
      nowMs,
    ),
  );
  const hostEvents = () => world.db.selectFrom('event').select('kind').where('host_id', '=', hostId).execute();
  const begun = async () => (await hostEvents()).some(({ kind }) => kind === 'downtime.started');
  await until('it has begun', begun, 100);
  await first.stop();
  const second = await world.startRunner();
  expect(second.site.hosts.get(hostId)?.current.downtimes).toHaveLength(1);
  world.say('critical');
  await world.runOnce(id);
  const changes = (await world.eventsOf(id)).flatMap((each) =>
    each.kind === 'check.state_changed' ? [each.data] : [],
  );
  expect(changes.at(-1)).toMatchObject({ to: 'critical', mutedBy: 'host_downtime' });
  const ended = async () => (await hostEvents()).filter(({ kind }) => kind === 'downtime.ended').length;
  await until('it ends on time', async () => (await ended()) > 0, 60_000);
  expect(world.clock.nowMs()).toBeGreaterThanOrEqual(window.endsAtMs);
  await until('people are told of what is left', async () => (await kindsOf(id)).includes('check.unmuted'), 1000);
  expect(await ended()).toBe(1);
});

test('a host that gets a check of its own keeps its downtime, and when it loses it again', async () => {
  const engine = await world.startRunner();
  const nowMs = world.clock.nowMs();
  const window = { startsAtMs: nowMs, endsAtMs: nowMs + 7_200_000, isFixed: true, durationMs: 0 };
  await transaction(world.db, (trx) =>
    planDowntimes(
      trx,
      [{ hostId, checkId: null, ...window, triggeredBy: null, author: 'user:anna', comment: 'new disk' }],
      nowMs,
    ),
  );
  const downtimes = () => engine.site.hosts.get(hostId)?.current.downtimes ?? [];
  await until('it has begun', () => downtimes()[0]?.runsUntilMs === window.endsAtMs, 100);
  await engine.drain();
  const id = await world.addCheck(hostId, 'own');
  await sql`update "check" set object = 'host' where id = ${id}`.execute(world.db);
  await world.commands.update(SYSTEM, id, { name: 'alive' });
  await until('it has a check of its own', () => engine.site.hosts.get(hostId)?.definition?.id === id, 0);
  expect(downtimes().map(({ runsUntilMs }) => runsUntilMs)).toEqual([window.endsAtMs]);
  await world.commands.remove(SYSTEM, id);
  await until('it has none', () => engine.site.hosts.get(hostId)?.definition === undefined, 0);
  expect(downtimes().map(({ runsUntilMs }) => runsUntilMs)).toEqual([window.endsAtMs]);
});

test('a check that is deleted in mid-run leaves nothing behind', async () => {
  const engine = await world.startRunner();
  const gate = Promise.withResolvers<ServiceState>();
  const id = await world.addCheckAndWait(hostId, 'doomed');
  world.say(() => gate.promise);
  await world.commands.runNow(SYSTEM, id);
  await until('it runs', () => engine.counters().running === 1);
  await world.commands.remove(SYSTEM, id);
  await engine.drain();
  gate.resolve('critical');
  await until('the run is over', () => engine.counters().running === 0);
  world.say('ok');
  await world.addCheckAndWait(hostId, 'marker');
  expect(await kindsOf(id)).not.toContain('check.rechecked');
  expect(engine.counters().scheduled).toBe(1);
});

test('a check that is changed while its host is being looked up runs as it is now', async () => {
  await world.startRunner();
  const id = await world.addCheckAndWait(hostId, 'before');
  await world.commands.update(SYSTEM, id, { spec: { key: 'after' } });
  await world.runOnce(id);
  await world.runOnce(id);
  expect(world.runs.at(-1)).toBe('after');
});

test('a run that is held back by what it depends on shows when it is asked again', async () => {
  await world.startRunner();
  world.say((key) => (key === 'master' ? 'critical' : 'ok'));
  const master = await minuteCheck('master');
  const dependent = await minuteCheck('dependent');
  const tie = { master_id: master, dependent_id: dependent, purpose: 'execution' };
  await world.db
    .insertInto('check_dependency')
    .values({ ...tie, states: ['critical'] })
    .execute();
  await world.commands.update(SYSTEM, dependent, { maxAttempts: 2 });
  await world.runOnce(master);
  const runs = () => world.runs.filter((key) => key === 'dependent').length;
  const next = async () =>
    (
      await world.db
        .selectFrom('check_state')
        .select('next_check_at_ms')
        .where('check_id', '=', dependent)
        .executeTakeFirstOrThrow()
    ).next_check_at_ms ?? 0;
  const until2 = world.clock.nowMs() + 300_000;
  const before = runs();
  await until('five minutes pass', () => world.clock.nowMs() > until2, 1000);
  await until('its next turn is written', async () => (await next()) > world.clock.nowMs() - 2000, 100);
  expect(runs() - before).toBeLessThanOrEqual(1);
});

test('a request that came before its check is known is taken in order when it is', async () => {
  const engine = await world.startRunner();
  const id = await world.addCheckAndWait(hostId, 'early');
  await world.commands.update(SYSTEM, id, { enabled: false });
  await until('it is forgotten', () => !engine.site.objects.has(id));
  const result = (state: ServiceState): EngineRequest => ({
    ...{ hostId, objectId: id, do: 'result', state, output: state, atMs: world.clock.nowMs(), via: 'test' },
  });
  await putRequests(world.db, [result('critical')], world.clock.nowMs());
  // Many wakes come before the check does.
  for (let wakes = 0; wakes < 40; wakes++) {
    await sql`select pg_notify('plexus_check_inbox', '')`.execute(world.db);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await world.commands.update(SYSTEM, id, { enabled: true, maxAttempts: 1, settings: { activeChecks: false } });
  await putRequests(world.db, [result('warning')], world.clock.nowMs());
  await until(
    'both are taken in',
    async () => (await world.db.selectFrom('check_inbox').select('id').execute()).length === 0,
    5,
  );
  const changes = (await world.eventsOf(id)).flatMap((each) =>
    each.kind === 'check.state_changed' ? [each.data.to] : [],
  );
  expect(changes).toEqual(['critical', 'warning']);
});

test('a result that was taken in by a process that died before its commit is taken in once, by the next', async () => {
  const first = await world.startRunner();
  const id = await world.addCheckAndWait(hostId, 'killed');
  await world.commands.update(SYSTEM, id, { maxAttempts: 1, settings: { activeChecks: false } });
  await first.drain();
  await sql`create function refuse() returns trigger language plpgsql as $$ begin raise 'disk full'; end $$`.execute(
    world.db,
  );
  await sql`create trigger refuse before insert on event for each row when (new.kind = 'check.state_changed')
    execute function refuse()`.execute(world.db);
  const request = { hostId, objectId: id, do: 'result' as const, state: 'critical' as const, output: 'broken' };
  await putRequests(world.db, [{ ...request, atMs: world.clock.nowMs(), via: 'test' }], world.clock.nowMs());
  await until('it is taken in', () => first.site.objects.get(id)?.current.state === 'critical');
  await first.stop();
  const left = () => world.db.selectFrom('check_inbox').select('id').execute();
  expect(await left()).toHaveLength(1);
  await sql`drop trigger refuse on event`.execute(world.db);
  await world.startRunner();
  await until('it is taken in by the next', async () => (await left()).length === 0, 50);
  await (await world.startRunner()).drain();
  const changes = (await world.eventsOf(id)).flatMap((each) =>
    each.kind === 'check.state_changed' ? [each.data.to] : [],
  );
  expect(changes).toEqual(['critical']);
});
