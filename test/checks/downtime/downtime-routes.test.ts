// Downtimes and availability over HTTP: who may, in which words, what is refused, and the
// table that is written while it is measured.

import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ChecksApi } from '#checks/api.ts';
import { createAvailability } from '#checks/availability-report/availability-report.ts';
import { createDowntimes } from '#checks/downtime/downtimes.ts';
import { SYSTEM, type Role } from '#kernel/domain/actor.ts';
import { silentLogger } from '#kernel/log.ts';
import { createIdentity } from '#web/server/identity/identity.ts';
import { availabilityRoutes } from '#web/server/routes/availability.ts';
import { downtimeRoutes } from '#web/server/routes/downtimes.ts';
import { createWebServer, type WebServer } from '#web/server/server.ts';
import { openTestDatabase, type TestDatabase } from '../../support/database.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { seedChecks, type SeededSite } from '../../support/seed-checks.ts';
import { seedHistory } from '../../support/seed-history.ts';

const clock = new FakeClock();
const consoleDir = mkdtempSync(path.join(os.tmpdir(), 'plexus-console-'));
const tokens: Record<string, string> = {};
let database: TestDatabase;
let web: WebServer;
let site: SeededSite;

beforeAll(async () => {
  database = await openTestDatabase();
  const { db } = database;
  site = await seedChecks(db, { hosts: 10, servicesPerHost: 3, nowMs: clock.nowMs(), seed: 3 });
  await seedHistory(db, site, clock.nowMs());
  const identity = createIdentity({ db, clock });
  for (const role of ['viewer', 'operator'] satisfies Role[])
    tokens[role] = (await identity.createToken({ name: role, role }, SYSTEM)).token;
  // The routes ask only these two of checks.
  const checks = {
    downtimes: createDowntimes({ db, clock }),
    availability: createAvailability({ db, clock }),
  } as ChecksApi;
  web = await createWebServer(
    { clock, log: silentLogger, identity },
    { host: '127.0.0.1', port: 0, version: '0', consoleDir, consoleState: () => 'building' },
    (app) => {
      downtimeRoutes(app, { checks, clock });
      availabilityRoutes(app, { checks });
    },
  );
});
afterAll(async () => {
  await web.stop();
  await database.close();
  rmSync(consoleDir, { recursive: true });
});

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

async function ask(role: Role, method: Method, url: string, body?: object, accept = 'application/json') {
  const response = await web.app.inject({
    ...{ method, url: `/api/v1${url}`, headers: { authorization: `Bearer ${tokens[role]}`, accept } },
    ...(body && { payload: body }),
  });
  const isJson = response.headers['content-type']?.includes('json') === true;
  return { status: response.statusCode, body: isJson ? response.json() : response.body, headers: response.headers };
}

const target = () => ({ hostIds: [site.hostIds[6] ?? ''] });

test('an operator previews, plans, sees and cancels; a viewer only sees', async () => {
  const order = { target: target(), forSec: 7200, comment: '  new disk ' };
  const preview = await ask('operator', 'POST', '/downtimes/preview', { target: target(), forSec: 7200 });
  expect(preview).toMatchObject({ status: 200, body: { hosts: 1, services: 3, servicesByHost: 3, overlapping: 0 } });
  expect((await ask('viewer', 'POST', '/downtimes', order)).status).toBe(403);
  const planned = await ask('operator', 'POST', '/downtimes', order);
  expect(planned).toMatchObject({ status: 200, body: { planned: 1 } });
  const { batch } = planned.body as { batch: string };
  expect(await ask('viewer', 'GET', `/downtimes?batch=${batch}&status=pending&status=active`)).toMatchObject({
    status: 200,
    body: {
      items: [
        {
          ...{ comment: 'new disk', fixed: true, durationSec: 0, checkId: null, author: 'token:operator', batch },
          ...{ startsAt: '2026-01-05T09:00:00.000Z', endsAt: '2026-01-05T11:00:00.000Z', status: 'pending' },
        },
      ],
    },
  });
  expect(await ask('viewer', 'GET', '/downtimes/batches?from=2026-01-05T00:00:00Z')).toMatchObject({
    body: { total: 2 },
  });
  const which = { batches: [batch] };
  expect(await ask('operator', 'POST', '/downtimes/cancel/preview', which)).toMatchObject({ body: { open: 1 } });
  expect((await ask('viewer', 'POST', '/downtimes/cancel', which)).status).toBe(403);
  expect(await ask('operator', 'POST', '/downtimes/cancel', which)).toMatchObject({ body: { cancelled: 1 } });
});

test('one that repeats is made, read, changed and stopped', async () => {
  const schedule = { zone: 'Europe/Berlin', days: { tuesday: '02:00-03:00' } };
  const order = { name: 'backup', target: target(), schedule, comment: 'nightly' };
  expect((await ask('viewer', 'POST', '/recurring-downtimes', order)).status).toBe(403);
  const made = await ask('operator', 'POST', '/recurring-downtimes', order);
  expect(made).toMatchObject({
    status: 200,
    body: { name: 'backup', fixed: true, version: 1, schedule, next: { length: 5 }, target: { children: 'none' } },
  });
  const { id } = made.body as { id: string };
  expect(await ask('viewer', 'GET', '/recurring-downtimes')).toMatchObject({ body: { items: [{ id }] } });
  const flexible = { ...order, fixed: false, durationSec: 600, version: 1 };
  expect(await ask('operator', 'PUT', `/recurring-downtimes/${id}`, flexible)).toMatchObject({
    body: { version: 2, fixed: false, durationSec: 600 },
  });
  expect(await ask('operator', 'PUT', `/recurring-downtimes/${id}`, flexible)).toMatchObject({ status: 409 });
  expect(await ask('operator', 'DELETE', `/recurring-downtimes/${id}`)).toMatchObject({ status: 200 });
  expect(await ask('viewer', 'GET', `/recurring-downtimes/${id}`)).toMatchObject({ status: 404 });
  expect(await ask('viewer', 'POST', '/recurring-downtimes/occurrences', schedule)).toMatchObject({
    body: { items: [{ startsAt: '2026-01-06T01:00:00.000Z' }, {}, {}, {}, {}] },
  });
});

const refused: [string, string, object][] = [
  ['no end', '/downtimes', { comment: 'x' }],
  ['two ends', '/downtimes', { comment: 'x', forSec: 60, until: '2026-01-06T00:00:00Z' }],
  ['no reason', '/downtimes', { comment: '  ', forSec: 60 }],
  ['more than 366 days', '/downtimes', { comment: 'x', forSec: 40_000_000 }],
  ['a field that nobody knows', '/downtimes', { comment: 'x', forSec: 60, loud: true }],
  ['a flexible one without its duration', '/downtimes', { comment: 'x', forSec: 60, fixed: false }],
];
for (const [what, url, body] of refused) {
  test(`refused: ${what}`, async () => {
    expect((await ask('operator', 'POST', url, { target: target(), ...body })).status).toBe(400);
  });
}

test('refused: to cancel nothing', async () => {
  expect(await ask('operator', 'POST', '/downtimes/cancel', {})).toMatchObject({ status: 400 });
});

const MONTH = 'from=2025-12-06T00:00:00Z&to=2026-01-05T00:00:00Z';

test('a report: worst first, percentages that are one hundred, a verdict, both kinds summed up', async () => {
  const { body } = await ask('viewer', 'GET', `/availability?${MONTH}&target=99.9&limit=5`);
  expect(body).toMatchObject({ total: 40, rows: { length: 5 }, rollUps: [{ object: 'service' }, { object: 'host' }] });
  for (const row of (body as { rows: { states: Record<string, { percent: number }> }[] }).rows) {
    const sum = Object.values(row.states).reduce((total, { percent }) => total + Math.round(percent * 1000), 0);
    expect(sum).toBe(100_000);
  }
  expect(await ask('viewer', 'GET', `/availability?${MONTH}&q=is:sad`)).toMatchObject({ status: 400 });
  expect(await ask('viewer', 'GET', `/availability?${MONTH}&period=never`)).toMatchObject({ status: 400 });
});

test('the same as a table, by accept or by name, with a line for each day', async () => {
  const url = `/availability?${MONTH}&bucket=day&q=object:host`;
  const csv = await ask('viewer', 'GET', url, undefined, 'text/csv');
  expect(csv.headers['content-type']).toMatch(/^text\/csv/);
  expect(csv.headers['content-disposition']).toContain('availability.csv');
  expect(String(csv.body).split('\r\n')).toHaveLength(1 + 10 * 30 + 1);
  expect((await ask('viewer', 'GET', `${url}&format=csv`)).body).toBe(csv.body);
  expect(await ask('viewer', 'GET', `${url}&format=csv&period=never`)).toMatchObject({ status: 400 });
});

test('one check over day, week, month and year', async () => {
  const { body } = await ask('viewer', 'GET', `/checks/${site.serviceIds[0] ?? ''}/availability`);
  expect(body).toMatchObject({ spans: { length: 4, 0: { percent: 100 } } });
  expect((await ask('viewer', 'GET', '/checks/nobody/availability')).status).toBe(404);
});
