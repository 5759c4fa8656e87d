// Alerting over HTTP: who may do what, what is refused with which words, how lists page.

import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createAlertChanges } from '#alerting/alert-change.ts';
import { createAlertingApi } from '#alerting/api.ts';
import { takeCondition } from '#alerting/intake.ts';
import { SYSTEM, type Role } from '#kernel/domain/actor.ts';
import { silentLogger } from '#kernel/log.ts';
import { appendEvents } from '#store/event-log.ts';
import { createSealer } from '#store/sealed.ts';
import type { AlertList, Contact, Episode, ProblemList, Rule } from '#web/contract/alerting.ts';
import { createIdentity } from '#web/server/identity/identity.ts';
import { alertingRoutes } from '#web/server/routes/alerting.ts';
import { createWebServer, type WebServer } from '#web/server/server.ts';
import { openTestDatabase, type TestDatabase } from '#test/support/database.ts';
import { FakeClock } from '#test/support/fake-clock.ts';
import { loadRule } from './support.ts';

const clock = new FakeClock();
const consoleDir = mkdtempSync(path.join(os.tmpdir(), 'plexus-console-'));
const tokens: Record<string, string> = {};
const changes = createAlertChanges({ reopenWithinMs: 300_000, settleMs: 300_000, reflexAnswersWithinMs: 60_000 });
let database: TestDatabase;
let web: WebServer;

beforeAll(async () => {
  database = await openTestDatabase();
  const { db } = database;
  const identity = createIdentity({ db, clock });
  for (const role of ['viewer', 'operator', 'engineer', 'admin'] satisfies Role[])
    tokens[role] = (await identity.createToken({ name: role, role }, SYSTEM)).token;
  const alerting = createAlertingApi({ db, clock, sealer: createSealer('test'), changes, afterCommit: () => {} });
  web = await createWebServer(
    { clock, log: silentLogger, identity },
    { host: '127.0.0.1', port: 0, version: '0', consoleDir, consoleState: () => 'building' },
    (app) => alertingRoutes(app, { alerting, toTimeline: () => Promise.resolve([]) }),
  );
});
afterAll(async () => {
  await web.stop();
  await database.close();
  rmSync(consoleDir, { recursive: true });
});

async function ask<Body>(role: Role, method: 'GET' | 'POST' | 'PUT' | 'DELETE', url: string, body?: object) {
  const response = await web.app.inject({
    method,
    url: `/api/v1${url}`,
    ...(body && { payload: body }),
    headers: { authorization: `Bearer ${tokens[role]}` },
  });
  return { status: response.statusCode, body: response.json<Body & { code?: string }>() };
}

async function hostGoesQuiet(name: string): Promise<void> {
  clock.advance(1000);
  const event = {
    kind: 'host.quiet' as const,
    atMs: clock.nowMs(),
    data: { cluster: 'shop', hostKey: name, name, silentSec: 80 },
  };
  await database.db.transaction().execute(async (trx) => {
    const [id = ''] = await appendEvents(trx, [event]);
    await takeCondition(trx, changes, { ...event, id });
  });
}

test('from rule to problem to acknowledgement, each by whom it may be done', async () => {
  const draft = loadRule({ kind: 'host_down', name: 'Host down', spec: { scope: { cluster: 'shop' } } });
  expect((await ask('operator', 'POST', '/rules', draft)).status).toBe(403);
  const rule = await ask<Rule>('engineer', 'POST', '/rules', draft);
  expect(rule).toMatchObject({
    status: 200,
    body: { version: 1, summary: 'a host is no longer heard', liveAlerts: 0 },
  });

  for (const name of ['web-1', 'web-2', 'web-3']) await hostGoesQuiet(name);
  const { body: problems } = await ask<ProblemList>('viewer', 'GET', '/problems');
  expect(problems.counts.page).toEqual({ unowned: 3, owned: 0 });
  expect(problems.items[0]).toMatchObject({
    title: 'web-1 is down',
    host: { name: 'web-1', id: null },
    owner: null,
    series: null,
  });

  const url = `/alerts/${problems.items[0]?.id}`;
  expect((await ask('viewer', 'POST', `${url}/acknowledge`, {})).status).toBe(403);
  expect(await ask('operator', 'POST', `${url}/acknowledge`, { comment: 'mine' })).toMatchObject({
    status: 200,
    body: { state: 'acknowledged', owner: 'token:operator', lastComment: { comment: 'mine' } },
  });
  expect(await ask('operator', 'POST', `${url}/comments`, { comment: '' })).toMatchObject({ status: 400 });
  expect(await ask<Episode>('viewer', 'GET', url)).toMatchObject({
    status: 200,
    body: { loop: { acted: { status: 'done', summary: 'token:operator has it' } }, comments: [{ comment: 'mine' }] },
  });
  expect(await ask('operator', 'POST', `${url}/resolve`, {})).toMatchObject({
    status: 200,
    body: { state: 'resolved' },
  });
  expect(await ask('operator', 'POST', `${url}/acknowledge`, {})).toMatchObject({
    status: 409,
    body: { code: 'alert_resolved' },
  });
});

test('the history pages by cursor and filters', async () => {
  const first = await ask<AlertList>('viewer', 'GET', '/alerts?limit=2');
  expect(first.body.items.map((alert) => alert.title)).toEqual(['web-3 is down', 'web-2 is down']);
  const second = await ask<AlertList>('viewer', 'GET', `/alerts?limit=2&cursor=${first.body.nextCursor}`);
  expect(second.body).toMatchObject({ items: [{ title: 'web-1 is down' }], nextCursor: null });
  expect((await ask<AlertList>('viewer', 'GET', '/alerts?state=resolved')).body.items).toHaveLength(1);
  expect((await ask<AlertList>('viewer', 'GET', '/alerts?hostId=nobody')).body.items).toEqual([]);
});

test.each([
  ['GET', '/alerts?cursor=x', undefined, 400, 'bad_cursor'],
  ['GET', '/alerts/nothing', undefined, 404, 'not_found'],
  ['GET', '/rules/019b0000-0000-7000-8000-000000000000', undefined, 404, 'not_found'],
  ['POST', '/rules', { ...loadRule(), spec: { metric: 'x' } }, 400, undefined],
  ['POST', '/rules', loadRule({ contactIds: ['nobody'] }), 400, 'rule_reference'],
  ['POST', '/rules', { ...loadRule(), spec: { ...loadRule().spec, clearThreshold: 9 } }, 400, 'rule_clear_threshold'],
  [
    'POST',
    '/contacts',
    { name: 'p', isDefault: false, enabled: true, fallbackId: null, channel: 'pagerduty' },
    400,
    'contact_incomplete',
  ],
  [
    'POST',
    '/contacts',
    { name: 'w', isDefault: false, enabled: true, fallbackId: null, channel: 'webhook', url: 'file:///etc' },
    400,
    undefined,
  ],
] as const)('%s %s is refused', async (method, url, body, status, code) => {
  const answer = await ask('admin', method, url, body);
  expect(answer.status).toBe(status);
  if (code) expect(answer.body.code).toBe(code);
});

test('a contact is written with its secret and read without', async () => {
  const draft = {
    name: 'hook',
    isDefault: true,
    enabled: true,
    fallbackId: null,
    channel: 'webhook',
    url: 'https://example.org/in',
    secret: 's3cret',
  };
  expect((await ask('engineer', 'POST', '/contacts', draft)).status).toBe(403);
  const { body } = await ask<Contact>('admin', 'POST', '/contacts', draft);
  expect(body).toMatchObject({ channel: 'webhook', url: 'https://example.org/in', hasSecret: true, address: null });
  const listed = await ask('viewer', 'GET', '/contacts');
  expect(JSON.stringify(listed.body)).not.toContain('s3cret');
  const { secret: _, ...unsaid } = draft;
  expect(await ask('admin', 'PUT', `/contacts/${body.id}`, { ...unsaid, enabled: false, version: 1 })).toMatchObject({
    status: 200,
    body: { version: 2, enabled: false, hasSecret: true },
  });
  expect((await ask('admin', 'POST', `/contacts/${body.id}/test`)).status).toBe(200);
  expect(await ask('viewer', 'GET', '/deliveries')).toMatchObject({
    body: { items: [{ kind: 'test', status: 'pending' }] },
  });
  expect((await ask('admin', 'DELETE', `/contacts/${body.id}`)).status).toBe(200);
});

test('a pager is written with its routing key', async () => {
  const draft = {
    name: 'pager',
    isDefault: false,
    enabled: true,
    fallbackId: null,
    channel: 'pagerduty',
    routingKey: 'r0uting',
  };
  const { body } = await ask<Contact>('admin', 'POST', '/contacts', draft);
  expect(body).toMatchObject({ channel: 'pagerduty', hasSecret: true, url: null });
  expect(JSON.stringify(await database.db.selectFrom('contact').selectAll().execute())).not.toContain('r0uting');
});

test('a rule is edited whole, with its version', async () => {
  const { body: made } = await ask<Rule>('engineer', 'POST', '/rules', loadRule());
  expect(made).toMatchObject({ summary: 'load_one > 8', kind: 'metric' });
  const edited = { ...loadRule(), severity: 'ticket', version: 1 };
  expect(await ask('engineer', 'PUT', `/rules/${made.id}`, edited)).toMatchObject({
    body: { severity: 'ticket', version: 2 },
  });
  expect(await ask('engineer', 'PUT', `/rules/${made.id}`, edited)).toMatchObject({
    status: 409,
    body: { code: 'stale_version' },
  });
  expect(await ask('engineer', 'POST', '/rules', loadRule())).toMatchObject({
    status: 409,
    body: { code: 'name_taken' },
  });
  expect((await ask('engineer', 'DELETE', `/rules/${made.id}`)).status).toBe(200);
});
