import { afterEach, beforeEach, expect, test } from 'vitest';
import type { NewEvent } from '#kernel/domain/event.ts';
import { uuidv7 } from '#kernel/ids.ts';
import type { NewReflex, ReflexAttempt } from '#remediation/api.ts';
import { matchesAlert, matchesEverything } from '#remediation/reflex-match.ts';
import { createReflexTrigger } from '#remediation/reflex-trigger.ts';
import { appendEvents, toStoredEvent } from '#store/event-log.ts';
import { transaction } from '#store/postgres.ts';
import { anna, openHarness, type Harness } from './harness.ts';

let harness: Harness;
let runbookId: string;
const ruleId = uuidv7(1);
const checkId = uuidv7(2);
beforeEach(async () => {
  harness = await openHarness(['web-1', 'web-2']);
  await harness.remediation.start(new AbortController().signal);
  runbookId = await harness.remediation.api.runbooks.create(anna, {
    name: 'Restart nginx',
    steps: [{ type: 'service', service: 'nginx', action: 'restart' }],
  });
});
afterEach(async () => {
  await harness.remediation.stop();
  await harness.close();
});

const host = (index: number) => harness.hosts[index]?.id ?? '';
const reflexes = () => harness.remediation.api.reflexes;
const arm = (change: Partial<NewReflex> = {}) =>
  reflexes().create(anna, { name: 'heal nginx', match: { ruleId }, runbookId, verify: { withinSec: 60 }, ...change });
const append = async (event: NewEvent): Promise<string> => {
  const [id = ''] = await appendEvents(harness.database.db, [event]);
  return id;
};
const alert = (kind: 'alert.opened' | 'alert.reopened', hostIndex: number, withCheck: boolean): NewEvent => ({
  kind,
  atMs: harness.clock.nowMs(),
  alertId: uuidv7(harness.clock.nowMs()),
  hostId: host(hostIndex),
  ...(withCheck && { checkId }),
  data: { title: 'nginx is down', severity: 'page', state: 'open', ruleId },
});
const attempts = async (): Promise<ReflexAttempt[]> => (await reflexes().attempts({ limit: 50 })).items;
const attemptIs = (status: string, index = 0) =>
  harness.until(`attempt ${index} is ${status}`, async () => {
    const found = (await attempts())[index];
    return found?.status === status && found;
  });
const recheckRequests = (count: number) =>
  harness.until(`${count} re-checks`, async () => {
    const asked = await harness.events('check.recheck_requested');
    return asked.length === count && asked;
  });
const answer = (causeEventId: string, state: 'ok' | 'critical', output: string) =>
  append({
    kind: 'check.rechecked',
    atMs: harness.clock.nowMs(),
    checkId,
    causeId: causeEventId,
    data: { requestedBy: 'reflex:heal nginx', reason: '', state, output, causeEventId },
  });

test('alert → guard → run → re-check → alert closed → verified, each caused by the one before', async () => {
  await arm();
  const alertEvent = alert('alert.opened', 0, true);
  const opened = await append(alertEvent);
  const [request] = await harness.requests(1);
  expect(request).toMatchObject({ action: 'service', requestedBy: 'reflex:heal nginx', body: { service: 'nginx' } });
  await harness.gateway.finish(request?.requestId ?? '', {});
  const [asked] = await recheckRequests(1);
  expect((await attempts())[0]?.status).toBe('verifying');
  await answer(asked?.id ?? '', 'ok', 'HTTP OK: 200 in 12 ms');
  await harness.until('the check is heard', async () => (await attempts())[0]?.reason?.includes('not closed yet'));
  expect(await harness.events('reflex.verified'), 'not before alerting has closed the alert').toEqual([]);
  const resolved = await append({
    ...alertEvent,
    kind: 'alert.resolved',
    data: { title: 't', severity: 'page', state: 'resolved', ruleId, evidence: { summary: 'HTTP OK: 200 in 12 ms' } },
  });
  const attempt = await attemptIs('verified');
  expect(attempt).toMatchObject({ hostName: 'web-1', reason: 'HTTP OK: 200 in 12 ms' });

  const [allowed, created, started, done, ended, verifying, recheck, , verified] = await harness.events(
    'reflex.allowed',
    'run.created',
    'run.started',
    'task.finished',
    'run.finished',
    'reflex.verifying',
    'check.recheck_requested',
    'check.rechecked',
    'reflex.verified',
  );
  expect(allowed?.causeId).toBe(opened);
  expect(created?.causeId).toBe(allowed?.id);
  expect(started?.causeId).toBe(created?.id);
  expect(ended?.causeId).toBe(done?.id);
  expect(verifying?.causeId).toBe(ended?.id);
  expect(recheck?.causeId).toBe(verifying?.id);
  expect(verified).toMatchObject({ causeId: resolved, alertId: attempt.alertId, runId: attempt.runId });
  expect(verified?.data).toMatchObject({ evidence: { summary: 'HTTP OK: 200 in 12 ms' } });
});

test('a check that is still critical is asked again; at the deadline people get the last word of it', async () => {
  await arm();
  await append(alert('alert.opened', 0, true));
  const [request] = await harness.requests(1);
  await harness.gateway.finish(request?.requestId ?? '', {});
  const [first] = await recheckRequests(1);
  await answer(first?.id ?? '', 'critical', 'connection refused');
  await harness.until('asked again', async () => {
    harness.clock.advance(1000);
    return (await harness.events('check.recheck_requested')).length === 2;
  });
  await harness.until('the deadline passes', async () => {
    harness.clock.advance(1000);
    return (await harness.events('reflex.failed')).length === 1;
  });
  expect(await attemptIs('failed')).toMatchObject({
    reason: 'not verified within 60 s: the check is still critical: connection refused',
  });
  const [second] = (await harness.events('check.recheck_requested')).slice(1);
  await answer(second?.id ?? '', 'ok', 'too late');
  expect(await harness.events('reflex.verified')).toEqual([]);
});

test('a re-check that was asked for before the run ended proves nothing', async () => {
  await arm();
  await append(alert('alert.opened', 0, true));
  const [request] = await harness.requests(1);
  const early = await append({
    kind: 'check.recheck_requested',
    atMs: harness.clock.nowMs(),
    checkId,
    data: { reason: 'asked for by hand', requestedBy: 'user:anna' },
  });
  await harness.gateway.finish(request?.requestId ?? '', {});
  const [, own] = await recheckRequests(2);
  await answer(early, 'ok', 'lucky moment');
  await answer(own?.id ?? '', 'critical', 'still down');
  await harness.until('the answer is noted', async () => (await attempts())[0]?.reason?.includes('still down'));
  expect((await attempts())[0]?.status).toBe('verifying');
});

test('a metric alert is verified by its own resolution, also when that came during the run', async () => {
  await arm();
  const opened = alert('alert.opened', 0, false);
  await append(opened);
  const [request] = await harness.requests(1);
  const resolved: NewEvent = {
    ...opened,
    kind: 'alert.resolved',
    data: { title: 't', severity: 'page', state: 'resolved', ruleId, evidence: { summary: 'disk / 61 %' } },
  };
  await append(resolved);
  expect(await harness.events('reflex.verified')).toEqual([]);
  await harness.gateway.finish(request?.requestId ?? '', {});
  expect(await attemptIs('verified')).toMatchObject({ reason: 'disk / 61 %' });
  const order = await harness.events('alert.resolved', 'run.finished', 'reflex.verifying', 'reflex.verified');
  expect(order.map((event) => event.kind)).toEqual([
    'alert.resolved',
    'run.finished',
    'reflex.verifying',
    'reflex.verified',
  ]);
});

test('a person closing the alert proves nothing', async () => {
  await arm();
  const opened = alert('alert.opened', 0, false);
  await append(opened);
  const [request] = await harness.requests(1);
  await harness.gateway.finish(request?.requestId ?? '', {});
  await attemptIs('verifying');
  const closed = { title: 't', severity: 'page' as const, state: 'resolved' as const, ruleId, by: 'user:anna' };
  const id = await append({ ...opened, kind: 'alert.resolved', data: { ...closed, evidence: { summary: 'closed' } } });
  await harness.until('it is heard', async () => {
    const row = await harness.database.db
      .selectFrom('consumer_position')
      .select('id')
      .where('consumer', '=', 'remediation-reflexes')
      .executeTakeFirst();
    return Number(row?.id) >= Number(id);
  });
  expect((await attempts())[0]?.status).toBe('verifying');
});

test('a run that fails fails the attempt at once, and says why', async () => {
  await arm();
  await append(alert('alert.opened', 0, true));
  const [request] = await harness.requests(1);
  await harness.gateway.finish(request?.requestId ?? '', { status: 'failed', exitCode: 5 });
  expect(await attemptIs('failed')).toMatchObject({ reason: 'web-1 failed (exit code 5)' });
  expect(await harness.events('check.recheck_requested')).toEqual([]);
});

test('the second alert within the cooldown is refused, with the reason as an event', async () => {
  await arm();
  await append(alert('alert.opened', 0, true));
  const [request] = await harness.requests(1);
  await harness.gateway.finish(request?.requestId ?? '', { status: 'failed', exitCode: 5 });
  await attemptIs('failed');
  harness.clock.advance(60_000);
  await append(alert('alert.reopened', 0, true));
  const refused = await attemptIs('refused');
  expect(refused.reason).toBe('cooldown: it acted on web-1 before; not again for 14 min');
  const [event] = await harness.events('reflex.refused');
  expect(event?.data).toMatchObject({ reason: refused.reason, reflexName: 'heal nginx', runbookName: 'Restart nginx' });
  await harness.requests(1);
});

test('no reflex while a person works on the host', async () => {
  await arm();
  await harness.remediation.api.runs.create(anna, {
    title: 'Upgrade',
    steps: [{ type: 'script', interpreter: 'sh', script: 'true' }],
    targets: { hostIds: [host(0)], groupIds: [] },
  });
  await append(alert('alert.opened', 0, true));
  expect((await attemptIs('refused')).reason).toBe('"Upgrade" is at work on web-1');
});

test('the same event again, and two deciders at once, make one attempt', async () => {
  await harness.remediation.stop();
  await arm();
  const event = alert('alert.opened', 0, true);
  const id = await append(event);
  const row = await harness.database.db
    .selectFrom('event')
    .selectAll()
    .where('id', '=', Number(id))
    .executeTakeFirstOrThrow();
  const stored = toStoredEvent(row);
  if (stored.kind !== 'alert.opened') throw new Error(stored.kind);
  const trigger = createReflexTrigger({ clock: harness.clock, inventory: harness.inventory });
  const decide = () => transaction(harness.database.db, (trx) => trigger.onAlert(trx, stored));
  const runs = (await Promise.all([decide(), decide(), decide(), decide()])).flat();
  expect(runs).toHaveLength(1);
  expect(await attempts()).toHaveLength(1);
});

test('two alerts of one host at the same moment pass the guard once', async () => {
  await harness.remediation.stop();
  await arm();
  await arm({ name: 'another reflex' });
  const stored = [];
  for (const event of [alert('alert.opened', 0, true), alert('alert.opened', 0, false)]) {
    const id = await append(event);
    const row = await harness.database.db
      .selectFrom('event')
      .selectAll()
      .where('id', '=', Number(id))
      .executeTakeFirstOrThrow();
    const found = toStoredEvent(row);
    if (found.kind === 'alert.opened') stored.push(found);
  }
  const trigger = createReflexTrigger({ clock: harness.clock, inventory: harness.inventory });
  await Promise.all(stored.map((event) => transaction(harness.database.db, (trx) => trigger.onAlert(trx, event))));
  const decided = await attempts();
  expect(decided).toHaveLength(4);
  expect(decided.filter((attempt) => attempt.status === 'running')).toHaveLength(1);
});

const matches: [string, Parameters<typeof matchesAlert>[0], boolean][] = [
  ['by rule', { ruleId: 'r1' }, true],
  ['another rule', { ruleId: 'r2' }, false],
  ['by name of the check', { checkName: 'HTTP' }, true],
  ['by host', { hostIds: ['h1'] }, true],
  ['by group, where the host is not named', { hostIds: ['h2'], groupIds: ['g1'] }, true],
  ['every key must hold', { ruleId: 'r1', groupIds: ['g2'] }, false],
];
for (const [what, match, expected] of matches)
  test(`an alert is answered: ${what}`, () => {
    const facts = { ruleId: 'r1', checkId: 'c1', checkName: 'HTTP', hostId: 'h1', groupIds: ['g1'] };
    expect(matchesAlert(match, facts)).toBe(expected);
  });

test('a match that names nothing cannot be saved', async () => {
  expect(matchesEverything({ hostIds: [] })).toBe(true);
  await expect(arm({ match: {} })).rejects.toMatchObject({ code: 'bad_match' });
});
