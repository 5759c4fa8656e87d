// What screens read of checks, over a seeded site: order, filters, pages, counts, the
// overview, the map, and what stands around one check.

import { sql } from 'kysely';
import Type from 'typebox';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CheckFilter, CheckSummary } from '#checks/api.ts';
import { createCheckQueries } from '#checks/check-queries.ts';
import { secretSetting } from '#checks/kinds/spec-secrets.ts';
import { openTestDatabase, type TestDatabase } from '../../support/database.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { seedChecks, type SeededSite } from '../../support/seed-checks.ts';

const clock = new FakeClock();
const specSchema = Type.Object({ port: secretSetting('a port nobody may know') });
let database: TestDatabase;
let queries: ReturnType<typeof createCheckQueries>;
let site: SeededSite;

beforeAll(async () => {
  database = await openTestDatabase();
  queries = createCheckQueries({ db: database.db, clock, kinds: new Map([['tcp', { specSchema }]]) });
  site = await seedChecks(database.db, { hosts: 60, servicesPerHost: 8, nowMs: clock.nowMs(), seed: 7 });
});
afterAll(() => database.close());

async function all(filter: CheckFilter & { sort?: 'worst' | 'host' } = {}, limit = 97): Promise<CheckSummary[]> {
  const found: CheckSummary[] = [];
  let cursor: string | undefined;
  do {
    const page = await queries.list({ ...filter, limit, ...(cursor !== undefined && { cursor }) });
    found.push(...page.items);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return found;
}

const isProblem = ({ state }: CheckSummary): boolean => !['ok', 'up', 'pending'].includes(state);
const isHandled = (check: CheckSummary): boolean =>
  check.acknowledged !== 'none' ||
  check.downtimeDepth > 0 ||
  check.state === 'unreachable' ||
  ['host_down', 'downtime', 'acknowledged'].includes(check.mutedBy ?? '');

test('page after page gives every check once, unhandled problems first and the worst of them before the rest', async () => {
  const checks = await all();
  expect(new Set(checks.map(({ id }) => id)).size).toBe(60 * 9);
  const rank = (check: CheckSummary): number => {
    if (!isProblem(check)) return check.state === 'pending' ? 20 : 21;
    const worst = { critical: 0, down: 0, unknown: 1, warning: 2, unreachable: 3 }[check.state as 'down'];
    return worst + (isHandled(check) ? 10 : 0);
  };
  const ranks = checks.map(rank);
  expect(ranks).toEqual(ranks.toSorted((a, b) => a - b));
});

test('by host, the checks of one host stand together', async () => {
  const hosts = (await all({ sort: 'host' })).map(({ hostName }) => hostName);
  const changes = hosts.filter((name, at) => name !== hosts[at - 1]);
  expect(changes.length).toBe(60);
});

const filters: [string, (check: CheckSummary) => boolean][] = [
  ['state:critical,down', ({ state }) => state === 'critical' || state === 'down'],
  ['is:problem', isProblem],
  ['is:unhandled', (check) => isProblem(check) && !isHandled(check)],
  ['is:handled', (check) => isProblem(check) && isHandled(check)],
  ['-is:problem', (check) => !isProblem(check)],
  ['is:acked', ({ acknowledged }) => acknowledged !== 'none'],
  ['is:downtime', ({ downtimeDepth }) => downtimeDepth > 0],
  ['is:flapping', ({ isFlapping }) => isFlapping],
  ['is:stale', ({ isStale }) => isStale],
  ['is:muted', ({ mutedBy }) => mutedBy !== null],
  ['is:soft', (check) => isProblem(check) && check.stateType === 'soft'],
  ['is:hard', (check) => isProblem(check) && check.stateType === 'hard'],
  ['is:passive', ({ via }) => via !== 'active'],
  ['is:active kind:http', ({ via, kind }) => via === 'active' && kind === 'http'],
  ['object:host', ({ object }) => object === 'host'],
  ['host:WEB-*', ({ hostName }) => hostName.startsWith('web-')],
  ['-host:web-*,db-*', ({ hostName }) => !/^(web|db)-/.test(hostName)],
  ['check:"disk /"', ({ name }) => name === 'disk /'],
  ['group:network', ({ hostName }) => hostName === 'core-1' || hostName.includes('switch')],
  ['servicegroup:disks', ({ serviceGroups }) => serviceGroups.includes('disks')],
  ['cluster:fra', ({ cluster }) => cluster === 'fra'],
  ['output:"NO ROUTE"', ({ output }) => output.includes('no route')],
  ['set:site.*', ({ owner }) => owner === 'site.yaml'],
  ['under:lis-switch-1', ({ hostName }) => hostName.includes('-lis-')],
  ['under:core-1', ({ hostName }) => hostName !== 'core-1'],
  ['disk web', ({ name, hostName }) => name.includes('disk') && hostName.includes('web')],
  ['"%"', () => false],
  ['_', () => false],
];
for (const [text, matches] of filters) {
  test(`${text} catches what it says, and counts it`, async () => {
    const [everything, caught] = await Promise.all([all(), all({ search: text })]);
    const expected = everything.filter(matches).map(({ id }) => id);
    expect(caught.map(({ id }) => id)).toEqual(expected);
    expect(await queries.idsOf({ search: text }, 10_000)).toEqual(expected);
    const counts = await queries.counts({ search: text });
    expect(counts.total).toBe(expected.length);
    expect(counts.unhandled + counts.handled).toBe(caught.filter(isProblem).length);
  });
}

test('a filter that makes no sense is refused with its place, one that catches too much with its bound', async () => {
  await expect(queries.list({ search: 'disk state:broken', limit: 5 })).rejects.toMatchObject({
    code: 'bad_filter',
    status: 400,
    message: expect.stringMatching(/^At character 12 of the filter: state is one of/),
    details: { errors: [{ path: 'query.q.11' }] },
  });
  await expect(queries.idsOf({}, 500)).rejects.toMatchObject({ code: 'too_many', status: 400 });
});

test('a check without results has an empty strip; results of a host are states of a host', async () => {
  const [hostCheck = '', service = ''] = [site.hostCheckIds[4], site.serviceIds[0]];
  await database.db.deleteFrom('check_ring').where('check_id', '=', service).execute();
  expect(await queries.results(service)).toEqual([]);
  expect(await queries.get(service)).toMatchObject({ strip: [], object: 'service' });
  const results = await queries.results(hostCheck);
  expect(results).toHaveLength(90);
  expect(results.at(-1)).toMatchObject({ state: 'down' });
  await expect(queries.results('nonsense')).rejects.toMatchObject({ code: 'not_found' });
});

test('settings that the kind calls secret are shown to nobody, in the list or alone', async () => {
  const [ssh = ''] = site.serviceIds;
  expect(await queries.get(ssh)).toMatchObject({ kind: 'tcp', spec: { port: '[secret]' } });
  const tcp = await all({ kind: 'tcp' });
  expect(tcp.every(({ spec }) => spec['port'] === '[secret]')).toBe(true);
});

test('the overview counts each check once, by state and by group, and puts the widest outage first', async () => {
  const overview = await queries.overview();
  const sum = (states: readonly { count: number }[]): number => states.reduce((total, { count }) => total + count, 0);
  expect(sum(overview.states)).toBe(540);
  expect(sum(overview.hostGroups.flatMap(({ states }) => states))).toBe(540);
  expect(overview.hostGroups.map(({ name }) => name)).toEqual(['app', 'cache', 'db', 'mail', 'network', 'web']);
  expect(overview.active + overview.passive).toBe(540);
  for (const [name, trait] of [
    ['flapping', 'flapping'],
    ['stale', 'stale'],
    ['inDowntime', 'downtime'],
    ['passive', 'passive'],
    ['disabled', 'disabled'],
  ] as const)
    expect([name, overview[name]]).toEqual([name, (await queries.counts({ search: `is:${trait}` })).total]);
  const unhandled = overview.states.filter(
    ({ state, isHandled }) => !isHandled && !['ok', 'up', 'pending'].includes(state),
  );
  expect(sum(unhandled)).toBe((await queries.counts({ search: 'is:unhandled' })).total);
  expect(overview.latency.medianMs).toBeGreaterThan(0);
  expect(overview.execution.p95Ms).toBeGreaterThan(overview.execution.medianMs ?? Infinity);
  expect(overview.outages[0]).toMatchObject({ hostName: 'lis-switch-1', hosts: 13, services: 14 * 8 });
});

describe('the map of dependencies', () => {
  test('shows switches with their hosts counted, and checks that need each other', async () => {
    const map = await queries.dependencyMap();
    expect(map.omitted).toBe(0);
    const hosts = map.nodes.filter(({ kind }) => kind === 'host').map(({ name }) => name);
    expect(hosts).toEqual(['ams-switch-1', 'core-1', 'fra-switch-1', 'lis-switch-1', 'waw-switch-1']);
    const leaves = map.nodes.filter(({ kind }) => kind === 'leaves');
    expect(leaves.reduce((total, { count }) => total + count, 0)).toBe(55);
    expect(leaves.find(({ problems, count }) => problems === count)).toMatchObject({ state: 'unreachable' });
    expect(map.nodes.filter(({ kind }) => kind === 'check')).toHaveLength(3);
    expect(map.edges.map(({ kind }) => kind).sort()).toEqual([
      'execution',
      'notification',
      ...Array.from({ length: 8 }, () => 'parent'),
    ]);
  });

  test('around a host there are only the ways up and down from it', async () => {
    const { rows } = await sql<{ id: string }>`select id from host where name = 'fra-switch-1'`.execute(database.db);
    const map = await queries.dependencyMap({ hostId: rows[0]?.id ?? '' });
    expect(map.nodes.map(({ kind, name, count }) => name || `${kind} ${count}`).sort()).toEqual([
      'core-1',
      'fra-switch-1',
      'leaves 14',
    ]);
  });

  test('the blast radius of a switch is everything behind it, by owner; of a check what depends on it', async () => {
    const [core = '', ...others] = site.hostIds;
    const whole = await queries.blastRadius({ hostId: core });
    expect(whole).toMatchObject({ hosts: 59, services: 480 });
    expect(whole.hostNames).toHaveLength(50);
    expect(whole.owners.reduce((total, { hosts }) => total + hosts, 0)).toBe(59);
    expect(await queries.blastRadius({ hostId: others.at(-1) ?? '' })).toMatchObject({ hosts: 0, services: 8 });
    const [first = '', second = ''] = site.serviceIds;
    expect(await queries.blastRadius({ checkId: first })).toMatchObject({ hosts: 0, services: 2 });
    expect(await queries.blastRadius({ checkId: second })).toMatchObject({ hosts: 0, services: 0, owners: [] });
    expect(await queries.blastRadius({ hostId: 'nonsense' })).toMatchObject({ hosts: 0 });
  });
});

test('around a check stand its relations, downtimes, comments and history', async () => {
  const [first = '', second = ''] = site.serviceIds;
  const relations = await queries.relations(first);
  expect(relations.parents).toEqual([]);
  expect(relations.children.map(({ hostName }) => hostName)).toEqual([
    'ams-switch-1',
    'fra-switch-1',
    'lis-switch-1',
    'waw-switch-1',
  ]);
  expect(relations.dependents.map(({ name, purpose }) => `${name} ${purpose}`)).toEqual([
    'disk / execution',
    'http notification',
  ]);
  expect(relations.downtimes).toMatchObject([{ comment: 'new firmware', isActive: false, isOfHost: false }]);
  expect((await queries.relations(second)).masters).toMatchObject([{ id: first, states: ['critical', 'unknown'] }]);
  expect((await queries.comments(first)).map(({ comment }) => comment)).toEqual(['ordered a new card']);
  expect((await queries.history(first)).map(({ state }) => state)).toEqual(['ok', 'critical', 'ok']);
  await expect(queries.relations('0')).rejects.toMatchObject({ code: 'not_found' });
});
