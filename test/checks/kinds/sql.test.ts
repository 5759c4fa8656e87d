// Queries to a real PostgreSQL, and to servers that only look like one.

import { beforeAll, expect, inject, test } from 'vitest';
import { sqlKind } from '#checks/kinds/sql.ts';
import { describeWithPeer } from '../../support/peer.ts';
import * as servers from './loopback-servers.ts';
import { stateOfPlugin } from './real-plugin.ts';
import { runKind } from './run-kind.ts';

const { socketDir, user } = inject('postgres');
const real = { address: socketDir, user };

const verdicts: [string, Record<string, unknown>, string, RegExp][] = [
  ['it answers', {}, 'ok', /^SQL OK - postgres at .* gave "1" in [\d.]+ seconds/],
  ['the value that is wanted', { query: "select 'up'", equals: 'up' }, 'ok', /^SQL OK/],
  ['another value', { query: "select 'down'", equals: 'up' }, 'critical', /the query gave "down" \(expected "up"\)/],
  ['past its warning', { query: 'select 7.5', warn: '5', crit: '10' }, 'warning', /the query gave 7.5 \(limit 5\)/],
  ['past both', { query: 'select 70', warn: '5', crit: '10' }, 'critical', /the query gave 70 \(limit 10\)/],
  ['no number', { query: "select 'many'", crit: '10' }, 'critical', /"many", which is no number/],
  ['NULL is no number', { query: 'select null', crit: '10' }, 'critical', /NULL, which is no number/],
  ['no rows', { query: 'select 1 where false' }, 'warning', /the query gave no rows/],
  ['the first of many rows', { query: 'select g from generate_series(1, 5000) g', crit: '1' }, 'ok', /gave "1"/],
  ['an error in the query', { query: 'select broken' }, 'critical', /query failed: column "broken" does not exist/],
  ['a query that would write', { query: 'create table t (a int)' }, 'critical', /read-only transaction/],
  ['no such database', { database: 'nowhere' }, 'critical', /no connection: database "nowhere" does not exist/],
  [
    'a query that takes too long',
    { query: 'select pg_sleep(60)' },
    'critical',
    /no answer from postgres at .* within 1 seconds/,
  ],
  [
    'a flood of rows',
    { query: "select repeat('x', 1000000) from generate_series(1, 5000)" },
    'critical',
    /sent more than 4 MB|no answer/,
  ],
  ['too slow', { latencyWarn: '@0:10' }, 'warning', /took .* \(limit @0:10\)/],
];
test.each(verdicts)('%s', async (_, settings, state, output) => {
  const result = await runKind(sqlKind, { ...real, ...settings }, { timeoutMs: 1000 });
  expect(result).toMatchObject({ state, output: expect.stringMatching(output) });
});

test('the value goes to the history with its limits', async () => {
  expect(await runKind(sqlKind, { ...real, query: 'select 3', warn: '5' })).toMatchObject({
    perfdata: expect.stringMatching(/^time=[\d.e-]+s;;;0;5 query=3;5$/),
  });
});

const ports: Record<string, number> = {};
beforeAll(async () => {
  ports['silent'] = await servers.serveTcp(servers.SILENT);
  ports['hangs up'] = await servers.serveTcp(servers.HANGS_UP);
  ports['garbage'] = await servers.serveTcp(servers.GARBAGE);
  ports['endless'] = await servers.serveTcp(servers.ENDLESS);
  ports['closed'] = await servers.closedPort();
});

test.each(['silent', 'hangs up', 'garbage', 'endless', 'closed'])(
  '%s in place of PostgreSQL is CRITICAL',
  async (server) => {
    for (const tls of ['off', 'require']) {
      const result = await runKind(sqlKind, { port: ports[server], tls }, { timeoutMs: 500 });
      expect(result).toMatchObject({ state: 'critical', output: expect.stringMatching(/^SQL CRITICAL - /) });
    }
  },
);

test('a name that does not exist is UNKNOWN', async () => {
  expect(await runKind(sqlKind, { address: 'nope.invalid' })).toMatchObject({ state: 'unknown' });
});

test('what a run does is shown without the password', () => {
  const prepared = sqlKind.prepare({ ...real, password: 'hidden' });
  const target = {
    checkId: '',
    hostId: '',
    hostName: '',
    series: { cluster: '', host: '' },
    address: 'db-1',
    timeoutMs: 1,
    macro: () => undefined,
  };
  expect(prepared.ok && prepared.describe?.(target)).not.toContain('hidden');
});

describeWithPeer('check_pgsql', 'the same state as check_pgsql', () => {
  const same: [string, string[], Record<string, unknown>][] = [
    ['it answers', [], {}],
    ['a value', ['-q', 'select 3', '-W', '5', '-C', '10'], { query: 'select 3', warn: '5', crit: '10' }],
    ['a warning', ['-q', 'select 7', '-W', '5', '-C', '10'], { query: 'select 7', warn: '5', crit: '10' }],
    ['a critical value', ['-q', 'select 70', '-W', '5', '-C', '10'], { query: 'select 70', warn: '5', crit: '10' }],
    ['no rows', ['-q', 'select 1 where false'], { query: 'select 1 where false' }],
    ['an error', ['-q', 'select broken'], { query: 'select broken' }],
    ['no such database', ['-d', 'nowhere'], { database: 'nowhere' }],
  ];
  test.each(same)('%s', async (_, args, settings) => {
    const login = ['-o', `host=${socketDir}`, '-l', user];
    const database = args.includes('-d') ? [] : ['-d', 'postgres'];
    const theirs = await stateOfPlugin('check_pgsql', [...login, ...database, ...args]);
    expect(await runKind(sqlKind, { ...real, ...settings })).toMatchObject({ state: theirs });
  });
  test.each(['closed', 'hangs up'])('%s', async (server) => {
    const port = ports[server];
    const [theirs, ours] = await Promise.all([
      stateOfPlugin('check_pgsql', ['-H', '127.0.0.1', '-P', String(port), '-t', '2']),
      runKind(sqlKind, { port }, { timeoutMs: 1000 }),
    ]);
    expect(ours).toMatchObject({ state: theirs });
  });
});
