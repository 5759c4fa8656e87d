// The rule runner beside a database: what it publishes, what it remembers, what it leaves alone.

import { beforeEach, expect, test } from 'vitest';
import { createRuleRunner, type RuleRunner } from '#alerting/rules/rule-runner.ts';
import { insertRule } from '#alerting/rules/rule-store.ts';
import type { RuleDraft } from '#alerting/rules/rule.ts';
import type { NewEvent } from '#kernel/domain/event.ts';
import { uuidv7 } from '#kernel/ids.ts';
import { silentLogger } from '#kernel/log.ts';
import { openTestDatabase, type TestDatabase } from '#test/support/database.ts';
import { FakeClock } from '#test/support/fake-clock.ts';
import { loadRule, sample } from './support.ts';

let database: TestDatabase;
let clock: FakeClock;
beforeEach(async () => {
  database = await openTestDatabase({ untilTestFinished: true });
  clock = new FakeClock();
});

/** What the runner said, in the order in which it said it. */
async function startRunner(options: { maxSeries?: number; flush?: () => Promise<void> } = {}) {
  const said: string[] = [];
  const eventWriter = {
    publish(events: readonly NewEvent[]) {
      for (const event of events) {
        if (event.kind !== 'rule.condition_met' && event.kind !== 'rule.condition_cleared') throw new Error(event.kind);
        const { host, value } = event.data as { host: string; value: number };
        said.push(`${host} ${event.kind === 'rule.condition_met' ? 'met' : 'cleared'} ${value}`);
      }
    },
    flush: options.flush ?? (() => Promise.resolve()),
  };
  const { db, notifications } = database;
  const runner = createRuleRunner({ db, clock, log: silentLogger, notifications, eventWriter }, options);
  await runner.start(new AbortController().signal);
  return { runner, said };
}

async function addRule(draft: RuleDraft): Promise<string> {
  const id = uuidv7(clock.nowMs());
  await database.db.transaction().execute((trx) => insertRule(trx, draft, { id, origin: null, nowMs: clock.nowMs() }));
  return id;
}

const feed = (runner: RuleRunner, values: readonly number[], startMs = clock.nowMs()) =>
  values.forEach((value, index) => runner.onSamples([sample(value, startMs + index * 15_000)]));

const spec = loadRule().spec as Extract<RuleDraft, { kind: 'metric' }>['spec'];
const held = loadRule({ kind: 'metric', spec: { ...spec, forSec: 60, clearForSec: 30 } });
const phases = async () =>
  (await database.db.selectFrom('rule_condition').select('state').execute()).map(
    (row) => (row.state as { state: { phase: string } }).state.phase,
  );

test('a breach is told once, and its end once', async () => {
  await addRule(loadRule());
  const { runner, said } = await startRunner();
  feed(runner, [1, 9, 10, 11, 2, 1]);
  expect(said).toEqual(['web-17 met 9', 'web-17 cleared 2']);
  await runner.stop();
});

test('other metrics, other hosts and values that are no number pass by', async () => {
  await addRule(loadRule({ kind: 'metric', spec: { ...spec, scope: { host: 'web-*' } } }));
  const { runner, said } = await startRunner();
  const now = clock.nowMs();
  runner.onSamples([
    sample(99, now, { metric: 'cpu_user' }),
    sample(99, now, { host: 'db-1', hostKey: '10.0.0.1' }),
    sample(Number.NaN, now),
    sample(Number.POSITIVE_INFINITY, now),
  ]);
  expect(said).toEqual([]);
  expect(runner.counters()).toEqual({ rules: 1, series: 0, refused: 0 });
  await runner.stop();
});

test('after a restart a met condition is neither told again nor forgotten', async () => {
  await addRule(loadRule());
  const before = await startRunner();
  feed(before.runner, [9]);
  await before.runner.stop();
  const after = await startRunner();
  feed(after.runner, [10, 2]);
  expect(after.said).toEqual(['web-17 cleared 2']);
  await after.runner.stop();
  expect(await phases()).toEqual([]);
});

test('after a restart a pending condition has waited as long as it had', async () => {
  await addRule(held);
  const before = await startRunner();
  feed(before.runner, [9, 9, 9]);
  await before.runner.stop();
  expect(await phases()).toEqual(['pending']);
  const after = await startRunner();
  feed(after.runner, [9, 9], clock.nowMs() + 45_000);
  expect(after.said).toEqual(['web-17 met 9']);
  await after.runner.stop();
});

test('a state is written only after its event is committed', async () => {
  await addRule(loadRule());
  const committed = Promise.withResolvers<void>();
  const { runner } = await startRunner({ flush: () => committed.promise });
  feed(runner, [9]);
  const settled = runner.settle();
  expect(await phases()).toEqual([]);
  committed.resolve();
  await settled;
  expect(await phases()).toEqual(['met']);
  await runner.stop();
});

test('a cluster that moves to another process takes its conditions along', async () => {
  await addRule(loadRule());
  const [left, right] = [await startRunner(), await startRunner()];
  feed(left.runner, [9]);
  await left.runner.settle();
  await right.runner.settle();
  feed(right.runner, [9.5, 2], clock.nowMs() + 15_000);
  expect(right.said).toEqual(['web-17 cleared 2']);
  await right.runner.settle();
  await left.runner.settle();
  feed(left.runner, [9], clock.nowMs() + 60_000);
  expect(left.said).toEqual(['web-17 met 9', 'web-17 met 9']);
  await left.runner.stop();
  await right.runner.stop();
});

test('a rule that is made, disabled or deleted elsewhere is heard of', async () => {
  const { runner, said } = await startRunner();
  const id = await addRule(loadRule());
  await runner.settle();
  feed(runner, [9]);
  expect(said).toEqual(['web-17 met 9']);
  await database.db.updateTable('rule').set({ enabled: false }).where('id', '=', id).execute();
  await runner.settle();
  feed(runner, [1, 9]);
  expect(said).toEqual(['web-17 met 9']);
  expect(runner.counters()).toMatchObject({ rules: 0, series: 0 });
  await runner.stop();
});

test('a host that joins the group of a rule is watched from the next look at the rules', async () => {
  const [groupId, hostId] = [uuidv7(1), uuidv7(2)];
  const { db } = database;
  await db.insertInto('host_group').values({ id: groupId, name: 'web', created_at_ms: 0 }).execute();
  await db.insertInto('host').values({ id: hostId, name: 'web-17', cluster: 'shop', created_at_ms: 0 }).execute();
  await db.insertInto('host_alias').values({ kind: 'gmond', value: 'shop/10.0.0.17', host_id: hostId }).execute();
  await addRule(loadRule({ kind: 'metric', spec: { ...spec, scope: { groupIds: [groupId] } } }));
  const { runner, said } = await startRunner();
  feed(runner, [9]);
  expect(said).toEqual([]);
  await db.insertInto('host_group_member').values({ group_id: groupId, host_id: hostId }).execute();
  await runner.settle();
  feed(runner, [9]);
  expect(said).toEqual(['web-17 met 9']);
  await runner.stop();
});

test('a million made-up hosts past the limit fill no memory', async () => {
  await addRule(loadRule());
  const { runner, said } = await startRunner({ maxSeries: 10 });
  for (let i = 0; i < 1000; i++) runner.onSamples([sample(9, clock.nowMs(), { host: `h${i}`, hostKey: `h${i}` })]);
  expect(said).toHaveLength(10);
  expect(runner.counters()).toMatchObject({ series: 10, refused: 990 });
  await runner.stop();
});
