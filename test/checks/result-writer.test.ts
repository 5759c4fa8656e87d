// Batches of results: together in one transaction, repeated without effect, and with
// the state of the host in mind.

import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SYSTEM } from '#kernel/domain/actor.ts';
import type { ServiceState } from '#kernel/domain/check-state.ts';
import { silentLogger } from '#kernel/log.ts';
import { loadChecks } from '#checks/check-store.ts';
import { verdict } from '#checks/kinds/check-kind.ts';
import { createResultWriter } from '#checks/result-writer.ts';
import { openScriptedChecks } from './scripted-checks.ts';

let world: Awaited<ReturnType<typeof openScriptedChecks>>;
beforeAll(async () => {
  world = await openScriptedChecks();
});
afterAll(() => world.close());

const makeWriter = () => createResultWriter({ db: world.db, clock: world.clock, log: silentLogger });

async function addCheck(host: string, key: string) {
  const checkId = await world.addCheck(host, key);
  const [found] = await loadChecks(world.db, { checkId });
  if (!found) throw new Error('the check is not there');
  return found.definition;
}

type Definition = Awaited<ReturnType<typeof addCheck>>;

const run = (check: Definition, runId: string, state: ServiceState, causes: string[] = []) => ({
  runId,
  check,
  causes,
  latencyMs: 0,
  executionMs: 1,
  startedAtMs: world.clock.nowMs(),
  result: verdict(state, `it is ${state}`),
});

const changesOf = async (checkId: string) =>
  (await world.eventsOf(checkId)).filter((event) => event.kind === 'check.state_changed');

test('results that come within 50 ms are one transaction', async () => {
  const host = await world.addHost('batch');
  const checks = [await addCheck(host, 'a'), await addCheck(host, 'b'), await addCheck(host, 'c')];
  const writer = makeWriter();
  const written = checks.map((check) => writer.commit(run(check, 'run-1', 'critical')));
  world.clock.advance(49);
  expect((await world.queries.list({ hostId: host, problems: true, limit: 10 })).items).toEqual([]);
  world.clock.advance(1);
  expect((await Promise.all(written)).map((state) => state?.state)).toEqual(['critical', 'critical', 'critical']);
  const transactions = await sql<{ xid: string }>`select distinct xid::text as xid from event
    where kind = 'check.state_changed' and host_id = ${host}`.execute(world.db);
  expect(transactions.rows.length).toBe(1);
  await writer.stop();
});

test('the same run written again changes nothing and tells nothing', async () => {
  const check = await addCheck(await world.addHost('again'), 'again');
  const writer = makeWriter();
  const once = run(check, 'run-7', 'critical');
  for (const turn of ['first', 'second', 'third']) {
    let after: unknown;
    void writer.commit(once).then((state) => (after = state));
    await world.until(`the ${turn} commit`, () => (world.clock.advance(10), after !== undefined));
    expect(after).toMatchObject({ state: 'critical', type: 'soft', attempt: 1 });
  }
  expect(await changesOf(check.id)).toHaveLength(1);
  expect(await world.queries.results(check.id)).toHaveLength(1);
  await writer.stop();
});

test('while metrics of the host have stopped coming a problem is hard at once', async () => {
  const host = await world.addHost('quiet');
  const check = await addCheck(host, 'quiet');
  await world.db.updateTable('host').set({ reporting: false }).where('id', '=', host).execute();
  const writer = makeWriter();
  const written = writer.commit(run(check, 'run-1', 'critical'));
  world.clock.advance(50);
  expect(await written).toMatchObject({ state: 'critical', type: 'hard' });
  expect(await changesOf(check.id)).toMatchObject([{ data: { hardChange: true } }]);
  await writer.stop();
});

test('the result of a check that was deleted meanwhile is dropped, others of the batch stand', async () => {
  const host = await world.addHost('half');
  const gone = await addCheck(host, 'gone');
  const kept = await addCheck(host, 'kept');
  await world.commands.remove(SYSTEM, gone.id);
  const writer = makeWriter();
  const written = [gone, kept].map((check) => writer.commit(run(check, 'run-1', 'ok')));
  world.clock.advance(50);
  expect((await Promise.all(written)).map((state) => state?.state)).toEqual([undefined, 'ok']);
  await writer.stop();
});

test('what waits when the process stops is still written', async () => {
  const check = await addCheck(await world.addHost('last'), 'last');
  const writer = makeWriter();
  const written = writer.commit(run(check, 'run-1', 'warning'));
  await writer.stop();
  expect(await written).toMatchObject({ state: 'warning' });
  expect((await world.queries.get(check.id)).state).toBe('warning');
});
