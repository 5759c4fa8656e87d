// Several checks as one: who counts as good, what must hold, and who is named.

import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ServiceState } from '#kernel/domain/check-state.ts';
import { uuidv7 } from '#kernel/ids.ts';
import { createCompositeKind } from '#checks/kinds/composite/composite.ts';
import { judgeMembers, type MemberState, type Rule } from '#checks/kinds/composite/judge-members.ts';
import { createStoredStates } from '#checks/kinds/composite/stored-states.ts';
import { openTestDatabase, type TestDatabase } from '#test/support/database.ts';
import { runKind } from '../run-kind.ts';

const LETTERS: Record<string, MemberState['state']> = {
  o: 'ok',
  w: 'warning',
  c: 'critical',
  u: 'unknown',
  p: 'pending',
};
const membersOf = (letters: string): MemberState[] =>
  [...letters].map((letter, at) => ({ host: `web-${at}`, check: 'http', state: LETTERS[letter] ?? 'pending' }));

const otherwise = 'critical' as const;
const cases: [string, Rule, string, ServiceState, string][] = [
  ['the worst of all well', { rule: 'worst' }, 'ooo', 'ok', '3 of 3 are ok'],
  ['critical is worse than unknown', { rule: 'worst' }, 'ouc', 'critical', '1 of 3 is ok'],
  ['warning is worse than unknown', { rule: 'worst' }, 'ouw', 'warning', '1 of 3 is ok'],
  ['without any result', { rule: 'worst' }, 'pp', 'unknown', 'none has a result yet'],
  ['the best of the bad', { rule: 'best' }, 'cw', 'warning', '0 of 2 are ok'],
  ['all must be ok and are', { rule: 'all', otherwise }, 'oo', 'ok', '2 of 2 are ok, all must be'],
  ['all must be ok and one is not known yet', { rule: 'all', otherwise }, 'op', 'critical', '1 of 2 is ok, all must be'],
  ['one must be ok and is', { rule: 'any', otherwise }, 'coc', 'ok', '1 of 3 is ok, one must be'],
  ['one must be ok and none is', { rule: 'any', otherwise: 'warning' }, 'cc', 'warning', '0 of 2 are ok, one must be'],
  ['none may be ok and one is', { rule: 'none', otherwise }, 'oc', 'critical', '1 of 2 is ok, none may be'],
  ['two of three', { rule: 'count', warn: '3:', crit: '2:' }, 'ooc', 'warning', '2 of 3 are ok (warning below 3, critical below 2)'],
  ['one of three', { rule: 'count', warn: '3:', crit: '2:' }, 'occ', 'critical', '1 of 3 is ok (warning below 3, critical below 2)'],
  ['exactly one master', { rule: 'count', crit: '1:1' }, 'oo', 'critical', '2 of 2 are ok (critical other than 1)'],
  ['half of them', { rule: 'percent', crit: '51:' }, 'oc', 'critical', '1 of 2 is ok (critical below 51 %)'],
  ['nobody', { rule: 'all', otherwise }, '', 'unknown', 'no check matches'],
]; // prettier-ignore
test.each(cases)('%s', (_, rule, letters, state, why) => {
  expect(judgeMembers(rule, membersOf(letters), ['ok'])).toMatchObject({ state, why });
});

test('what gets worse never makes the whole better, whatever the rule', () => {
  const rules: Rule[] = [{ rule: 'worst' }, { rule: 'best' }, { rule: 'all', otherwise }, { rule: 'any', otherwise }, { rule: 'count', warn: '3:', crit: '2:' }]; // prettier-ignore
  const weight = { ok: 0, unknown: 1, warning: 2, critical: 3 };
  fc.assert(
    fc.property(
      fc.constantFrom(...rules),
      fc.array(fc.constantFrom(...'owcu'), { minLength: 1, maxLength: 9 }),
      fc.nat(8),
      (rule, letters, at) => {
        const worse = letters.with(at % letters.length, 'c').join('');
        const before = judgeMembers(rule, membersOf(letters.join('')), ['ok']).state;
        expect(weight[judgeMembers(rule, membersOf(worse), ['ok']).state]).toBeGreaterThanOrEqual(weight[before]);
      },
    ),
  );
});

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
  const { db } = database;
  const rows = [['web-1', 'http', 'ok'], ['web-1', 'mail', 'critical'], ['web-2', 'http', 'critical'], ['web_3', 'http', 'warning'], ['db-1', 'http', 'ok']]; // prettier-ignore
  const hosts = new Map<string, string>();
  for (const [host = '', name = '', state = ''] of rows) {
    const hostId = hosts.get(host) ?? uuidv7(0);
    if (!hosts.has(host))
      await db.insertInto('host').values({ id: hostId, name: host, cluster: 'c', created_at_ms: 0 }).execute();
    hosts.set(host, hostId);
    await addCheck(hostId, name, 'service', state);
  }
  await addCheck(hosts.get('web-2') ?? '', 'alive', 'host', 'down');
});
afterAll(() => database.close());

async function addCheck(hostId: string, name: string, object: string, state: string): Promise<void> {
  const id = uuidv7(0);
  await database.db
    .insertInto('check')
    .values({ id, name, host_id: hostId, object, kind: 'tcp', spec: '{}', interval_sec: 1, retry_interval_sec: 1, max_attempts: 1, timeout_sec: 1, created_at_ms: 0, updated_at_ms: 0 })
    .execute();
  await database.db.insertInto('check_state').values({ check_id: id, state }).execute();
} // prettier-ignore

const stored: [string, Record<string, unknown>, string, string][] = [
  [
    'checks of several hosts',
    { members: [{ host: 'web-*', check: 'http' }], rule: 'count', crit: '2:' },
    'critical',
    'COMPOSITE CRITICAL - 1 of 2 is ok (critical below 2): web-2/http critical',
  ],
  [
    'an underscore is an underscore',
    { members: [{ host: 'web_*', check: 'http' }], rule: 'all', good: ['ok', 'warning'] },
    'ok',
    'COMPOSITE OK - 1 of 1 is ok or warning, all must be',
  ],
  [
    'all checks of this host',
    { members: [{ check: '*' }] },
    'critical',
    'COMPOSITE CRITICAL - 1 of 2 is ok: web-1/mail critical',
  ],
  [
    'a host itself',
    { members: [{ host: 'web-2' }], rule: 'any' },
    'critical',
    'COMPOSITE CRITICAL - 0 of 1 are ok, one must be: web-2 critical',
  ],
  ['nobody', { members: [{ host: 'mars' }] }, 'unknown', 'COMPOSITE UNKNOWN - no check matches'],
];
test.each(stored)('from the database: %s', async (_, spec, state, output) => {
  const kind = createCompositeKind(createStoredStates(database.db));
  expect(await runKind(kind, spec)).toMatchObject({ state, output });
});

test('a check does not count itself', async () => {
  const kind = createCompositeKind(() => [
    { checkId: 'check-1', host: 'a', check: 'sum', state: 'critical' },
    { checkId: 'check-2', host: 'a', check: 'other', state: 'ok' },
  ]);
  expect(await runKind(kind, { members: [{ check: '*' }] })).toMatchObject({
    state: 'ok',
    longOutput: 'a/other ok',
    perfdata: 'good=1;;;0;1',
  });
});

const refused: [string, Record<string, unknown>, string][] = [
  ['nobody', { members: [] }, '/members'],
  ['a count without a limit', { members: [{}], rule: 'count' }, ''],
  ['a limit for all', { members: [{}], rule: 'all', warn: '1' }, '/warn'],
  ['a limit that is no range', { members: [{}], rule: 'count', warn: 'two' }, '/warn'],
];
test.each(refused)('%s is refused when the check is saved', (_, spec, path) => {
  const kind = createCompositeKind(() => []);
  expect(kind.prepare(spec)).toMatchObject({ ok: false, problems: [expect.objectContaining({ path })] });
});
