// What stands around checks and what people do to them, over HTTP: roles, refusals, and
// many at once. Reading is real; commands are written down and answered as told.

import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { ChecksApi } from '#checks/api.ts';
import { createAvailability } from '#checks/availability-report/availability-report.ts';
import { createCheckQueries } from '#checks/check-queries.ts';
import { createDowntimes } from '#checks/downtime/downtimes.ts';
import { SYSTEM, type Role } from '#kernel/domain/actor.ts';
import { conflict } from '#kernel/errors.ts';
import { silentLogger } from '#kernel/log.ts';
import type { CheckBulkDone } from '#web/contract/check-actions.ts';
import { createIdentity } from '#web/server/identity/identity.ts';
import { checkRoutes } from '#web/server/routes/checks.ts';
import { createWebServer, type WebServer } from '#web/server/server.ts';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { seedChecks, type SeededSite } from '../support/seed-checks.ts';

const clock = new FakeClock();
const consoleDir = mkdtempSync(path.join(os.tmpdir(), 'plexus-console-'));
const tokens: Record<string, string> = {};
let database: TestDatabase;
let web: WebServer;
let site: SeededSite;
/** Commands that arrived: name, then everything after the actor. */
let heard: unknown[][] = [];

beforeAll(async () => {
  database = await openTestDatabase();
  const { db } = database;
  site = await seedChecks(db, { hosts: 20, servicesPerHost: 4, nowMs: clock.nowMs(), seed: 3 });
  const identity = createIdentity({ db, clock });
  for (const role of ['viewer', 'operator', 'engineer'] satisfies Role[]) {
    tokens[role] = (await identity.createToken({ name: role, role }, SYSTEM)).token;
  }
  const own = { downtimes: createDowntimes({ db, clock }), availability: createAvailability({ db, clock }) };
  const checks = { ...createCheckQueries({ db, clock, kinds: new Map() }), ...own, ...writtenDown() };
  web = await createWebServer(
    { clock, log: silentLogger, identity },
    { host: '127.0.0.1', port: 0, version: '0', consoleDir, consoleState: () => 'building' },
    (app) => checkRoutes(app, { checks }),
  );
});
beforeEach(() => {
  heard = [];
});
afterAll(async () => {
  await web.stop();
  await database.close();
  rmSync(consoleDir, { recursive: true });
});

type Read = ReturnType<typeof createCheckQueries>;
function writtenDown(): Omit<ChecksApi, keyof Read | 'downtimes' | 'availability'> {
  const command =
    <Answer>(name: string, answer: Answer) =>
    (_actor: unknown, ...rest: unknown[]): Promise<Answer> => {
      heard.push([name, ...rest]);
      return Promise.resolve(answer);
    };
  return {
    kinds: () => [{ kind: 'ping', title: 'Ping', specSchema: { type: 'object' } }],
    command: (id) => Promise.resolve(`ping of ${id}`),
    create: command('create', site.serviceIds[0] ?? ''),
    update: command('update', undefined),
    remove: command('remove', undefined),
    runNow: command('runNow', 'event-1'),
    test: command('test', {
      ...{ command: '/bin/true', state: 'ok' as const, output: 'fine', longOutput: '' },
      ...{ perfdata: [], perfdataSkipped: 1, executionMs: 250 },
    }),
    acknowledge: (_actor, id, acknowledgement) => {
      heard.push(['acknowledge', id, acknowledgement]);
      return id === site.serviceIds[1]
        ? Promise.reject(conflict('no_problem', 'The check is fine.'))
        : Promise.resolve();
    },
    removeAcknowledgement: command('removeAcknowledgement', undefined),
    submitResult: command('submitResult', undefined),
    comment: command('comment', undefined),
    explain: () =>
      Promise.resolve({
        state: [{ topic: 'state.hard', text: 'three attempts', facts: { attempts: 3, sure: true, why: null } }],
        schedule: [],
        notification: [],
        values: [{ name: 'interval', value: '60', from: 'template generic' }],
      }),
    ensureDefaultChecks: () => Promise.resolve(),
  };
}

async function ask(role: Role, method: 'GET' | 'POST' | 'PATCH' | 'DELETE', url: string, body?: object) {
  const response = await web.app.inject({
    ...{ method, url: `/api/v1${url}`, headers: { authorization: `Bearer ${tokens[role]}` } },
    ...(body && { payload: body }),
  });
  return { status: response.statusCode, body: response.json() };
}

test('everything that stands around a check is there for a viewer', async () => {
  const [id = ''] = site.serviceIds;
  const [hostId = ''] = site.hostIds;
  const answers: [string, object][] = [
    ['/checks/overview', { active: expect.any(Number), outages: expect.any(Array) }],
    ['/checks/map', { omitted: 0 }],
    [`/checks/map?hostId=${hostId}`, { omitted: 0 }],
    [`/checks/blast-radius?hostId=${hostId}`, { hosts: 19 }],
    [`/checks/blast-radius?checkId=${id}`, { services: 2 }],
    ['/checks/counts', { total: 100 }],
    ['/checks/counts?q=object:host', { total: 20 }],
    [`/checks/${id}/command`, { command: `ping of ${id}` }],
    [`/checks/${id}/relations`, { downtimes: [{ startsAt: '2026-01-05T10:00:00.000Z', isFixed: true }] }],
    [`/checks/${id}/history`, { items: [{ state: 'ok' }, { state: 'critical' }, { state: 'ok' }] }],
    [`/checks/${id}/comments`, { items: [{ author: 'admin', kind: 'user', expiresAt: null }] }],
    [`/checks/${id}/explanation`, { state: [{ facts: { attempts: 3, sure: true, why: null } }] }],
  ];
  for (const [url, body] of answers)
    expect([url, await ask('viewer', 'GET', url)]).toMatchObject([url, { status: 200, body }]);
  for (const url of ['/checks/blast-radius', `/checks/blast-radius?hostId=${hostId}&checkId=${id}`])
    expect(await ask('viewer', 'GET', url)).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
  for (const what of ['relations', 'history', 'comments'])
    expect((await ask('viewer', 'GET', `/checks/no-such-check/${what}`)).status).toBe(404);
});

test('a filter that makes no sense is answered with the character at which it stops to', async () => {
  for (const url of ['/checks?q=disk%20is:down', '/checks/counts?q=disk%20is:down'])
    expect(await ask('viewer', 'GET', url)).toMatchObject({
      status: 400,
      body: { code: 'bad_filter', errors: [{ path: 'query.q.8', message: expect.stringContaining('is is one of') }] },
    });
});

test('an operator acts on a check, a viewer does not, and only an engineer tries drafts', async () => {
  const [id = ''] = site.serviceIds;
  const acts: [string, 'POST' | 'DELETE', object | undefined, unknown[]][] = [
    [`/checks/${id}/run`, 'POST', undefined, ['runNow', id]],
    [
      `/checks/${id}/acknowledgement`,
      'POST',
      { comment: ' card ordered ', sticky: true, until: '2026-01-06T00:00:00Z' },
      ['acknowledge', id, { comment: 'card ordered', sticky: true, untilMs: Date.UTC(2026, 0, 6) }],
    ],
    [`/checks/${id}/acknowledgement`, 'DELETE', undefined, ['removeAcknowledgement', id]],
    [`/checks/${id}/comments`, 'POST', { comment: 'hm' }, ['comment', id, 'hm']],
    [
      `/checks/${id}/results`,
      'POST',
      { state: 'warning', output: 'slow|t=3' },
      ['submitResult', id, { state: 'warning', output: 'slow|t=3' }],
    ],
  ];
  for (const [url, method, body, command] of acts) {
    expect((await ask('viewer', method, url, body)).status).toBe(403);
    expect(await ask('operator', method, url, body)).toMatchObject({ status: 200 });
    expect(heard).toEqual([command]);
    heard = [];
  }
  const draft = { hostId: site.hostIds[0] ?? '', name: 'n', kind: 'ping', spec: {} };
  expect((await ask('operator', 'POST', '/checks/test', draft)).status).toBe(403);
  expect(await ask('engineer', 'POST', '/checks/test', draft)).toMatchObject({
    status: 200,
    body: { command: '/bin/true', executionSec: 0.25, perfdataSkipped: 1 },
  });
});

const refused: [string, string, object][] = [
  ['an acknowledgement without a word', '/acknowledgement', { comment: '  ' }],
  ['a state that does not exist', '/results', { state: 'sad', output: '' }],
  ['a field that nobody knows', '/comments', { comment: 'x', bold: true }],
];
for (const [what, url, body] of refused) {
  test(`${what} is refused`, async () => {
    const [id = ''] = site.serviceIds;
    expect(await ask('operator', 'POST', `/checks/${id}${url}`, body)).toMatchObject({
      ...{ status: 400, body: { code: 'invalid_request' } },
    });
  });
}

test('many at once: each is done for itself, what is refused is told, and the rest goes on', async () => {
  const [one = '', refusing = '', three = ''] = site.serviceIds;
  const bulk = { action: 'acknowledge', ids: [one, refusing, three], comment: 'seen' };
  const answer = await ask('operator', 'POST', '/checks/bulk', bulk);
  expect(answer.body satisfies CheckBulkDone).toEqual({
    done: 2,
    failed: 1,
    failures: [{ id: refusing, code: 'no_problem', reason: 'The check is fine.' }],
  });
  expect(heard).toHaveLength(3);
});

test('all that match a filter are caught by it, not by what is on screen', async () => {
  const run = await ask('operator', 'POST', '/checks/bulk', { action: 'run', q: 'object:host' });
  expect(run.body).toMatchObject({ done: 20, failed: 0 });
  expect(heard.map(([, id]) => id).sort()).toEqual(site.hostCheckIds.toSorted());
});

test('many at once need to be named, one way, and need their words', async () => {
  for (const body of [
    { action: 'run' },
    { action: 'run', ids: [site.serviceIds[0]], q: 'disk' },
    { action: 'comment', ids: [site.serviceIds[0]] },
    { action: 'explode', ids: [site.serviceIds[0]] },
    { action: 'run', ids: [] },
  ])
    expect([body, await ask('operator', 'POST', '/checks/bulk', body)]).toMatchObject([body, { status: 400 }]);
  expect(heard).toEqual([]);
});
