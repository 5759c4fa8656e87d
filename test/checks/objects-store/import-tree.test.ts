// A Nagios configuration as a set: taken twice, with what is wrong with it, and as strangers
// would send it.

import { sql } from 'kysely';
import { expect, test } from 'vitest';
import type { SentFile, SetRequest } from '#checks/objects-api.ts';
import { resourcePurpose } from '#checks/engine/site-store.ts';
import { quietKindDeps } from '../kind-deps.ts';
import { ENGINEER, checkCounts, checkNames, messagesOf, openObjectSite } from './object-site.ts';

const NAME = 'nagios:/etc/nagios4/nagios.cfg';
const MAIN = 'cfg_file=objects/a.cfg\nresource_file=/etc/nagios4/private/resource.cfg\n';
const OBJECTS = `define command{
  command_name  check
  command_line  $USER1$/check_dummy $ARG1$ | cat
}
define host{
  host_name     a
  address       192.0.2.7
  max_check_attempts 2
  check_command check!0
  _SITE         ams
}
define host{
  host_name     no-command
  alias         Without a command
  address       lab.example.test
  max_check_attempts 2
  parents       a
}
define service{
  host_name     a
  service_description disk
  check_command check!0
  max_check_attempts 2
  check_interval 5
  retry_interval 1
}
`;
const tree = (objects: string, more: SentFile[] = [], main = MAIN): SetRequest => ({
  name: NAME,
  documents: {
    kind: 'nagios',
    mainFile: 'copy/nagios.cfg',
    files: [
      { name: 'copy/nagios.cfg', text: main },
      { name: 'copy/objects/a.cfg', text: objects },
      { name: 'copy/private/resource.cfg', text: '$USER1$=/usr/lib/nagios/plugins\n$USER3$=s3cret\n' },
      ...more,
    ],
  },
});

test('a tree is taken: shell lines are marked, timeouts are critical, resource macros are sealed and never shown', async () => {
  const { db, objects } = await openObjectSite();
  const outcome = await objects.api.apply(ENGINEER, tree(OBJECTS));
  expect(outcome.outcome).toBe('applied');
  expect(await checkNames(db)).toEqual(['a/alive plugin', 'a/disk plugin', 'no-command/alive passive']);
  const disk = await db.selectFrom('check').selectAll().where('name', '=', 'disk').executeTakeFirstOrThrow();
  expect(disk).toMatchObject({
    spec: {
      ...{ commandLine: '$USER1$/check_dummy $ARG1$ | cat', arguments: ['0'] },
      ...{ shell: true, failureState: 'critical' },
    },
    interval_sec: 300,
    timeout_sec: 60,
  });
  const { rows } = await sql<{ details: object }>`select c.details - 'values' as details from "check" c
    join host h on h.id = c.host_id where c.object = 'host' order by h.name`.execute(db);
  expect(rows.map(({ details }) => details)).toMatchObject([
    { address: '192.0.2.7', vars: { SITE: 'ams' } },
    { address: 'lab.example.test', alias: 'Without a command' },
  ]);
  const macros = await db.selectFrom('resource_macro').selectAll().orderBy('name').execute();
  expect(macros.map(({ name, sealed }) => [name, quietKindDeps.sealer.open(sealed, resourcePurpose(name))])).toEqual([
    ['USER1', '/usr/lib/nagios/plugins'],
    ['USER3', 's3cret'],
  ]);
  expect(JSON.stringify([outcome, await objects.api.getSet(NAME)])).not.toContain('s3cret');

  const again = await objects.api.apply(ENGINEER, tree(OBJECTS));
  expect(checkCounts(again)).toEqual({ created: 0, changed: 0, deleted: 0, unchanged: 3 });
  expect(again.changes.ties).toEqual({ parents: 0, dependencies: 0, timePeriods: 0, resources: 0 });
});

test('with errors it is refused with each at its place, and the good rest is taken when that is asked for', async () => {
  const { db, objects } = await openObjectSite();
  const broken = `${OBJECTS}define service{
  host_name     gone
  service_description lost
  check_command check!0
}
define service{
  host_name     a
  service_description good
  check_command check!1
  max_check_attempts three
}
`;
  const refused = await objects.api.apply(ENGINEER, tree(broken));
  expect([refused.outcome, await checkNames(db)]).toEqual(['refused', []]);
  expect(messagesOf(refused)).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/objects\/a\.cfg:28 service 'gone\/lost': host_name names 'gone', not defined anywhere/),
      expect.stringMatching(/objects\/a\.cfg:36 .*max_check_attempts "three" was given/),
    ]),
  );
  const taken = await objects.api.apply(ENGINEER, { ...tree(broken), acceptRest: true });
  expect(taken.outcome).toBe('applied');
  expect(await checkNames(db)).toContain('a/good plugin');
  const { problems } = await objects.api.getSet(NAME);
  expect(problems.filter(({ severity }) => severity === 'error').length).toBeGreaterThanOrEqual(2);
  // What it was taken with is no news to the next set.
  const other = { name: 'apply:x', documents: { kind: 'yaml' as const, files: [{ name: 'x', text: '' }] } };
  expect(await objects.api.apply(ENGINEER, other)).toMatchObject({ outcome: 'applied', others: [] });
});

test('two configurations that give one resource macro two values are told of it', async () => {
  const { objects } = await openObjectSite();
  await objects.api.apply(ENGINEER, tree(OBJECTS));
  const main = 'resource_file=r.cfg\n';
  const files = [
    { name: 'nagios.cfg', text: main },
    { name: 'r.cfg', text: '$USER1$=/usr/lib/nagios/plugins\n$USER3$=other\n' },
  ];
  const outcome = await objects.api.apply(ENGINEER, {
    name: 'nagios:/opt/nagios.cfg',
    documents: { kind: 'nagios', mainFile: 'nagios.cfg', files },
  });
  expect(outcome.outcome).toBe('refused');
  expect(messagesOf(outcome)).toEqual([
    `nagios.cfg:1 $USER3$ has another value in the set ${JSON.stringify(NAME)}; that one is kept.`,
  ]);
});

const many = Array.from({ length: 10_001 }, (_, at) => ({ name: `f${at}`, text: '' }));
const refusals: [string, SetRequest, string][] = [
  ['no file at all', { ...tree(''), documents: { kind: 'nagios', mainFile: 'x', files: [] } }, 'no_files'],
  ['more than 10,000 files', tree('', many), 'too_large'],
  ['more than 20 MB', tree('x'.repeat(21 * 1024 * 1024)), 'too_large'],
  ['a name that leads out of its folder', tree('', [{ name: 'copy/../../etc/passwd', text: '' }]), 'bad_file_name'],
  ['a name with a line break', tree('', [{ name: 'a\nb', text: '' }]), 'bad_file_name'],
  ['one name twice', tree('', [{ name: 'copy/nagios.cfg', text: '' }]), 'bad_file_name'],
  ['a set without a name', { ...tree(''), name: '' }, 'bad_set_name'],
  ['a set whose name is markup', { ...tree(''), name: '<b>' }, 'bad_set_name'],
];
for (const [what, request, code] of refusals) {
  test(`refused before anything is read: ${what}`, async () => {
    const { objects } = await openObjectSite();
    await expect(objects.api.preview(request)).rejects.toMatchObject({ code, status: 400 });
  });
}

const told: [string, SetRequest, RegExp][] = [
  ['a program in place of a file', tree('\0\u0001\u0002'), /objects\/a\.cfg" was not read: it is binary/],
  [
    'files that include each other',
    tree('include_file=b.cfg\n', [{ name: 'copy/objects/b.cfg', text: 'include_file=a.cfg\n' }]),
    /a\.cfg" was read before; it is not read again/,
  ],
  ['a path out of the tree', tree('include_file=/etc/shadow\n'), /shadow" was not read: it is not among the files/],
  ['a block that never ends', tree('define host{\nhost_name x\n'), /./],
];
for (const [what, request, message] of told) {
  test(`told, and nothing else: ${what}`, async () => {
    const { objects } = await openObjectSite();
    const outcome = await objects.api.preview(request);
    expect(messagesOf(outcome).join('\n')).toMatch(message);
  });
}
