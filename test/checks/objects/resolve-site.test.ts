// Resolving: which template gave each value, what a service takes from its host, which of two
// definitions wins, and loops of every kind refused with their name.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findLoops } from '#checks/objects/find-loops.ts';
import { explainMatch, type HostMatcher } from '#checks/objects/host-matcher.ts';
import { importNagios } from '#checks/objects/import-nagios.ts';
import { createNameExpander } from '#checks/objects/name-list.ts';
import { readNagiosTree } from '#wire/nagios-config-tree.ts';
import { readFixture } from '../../support/fixtures.ts';

const run = (objects: string, main = '') =>
  importNagios(
    readNagiosTree('/n.cfg', {
      read: (file) => ({ text: file === '/n.cfg' ? `${main}\ncfg_file=/o.cfg` : objects }),
      list: () => ({ reason: 'no folder' }),
    }),
  );
const COMMAND = 'define command {\n command_name c\n command_line /bin/true\n}\n';
const host = (name: string, lines = '') => `define host {\n host_name ${name}\n max_check_attempts 3\n${lines}}\n`;
const service = (lines: string) => `define service {\n max_check_attempts 3\n check_command c\n${lines}}\n`;
const messages = (objects: string, main = '') =>
  run(objects, main).report.objects.flatMap(({ notes }) => notes.map(({ message }) => message));

test('every value tells the template that gave it, and a list all that made it up', () => {
  const { resolved } = run(
    `${COMMAND}define contact {\n contact_name a\n}\ndefine contact {\n contact_name b\n}\n` +
      'define host {\n name base\n register 0\n contacts a\n check_interval 5\n}\n' +
      host('h', ' use base\n contacts +b\n'),
  );
  const values = resolved.hosts[0]?.values;
  expect(values?.get('check_interval')).toEqual({
    text: '300s',
    origins: [{ template: 'base', file: '/o.cfg', line: 15 }],
  });
  expect(values?.get('contacts')?.origins).toEqual([
    { template: 'base', file: '/o.cfg', line: 14 },
    { file: '/o.cfg', line: 21 },
  ]);
  expect(resolved.hosts[0]?.contacts).toEqual(['b', 'a']);
});

test('a service without contacts has those of its host, and says so', () => {
  const { resolved } = run(
    `${COMMAND}define contact {\n contact_name a\n}\n${host('h', ' contacts a\n notification_interval 7\n')}` +
      service(' host_name h\n service_description s\n'),
  );
  const [found] = resolved.services;
  expect(found?.contacts).toEqual(['a']);
  expect(found?.values.get('notification_interval')?.origins[0]?.impliedBy).toBe('host');
});

describe('loops are refused with their name, and the rest stays', () => {
  test('templates that use each other', () => {
    const loop =
      'define host {\n name a\n use b\n register 0\n alias A\n}\ndefine host {\n name b\n use a\n register 0\n address x\n}\n';
    const text = loop + host('h', ' use a\n');
    expect(messages(text).join()).toMatch(/loop: (a → b → a|b → a → b)/);
    expect(run(text).compiled.hosts).toMatchObject([{ name: 'h', alias: 'A', address: 'x' }]);
  });

  test('parents', () => {
    const text = host('a', ' parents b,gw\n') + host('b', ' parents c\n') + host('c', ' parents a\n') + host('gw');
    expect(messages(text).join()).toContain("parents in a loop: a → b → c → a. 'a' keeps only its other parents");
    expect(run(text).compiled.hosts.map(({ name, parents }) => [name, parents])).toEqual([
      ['a', ['gw']],
      ['b', []],
      ['c', []],
      ['gw', []],
    ]);
  });

  test('dependencies, for each purpose by itself', () => {
    const dependency = (master: string, dependent: string, what: string) =>
      `define hostdependency {\n host_name ${master}\n dependent_host_name ${dependent}\n ${what}_failure_criteria d\n}\n`;
    const text =
      ['a', 'b', 'c'].map((name) => host(name)).join('') +
      dependency('a', 'b', 'execution') +
      dependency('b', 'a', 'execution') +
      dependency('b', 'a', 'notification') +
      dependency('a', 'c', 'execution');
    expect(messages(text).join()).toContain('Dependencies for execution lead back to themselves: a → b → a');
    expect(
      run(text).compiled.dependencies.map(({ masterHost, dependentHost, purpose }) => [
        masterHost,
        dependentHost,
        purpose,
      ]),
    ).toEqual([
      ['a', 'c', 'execution'],
      ['b', 'a', 'notification'],
    ]);
  });

  test('groups that hold each other, and periods that exclude each other', () => {
    const text =
      'define hostgroup {\n hostgroup_name x\n hostgroup_members y\n members h\n}\ndefine hostgroup {\n hostgroup_name y\n hostgroup_members x\n}\n' +
      'define timeperiod {\n timeperiod_name p\n alias p\n exclude q\n monday 00:00-24:00\n}\ndefine timeperiod {\n timeperiod_name q\n alias q\n exclude p\n}\n' +
      host('h');
    const said = messages(text).join();
    expect(said).toContain('Groups hold each other in a loop: x → y → x');
    expect(said).toContain('Time periods exclude each other in a loop: p → q → p');
    expect(run(text).compiled.hostGroups.map(({ members }) => members)).toEqual([['h'], []]);
  });

  test('a chain of ten thousand is no loop, and no stack overflow', () => {
    const edges = new Map(Array.from({ length: 10_000 }, (_, at) => [`n${at}`, [`n${at + 1}`]]));
    expect(findLoops(edges)).toEqual([]);
    edges.set('n10000', ['n0']);
    expect(findLoops(edges)[0]?.component.size).toBe(10_001);
  });
});

describe('what cannot work is left out, and told with file and line', () => {
  test.each([
    [
      'a directive with a typing error',
      host('h', ' adress x\n'),
      'host \'h\': "adress" is no directive of a host. Did you mean address?',
      'changed',
    ],
    [
      'a service on a host that is not there',
      COMMAND + service(' host_name no\n service_description s\n'),
      'is on no host',
      'skipped',
    ],
    [
      'a service whose command is not there',
      host('h') + service(' host_name h\n service_description s\n'),
      "runs 'c', which is not defined anywhere",
      'skipped',
    ],
    ['a second host of the same name', host('h') + host('h'), "Duplicate definition found for host 'h'", 'skipped'],
    [
      'a number with a tail is read as Nagios reads it',
      host('h', ' freshness_threshold 5\n importance 5x\n'),
      'importance "5x" is read as 5',
      'changed',
    ],
    ['an obsolete directive', host('h', ' failure_prediction_enabled 1\n'), 'has no effect', 'changed'],
    ['an unknown template', host('h', ' use no\n'), "uses 'no', which is no host template", 'changed'],
    ['a wrong letter', host('h', ' notification_options d,x\n'), 'any of d (down)', 'changed'],
    [
      'a dependency without criteria',
      host('a') + host('b') + 'define hostdependency {\n host_name a\n dependent_host_name b\n}\n',
      'does nothing',
      'skipped',
    ],
    ['extinfo', 'define hostextinfo {\n host_name h\n}\n' + host('h'), 'hostextinfo is not read', undefined],
  ])('%s', (_what, text, message, verdict) => {
    const { report } = run(text);
    const said = [...report.objects.flatMap(({ notes }) => notes), ...report.problems];
    expect(said.map((each) => each.message).join('\n')).toContain(message);
    expect(said.every(({ line }) => line >= 1)).toBe(true);
    if (verdict !== undefined) expect(report.objects.map((each) => each.verdict)).toContain(verdict);
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
  });
});

describe('expressions for names', () => {
  const pool = {
    names: ['web-1', 'web-2', 'db-1', 'd'],
    has: (name: string) => ['web-1', 'web-2', 'db-1', 'd'].includes(name),
  };
  const expand = (mode: 'off' | 'special' | 'all', text: string) => createNameExpander(mode).expand(text, pool);
  test.each([
    ['off', 'web-1,*', ['d', 'db-1', 'web-1', 'web-2']],
    ['special', '^web.*', ['web-1', 'web-2']],
    ['special', 'web-1', ['web-1']],
    ['all', 'web', ['web-1', 'web-2']],
    ['all', String.raw`\d`, ['d', 'db-1']],
    ['special', '*,!db-.*', ['d', 'db-1', 'web-1', 'web-2']],
  ] as const)('%s: %s', (mode, text, expected) => {
    expect(expand(mode, text).accepted.toSorted()).toEqual(expected);
  });

  test('one that is hostile takes no time, one that is broken matches nothing', () => {
    const long = { names: ['a'.repeat(50_000)], has: () => false };
    expect(createNameExpander('all').expand('(a*)*b', long).unknown).toEqual(['(a*)*b']);
    expect(expand('special', '(web*').unknown).toEqual(['(web*']);
  });
});

test('a rule says why it holds for a host, or the first condition that failed', () => {
  const web = { name: 'web-1', groups: ['linux'], vars: { TIER: '1' }, facts: { os: { family: 'debian' } } };
  const rule: HostMatcher = {
    all: [{ group: 'linux' }, { var: 'tier', test: { is: ['2'] } }, { fact: 'os.family', test: { is: ['debian'] } }],
  };
  expect(explainMatch(rule, web)).toEqual({ matches: false, because: 'its variable tier is "1"; asked for: "2"' });
  expect(explainMatch({ not: { name: 'web-*' } }, web).because).toBe('excluded: the name web-1 is like web-*');
  expect(explainMatch({ any: [{ cluster: 'x' }, { name: 'web-?' }] }, web).matches).toBe(true);
});

test('intervals count in interval_length, timeouts come from the main file', () => {
  const text =
    COMMAND +
    host('h', ' check_command c\n check_interval 3\n retry_interval 1\n') +
    service(' host_name h\n service_description s\n check_interval 0\n');
  const { compiled } = run(text, 'interval_length=10\nservice_check_timeout=7\nhost_check_timeout=9');
  expect(compiled.hosts[0]?.check).toMatchObject({ intervalMs: 30_000, retryIntervalMs: 10_000, timeoutMs: 9000 });
  expect(compiled.services[0]).toMatchObject({
    timeoutMs: 7000,
    settings: { activeChecks: false, notifications: { intervalSec: 300 } },
  });
});

test('what has no home here is said: handlers, modules, site-wide switches', () => {
  const { report } = run(
    host('h', ' event_handler c\n obsess 1\n') + COMMAND,
    'broker_module=x.so\nexecute_service_checks=0\nunknown_thing=1',
  );
  expect(report.features.map(({ name, verdict }) => [name, verdict])).toEqual([
    ['host.event_handler', 'kept'],
    ['host.obsess', 'not supported'],
  ]);
  const verdicts = new Map(report.settings.map(({ name, verdict }) => [name, verdict]));
  expect([...verdicts]).toEqual(
    expect.arrayContaining([
      ['broker_module', 'not supported'],
      ['execute_service_checks', 'not supported'],
      ['unknown_thing', 'not used'],
    ]),
  );
});

test('changed copies of a real tree never stop it, and every problem has a line', () => {
  const files = ['base.cfg', 'services.cfg', 'hosts/servers.cfg', 'hosts/net.cfg', 'extra/rules.cfg'];
  const real = Buffer.from(
    files.map((name) => readFixture('nagios', 'config', 'tree', 'objects', ...name.split('/'))).join('\n'),
  );
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(real.length - 1), fc.nat(255)), { maxLength: 30 }),
      fc.nat(real.length),
      (flips, cut) => {
        const changed = Buffer.from(real);
        for (const [at, byte] of flips) changed[at] = byte;
        const { report } = run(Buffer.concat([changed.subarray(0, cut), changed]).toString());
        for (const { line, file } of report.problems) expect([line >= 1, file]).toEqual([true, expect.any(String)]);
        for (const { notes } of report.objects) for (const { line } of notes) expect(line).toBeGreaterThanOrEqual(1);
      },
    ),
    { numRuns: 40 },
  );
});

test('ten thousand services of ten definitions are resolved without being looked at one by one', () => {
  const hosts = Array.from({ length: 1000 }, (_, at) => host(`h${at}`)).join('');
  const services = Array.from({ length: 10 }, (_, at) =>
    service(` hostgroup_name all\n service_description s${at}\n`),
  ).join('');
  const { compiled } = run(`${COMMAND}define hostgroup {\n hostgroup_name all\n members *\n}\n${hosts}${services}`);
  expect(compiled.services).toHaveLength(10_000);
  const explained = new Set(compiled.services.map(({ details }) => details.values));
  expect(explained.size).toBe(10);
});
