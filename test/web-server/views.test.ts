// Views over HTTP: who may do what, versions, the audit trail, and the import of what
// ganglia-web kept.

import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { SYSTEM, type Role } from '#kernel/domain/actor.ts';
import { silentLogger } from '#kernel/log.ts';
import { readAuditTrail } from '#store/audit-trail.ts';
import { openTestDatabase, type TestDatabase } from '#test/support/database.ts';
import { FakeClock } from '#test/support/fake-clock.ts';
import type { View, ViewCreate, ViewImportReport, ViewSummary } from '#web/contract/views.ts';
import { createIdentity } from '#web/server/identity/identity.ts';
import { viewRoutes } from '#web/server/routes/views.ts';
import { createWebServer, type WebServer } from '#web/server/server.ts';
import { createViews } from '#web/server/views/views.ts';

const clock = new FakeClock();
const consoleDir = mkdtempSync(path.join(os.tmpdir(), 'plexus-console-'));
const tokens: Record<string, string> = {};
let database: TestDatabase;
let web: WebServer;

beforeAll(async () => {
  database = await openTestDatabase();
  const identity = createIdentity({ db: database.db, clock });
  for (const role of ['viewer', 'operator'] satisfies Role[])
    tokens[role] = (await identity.createToken({ name: role, role }, SYSTEM)).token;
  web = await createWebServer(
    { clock, log: silentLogger, identity },
    { host: '127.0.0.1', port: 0, version: '0', consoleDir, consoleState: () => 'building' },
    (app) => viewRoutes(app, { views: createViews({ db: database.db, clock }) }),
  );
});
afterAll(async () => {
  await web.stop();
  await database.close();
  rmSync(consoleDir, { recursive: true });
});
beforeEach(async () => {
  await database.db.deleteFrom('view').execute();
});

async function ask<Body>(
  role: 'viewer' | 'operator',
  method: 'GET' | 'POST' | 'PUT' | 'DELETE',
  url: string,
  body?: object,
): Promise<{ status: number; body: Body }> {
  const response = await web.app.inject({
    method,
    url: `/api/v1${url}`,
    headers: { authorization: `Bearer ${tokens[role]}` },
    ...(body && { payload: body }),
  });
  return { status: response.statusCode, body: response.json<Body>() };
}

const WEB: ViewCreate = {
  name: 'web farm',
  items: [
    {
      title: 'CPU of the farm',
      chart: 'stack',
      query: {
        metrics: [{ regex: '^cpu_(user|system)$' }],
        host: { regex: '^web-' },
        combine: { with: 'avg', by: ['metric'] },
      },
    },
  ],
};
const create = async (view: ViewCreate): Promise<View> => (await ask<View>('operator', 'POST', '/views', view)).body;

describe('a view', () => {
  test('is kept by an operator and read by everyone, as it was written', async () => {
    expect(await ask('viewer', 'POST', '/views', WEB)).toMatchObject({ status: 403, body: { code: 'not_allowed' } });
    const made = await create(WEB);
    expect(made).toMatchObject({ ...WEB, description: '', charts: 1, version: 1, createdBy: 'token:operator' });
    expect((await ask<View>('viewer', 'GET', `/views/${made.id}`)).body).toEqual(made);
  });

  test('has a name of its own', async () => {
    await create(WEB);
    expect(await ask('operator', 'POST', '/views', WEB)).toMatchObject({ status: 409, body: { code: 'name_taken' } });
  });

  test('that somebody else changed meanwhile is not written over', async () => {
    const made = await create(WEB);
    const change = { name: 'web', description: 'all of it', items: [], version: made.version };
    const saved = await ask<View>('operator', 'PUT', `/views/${made.id}`, change);
    expect(saved).toMatchObject({ status: 200, body: { name: 'web', version: 2, charts: 0 } });
    expect(await ask('operator', 'PUT', `/views/${made.id}`, { ...change, name: 'mine' })).toMatchObject({
      status: 409,
      body: { code: 'stale_version' },
    });
    expect((await ask<View>('viewer', 'GET', `/views/${made.id}`)).body.name).toBe('web');
  });

  test('cannot take the name of another when it is saved', async () => {
    await create(WEB);
    const other = await create({ ...WEB, name: 'db' });
    const change = { name: 'web farm', description: '', items: [], version: 1 };
    expect(await ask('operator', 'PUT', `/views/${other.id}`, change)).toMatchObject({ body: { code: 'name_taken' } });
  });

  test('with an expression that cannot be one is refused, and says which', async () => {
    const query = { metrics: ['load_one', { regex: 'cpu_(' }] };
    const refused = await ask<{ detail: string }>('operator', 'POST', '/views', {
      name: 'x',
      items: [{ title: '', chart: 'line', query }],
    });
    expect(refused).toMatchObject({ status: 400, body: { code: 'bad_pattern' } });
    expect(refused.body.detail).toContain('items[0].query.metrics[1]');
  });

  test('with a character that cannot be stored is refused, in its name and in its charts', async () => {
    const [item] = WEB.items;
    for (const view of [
      { ...WEB, name: 'web\u0000farm' },
      { ...WEB, items: [{ ...item, title: 'CPU\u0000' }] },
    ]) {
      const { status, body } = await ask<{ code: string }>('operator', 'POST', '/views', view);
      expect([status, body.code]).toEqual([400, 'unstorable_text']);
    }
  });

  test('leaves an audit entry with each change, and what was deleted stands in it', async () => {
    const made = await create(WEB);
    await ask('operator', 'PUT', `/views/${made.id}`, { name: 'web', description: '', items: WEB.items, version: 1 });
    expect((await ask('operator', 'DELETE', `/views/${made.id}`)).status).toBe(200);
    const [deleted, updated, created] = await readAuditTrail(database.db, { limit: 3 });
    expect([created?.action, updated?.action, deleted?.action]).toEqual(['view.create', 'view.update', 'view.delete']);
    expect(updated?.details).toMatchObject({ nameBefore: 'web farm', version: 2 });
    expect(deleted).toMatchObject({ actor: 'token:operator', details: { items: WEB.items } });
    expect(await ask('viewer', 'GET', `/views/${made.id}`)).toMatchObject({ status: 404, body: { code: 'not_found' } });
  });

  test('that there never was is not found, whatever its id looks like', async () => {
    for (const id of ['nothing', '019aaaaa-aaaa-7aaa-8aaa-aaaaaaaaaaaa'])
      expect(await ask('viewer', 'GET', `/views/${id}`)).toMatchObject({ status: 404 });
  });
});

test('the list comes in pages, by name, without the charts', async () => {
  for (const name of ['c', 'a', 'b']) await create({ ...WEB, name });
  const first = await ask<{ items: ViewSummary[]; nextCursor: string }>('viewer', 'GET', '/views?limit=2');
  expect(first.body.items.map(({ name }) => name)).toEqual(['a', 'b']);
  expect(first.body.items[0]).not.toHaveProperty('items');
  const next = await ask('viewer', 'GET', `/views?limit=2&cursor=${first.body.nextCursor}`);
  expect(next.body).toMatchObject({ items: [{ name: 'c', charts: 1 }], nextCursor: null });
});

describe('import from ganglia-web', () => {
  const file = (name: string, document: unknown) => ({
    name,
    text: typeof document === 'string' ? document : JSON.stringify(document),
  });
  const importing = async (files: object[], dryRun = false): Promise<ViewImportReport> =>
    (await ask<ViewImportReport>('operator', 'POST', '/views/import', { files, dryRun })).body;
  const FARM = {
    view_name: 'farm',
    view_type: 'standard',
    items: [
      { hostname: 'web-1', cluster: 'web', metric: 'load_one' },
      { hostname: 'web-1', cluster: 'web', graph: 'network_report' },
      { cluster: 'web', graph: 'cpu_report' },
      {
        aggregate_graph: 'true',
        host_regex: [{ regex: 'web' }, { regex: 'api' }],
        metric_regex: [{ regex: '^load_' }],
        graph_type: 'stack',
      },
    ],
  };

  test('shows here what it showed there', async () => {
    const report = await importing([file('view_farm.json', FARM)]);
    expect(report.views).toMatchObject([{ name: 'farm', result: 'taken', why: null }]);
    expect(report.views[0]?.items.at(-1)?.title).toBe('^load_ on web|api');
    const view = await ask<View>('viewer', 'GET', `/views/${report.views[0]?.id}`);
    expect(view.body.items.map(({ title, chart, query }) => ({ title, chart, ...query }))).toEqual([
      { title: 'web-1 load_one', chart: 'line', metrics: ['load_one'], cluster: 'web', host: 'web-1' },
      { title: 'web-1 Network', chart: 'line', metrics: ['bytes_in', 'bytes_out'], cluster: 'web', host: 'web-1' },
      {
        title: 'web CPU',
        chart: 'stack',
        metrics: ['cpu_user', 'cpu_nice', 'cpu_system', 'cpu_wio', 'cpu_steal', 'cpu_idle'],
        cluster: 'web',
        combine: { with: 'avg', by: ['metric'] },
      },
      { title: '', chart: 'stack', metrics: [{ regex: '^load_' }], host: { regex: 'web|api' } },
    ]);
  });

  test('a dry run reports the same and makes nothing', async () => {
    const tried = await importing([file('view_farm.json', FARM)], true);
    expect(tried).toMatchObject({ dryRun: true, views: [{ result: 'taken', id: null }] });
    expect((await ask('viewer', 'GET', '/views')).body).toMatchObject({ items: [] });
    const done = await importing([file('view_farm.json', FARM)]);
    expect(done.views.map((view) => ({ ...view, id: null }))).toEqual(tried.views);
  });

  const cases: [string, unknown, { result: string; why?: string }, { result: string; why?: string }[]][] = [
    [
      'a report that somebody made is skipped, the rest is taken',
      {
        view_name: 'v',
        items: [
          { hostname: 'h', graph: 'nginx_report' },
          { hostname: 'h', metric: 'load_one' },
        ],
      },
      { result: 'changed' },
      [{ result: 'skipped', why: 'nginx_report' }, { result: 'taken' }],
    ],
    [
      'a view of the type regex has one chart for all its hosts, and says so',
      { view_name: 'v', view_type: 'regex', items: [{ hostname: 'web-.*', metric: 'load_one' }] },
      { result: 'changed' },
      [{ result: 'changed', why: 'every host that matches' }],
    ],
    [
      'what RE2 does not know is skipped',
      { view_name: 'v', items: [{ aggregate_graph: true, metric_regex: [{ regex: '(?=load)' }] }] },
      { result: 'skipped', why: 'none of its items' },
      [{ result: 'skipped', why: 'RE2' }],
    ],
    [
      'a child is named after its parent',
      { view_name: 'v', parent: 'all', items: [{ hostname: 'h', metric: 'load_one' }] },
      { result: 'changed', why: 'all / v' },
      [{ result: 'taken' }],
    ],
    ['a file that is no JSON says at what it breaks', '{"view_name": oops', { result: 'skipped', why: 'oops' }, []],
    ['JSON that is no view says what a view is', [1, 'two', {}], { result: 'skipped', why: 'view_name' }, []],
  ];
  for (const [what, document, view, items] of cases) {
    test(what, async () => {
      const [got] = (await importing([file('view_x.json', document)], true)).views;
      expect(got?.result).toBe(view.result);
      expect(got?.why ?? '').toContain(view.why ?? '');
      expect(got?.items.map(({ result }) => result)).toEqual(items.map(({ result }) => result));
      for (const [at, item] of items.entries()) expect(got?.items[at]?.why ?? '').toContain(item.why ?? '');
    });
  }

  test('a character that the database cannot hold costs its item or its view, not the others', async () => {
    const item = { hostname: 'web-1', metric: 'load_one' };
    const report = await importing([
      file('view_a.json', { view_name: 'a\0', items: [item] }),
      file('view_b.json', { view_name: 'b', items: [item, { ...item, title: 'x\0' }, { ...item, metric: '\ud800' }] }),
    ]);
    expect(report.views).toMatchObject([
      { result: 'taken', name: 'a' },
      { result: 'taken', name: 'b' },
    ]);
    expect((await ask('viewer', 'GET', '/views')).body).toMatchObject({
      items: [{ name: 'a' }, { name: 'b', charts: 3 }],
    });
  });

  test('a name that is taken, or comes twice, is skipped and nothing is written over', async () => {
    const kept = await create({ ...WEB, name: 'farm' });
    const report = await importing([
      file('view_farm.json', FARM),
      file('a.json', [
        { ...FARM, view_name: 'two' },
        { ...FARM, view_name: 'two' },
      ]),
    ]);
    expect(report.views.map(({ name, result }) => [name, result])).toEqual([
      ['farm', 'skipped'],
      ['two', 'taken'],
      ['two', 'skipped'],
    ]);
    expect((await ask<View>('viewer', 'GET', `/views/${kept.id}`)).body).toEqual(kept);
  });
});
