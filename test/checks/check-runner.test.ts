// Running checks against a real PostgreSQL: what is committed together, what a
// re-check promises, and what survives the death of a process.

import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { SYSTEM } from '#kernel/domain/actor.ts';
import type { ServiceState } from '#kernel/domain/check-state.ts';
import { openScriptedChecks } from './scripted-checks.ts';

let world: Awaited<ReturnType<typeof openScriptedChecks>>;
let hostId: string;
beforeAll(async () => {
  world = await openScriptedChecks();
  hostId = await world.addHost('web-1');
  await world.startRunner();
});
afterAll(() => world.close());
beforeEach(() => world.say('ok'));

const changesOf = async (checkId: string) =>
  (await world.eventsOf(checkId)).flatMap((event) => (event.kind === 'check.state_changed' ? [event.data] : []));

test('soft, soft, hard, better: state, ring and events tell the same story', async () => {
  world.say('critical');
  const id = await world.addCheckAndWait(hostId, 'story');
  await world.runOnce(id);
  world.say('warning');
  await world.runOnce(id);
  world.say('ok');
  await world.runOnce(id);
  await world.runOnce(id);

  const changes = await changesOf(id);
  expect(changes.map(({ from, to, type, attempt, hardChange }) => [from, to, type, attempt, hardChange])).toEqual([
    ['pending', 'critical', 'soft', 1, false],
    ['critical', 'critical', 'soft', 2, false],
    ['critical', 'warning', 'hard', 3, true],
    ['warning', 'ok', 'hard', 3, true],
  ]);
  const check = await world.queries.get(id);
  expect(check).toMatchObject({ state: 'ok', stateType: 'hard', attempt: 1, output: 'it is ok', isStale: false });
  expect(check.strip).toEqual(['critical', 'critical', 'warning', 'ok', 'ok']);
  const results = await world.queries.results(id);
  expect(results.map(({ state, stateType }) => `${state} ${stateType}`)).toEqual([
    'critical soft',
    'critical soft',
    'warning hard',
    'ok hard',
    'ok hard',
  ]);
});

test('a new check runs at once, one that was switched off or deleted no more', async () => {
  const off = await world.addCheckAndWait(hostId, 'off');
  const gone = await world.addCheckAndWait(hostId, 'gone');
  await world.commands.update(SYSTEM, off, { enabled: false });
  await world.commands.remove(SYSTEM, gone);
  const runsBefore = world.runs.length;
  // Events are acted on in order: when this one runs, the others were heard of.
  await world.addCheckAndWait(hostId, 'marker');
  await world.until('its turn of the next day', () => {
    world.clock.advance(3_600_000);
    return world.runs.filter((key) => key === 'marker').length > 1;
  });
  expect(world.runs.slice(runsBefore).filter((key) => key === 'off' || key === 'gone')).toEqual([]);
});

test('perfdata goes to the history of the host under the name of the check', async () => {
  await world.addCheckAndWait(hostId, 'perf');
  const find = () => world.samples.find((sample) => sample.metric === 'check.perf.runs');
  await world.until('the samples are handed over', () => find() !== undefined);
  expect(find()).toMatchObject({ cluster: 'c', host: 'series-name', value: expect.any(Number) });
});

test('a re-check that is asked for during a run is answered by a run that began later', async () => {
  const gate = Promise.withResolvers<ServiceState>();
  world.say((key) => (key === 'busy' ? gate.promise : 'ok'));
  const id = await world.addCheck(hostId, 'busy');
  await world.until('it runs', () => {
    // The log may hide an event for a moment, behind transactions of other databases of the server.
    world.clock.advance(1);
    return world.runs.includes('busy');
  });
  const asked = await world.commands.runNow(SYSTEM, id);
  world.say('ok');
  gate.resolve('critical');
  await world.answered(asked);
  const answer = (await world.eventsOf(id)).find((event) => event.kind === 'check.rechecked');
  expect(answer).toMatchObject({
    causeId: asked,
    data: { state: 'ok', output: 'it is ok', causeEventId: asked, requestedBy: 'system' },
  });
});

test('state and event stand or fall together, and a result waits until they can stand', async () => {
  const id = await world.addCheckAndWait(hostId, 'atomic');
  await sql`create function refuse() returns trigger language plpgsql as $$ begin raise 'disk full'; end $$`.execute(
    world.db,
  );
  await sql`create trigger refuse before insert on event for each row when (new.kind = 'check.state_changed')
    execute function refuse()`.execute(world.db);
  world.say('critical');
  const asked = await world.commands.runNow(SYSTEM, id);
  await world.until('it has run', () => {
    world.clock.advance(1);
    return world.runs.filter((key) => key === 'atomic').length === 2;
  });
  for (let i = 0; i < 20; i++) {
    world.clock.advance(50);
    expect((await world.queries.get(id)).state).toBe('ok');
  }
  await sql`drop trigger refuse on event`.execute(world.db);
  await sql`drop function refuse`.execute(world.db);
  await world.until('it is written', async () => {
    world.clock.advance(100);
    return (await world.queries.get(id)).state === 'critical';
  });
  await world.answered(asked);
  expect(await changesOf(id)).toHaveLength(1);
});

test('the ring keeps ninety results', async () => {
  const id = await world.addCheckAndWait(hostId, 'ring');
  await sql`update check_ring set ring = (select jsonb_agg(jsonb_build_array(i, 2, 'hard', 'old'))
    from generate_series(1, 90) i) where check_id = ${id}`.execute(world.db);
  await world.runOnce(id);
  const results = await world.queries.results(id);
  expect([results.length, results[0]?.atMs, results.at(-1)?.state]).toEqual([90, 2, 'ok']);
});

test('a re-check that died with its process is answered once by the next', async () => {
  const other = await openScriptedChecks();
  try {
    const host = await other.addHost('web-2');
    const first = await other.startRunner();
    const id = await other.addCheckAndWait(host, 'orphan');
    await first.stop();
    const asked = await other.commands.runNow(SYSTEM, id);
    // A process took the request on, and was killed before it had the result.
    await sql`update consumer_position set xid = pg_snapshot_xmin(pg_current_snapshot()), id = ${asked}`.execute(
      other.db,
    );
    const second = await other.startRunner();
    await other.answered(asked);
    await second.stop();
    await other.startRunner();
    await other.runOnce(id);
    const answers = (await other.eventsOf(id)).filter((event) => event.causeId === asked);
    expect(answers.map((event) => event.kind)).toEqual(['check.rechecked']);
  } finally {
    await other.close();
  }
});
