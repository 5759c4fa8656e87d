// Queries as Thruk, NagVis and Check_MK put them, over a small site: operators, statistics,
// tables, who may see what, waiting, and what is refused.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TABLES } from '#checks/livestatus/tables/all-tables.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { ask } from './ask.ts';
import { hostRow, serviceRow, smallSite } from './small-site.ts';

const NOON = 1_700_000_000_000;
const site = () =>
  smallSite({
    hosts: [
      hostRow('web-1', {
        state: 'up',
        groups: ['web', 'all'],
        contacts: ['ann'],
        variables: { OS: 'linux' },
        latencyMs: 500,
      }),
      hostRow('web-2', { groups: ['web'], stateType: 'soft', lastHardState: 'up', latencyMs: 1500 }),
      hostRow('db', { state: 'unreachable', parents: ['web-1'], latencyMs: 4000 }),
    ],
    services: [
      serviceRow('web-1', 'http', { output: 'OK: fine', perfdata: 'time=1s', lastCheckAtMs: NOON, longOutput: 'a\nb' }),
      serviceRow('web-1', 'disk full', { state: 'critical', isAcknowledged: true, contacts: ['bob'] }),
      serviceRow('db', 'pg', { state: 'unknown', stateType: 'soft', lastHardState: 'warning' }),
    ],
    hostGroups: [
      { name: 'web', alias: 'Web', notes: '', notesUrl: '', actionUrl: '', hostNames: ['web-1', 'web-2', 'gone'] },
    ],
    serviceGroups: [
      {
        name: 'shop',
        alias: 'Shop',
        notes: '',
        notesUrl: '',
        actionUrl: '',
        members: [
          ['web-1', 'http'],
          ['db', 'pg'],
        ],
      },
    ],
    contactGroups: [{ name: 'ops', alias: 'Ops', members: ['ann', 'bob'] }],
    commands: [{ name: 'check-http', line: '/check_http $ARG1$' }],
    timePeriods: [{ name: '24x7', alias: 'Always', isInNow: true }],
    comments: [
      {
        id: 4,
        hostName: 'web-1',
        description: 'disk full',
        author: 'ann',
        comment: 'on it',
        entryAtMs: NOON,
        kind: 'acknowledgement',
        isPersistent: false,
      },
    ],
    downtimes: [
      {
        id: 9,
        hostName: 'db',
        author: 'bob',
        comment: 'move',
        entryAtMs: NOON,
        startAtMs: NOON,
        endAtMs: NOON + 60_000,
        isFixed: true,
        durationMs: 60_000,
        isInEffect: true,
      },
    ],
  });

const answers: [what: string, query: string, body: string][] = [
  [
    'a name with or without the prefix of its table',
    'GET hosts\nColumns: host_name name\nFilter: host_name = db',
    'db;db\n',
  ],
  ['equal in any case', 'GET hosts\nColumns: name\nFilter: name =~ DB', 'db\n'],
  ['a pattern', 'GET hosts\nColumns: name\nFilter: name ~ ^web-[12]$', 'web-1\nweb-2\n'],
  ['a pattern in any case, negated', 'GET hosts\nColumns: name\nFilter: name !~~ WEB', 'db\n'],
  ['a list that has a member', 'GET hosts\nColumns: name\nFilter: groups >= all', 'web-1\n'],
  ['a list that has it not', 'GET hosts\nColumns: name\nFilter: groups < web', 'db\n'],
  ['a list that is empty', 'GET hosts\nColumns: name\nFilter: groups = ', 'db\n'],
  [
    'a custom variable',
    'GET hosts\nColumns: name custom_variables\nFilter: custom_variables = OS linux',
    'web-1;OS|linux\n',
  ],
  ['numbers in order', 'GET hosts\nColumns: name\nFilter: latency > 0.5\nFilter: latency <= 1.5', 'web-2\n'],
  ['hard states', 'GET hosts\nColumns: name state hard_state state_type\nFilter: name = web-2', 'web-2;1;0;0\n'],
  [
    'columns of the host of a service',
    'GET services\nColumns: host_name description host_state host_parents\nFilter: host_state = 2',
    'db;pg;2;web-1\n',
  ],
  [
    'long output on one line',
    'GET services\nColumns: plugin_output long_plugin_output perf_data\nFilter: description = http',
    'OK: fine;a\\nb;time=1s\n',
  ],
  [
    'services counted by state',
    'GET hosts\nColumns: num_services num_services_crit num_services_hard_warn worst_service_state\nFilter: name = web-1',
    '2;1;0;2\n',
  ],
  [
    'comments and downtimes with their text',
    'GET services\nColumns: comments_with_info\nFilter: acknowledged = 1',
    '4|ann|on it\n',
  ],
  [
    'downtimes',
    'GET downtimes\nColumns: id host_name service_description start_time is_service host_alias',
    '9;db;;1700000000;0;db\n',
  ],
  [
    'comments',
    'GET comments\nColumns: id host_name service_description entry_type service_state',
    '4;web-1;disk full;4;2\n',
  ],
  [
    'host groups',
    'GET hostgroups\nColumns: name members num_hosts num_services num_hosts_up',
    'web;web-1,web-2,gone;2;2;1\n',
  ],
  ['service groups', 'GET servicegroups\nColumns: name members num_services_ok', 'shop;web-1|http,db|pg;1\n'],
  ['hosts by group', 'GET hostsbygroup\nColumns: hostgroup_name name', 'web;web-1\nweb;web-2\n'],
  [
    'services by group',
    'GET servicesbygroup\nColumns: servicegroup_name host_name description',
    'shop;web-1;http\nshop;db;pg\n',
  ],
  [
    'services by host group',
    'GET servicesbyhostgroup\nColumns: hostgroup_name host_name description',
    'web;web-1;http\nweb;web-1;disk full\n',
  ],
  ['contact groups, commands and time periods', 'GET contactgroups\nColumns: name members', 'ops;ann,bob\n'],
  ['commands', 'GET commands', 'name;line\ncheck-http;/check_http $ARG1$\n'],
  ['time periods', 'GET timeperiods\nColumns: name in', '24x7;1\n'],
  [
    'the program',
    'GET status\nColumns: program_start program_version num_hosts service_checks_rate',
    '1700000000;1.0;3;0.5\n',
  ],
  [
    'the columns of a table',
    'GET columns\nColumns: name type\nFilter: table = timeperiods',
    'name;string\nalias;string\nin;int\n',
  ],
  ['statistics over nothing', 'GET hosts\nStats: state = 0\nFilter: name = none', '0\n'],
  [
    'aggregates',
    'GET hosts\nStats: sum latency\nStats: min latency\nStats: max latency\nStats: avg latency',
    '6;0.5;4;2\n',
  ],
  [
    'aggregates of inverses',
    'GET hosts\nStats: suminv latency\nFilter: latency < 4\nStats: std latency',
    '2.6666666666666665;0.7071067811865476\n',
  ],
  [
    'statistics combined',
    'GET services\nStats: state = 2\nStats: acknowledged = 0\nStatsAnd: 2\nStats: state = 2\nStatsNegate:',
    '0;2\n',
  ],
  [
    'groups with a header and a limit',
    'GET services\nColumns: host_name\nStats: state >= 0\nColumnHeaders: on\nLimit: 1',
    'host_name;stats_1\nweb-1;2\n',
  ],
];
test.each(answers)('%s', async (_, query, body) => {
  expect(await ask(site(), query)).toMatchObject({ code: 200, body });
});

test.each([
  ['GET hosts\nColumns: nosuch', 450, "Table 'hosts' has no column 'nosuch'."],
  ['GET hosts\nFilter: nosuch = 1', 450, "Table 'hosts' has no column 'nosuch'."],
  ['GET hosts\nStats: sum nosuch', 450, "Table 'hosts' has no column 'nosuch'."],
  ['GET hosts\nFilter: state = up', 400, 'Invalid filter: "up" is no number.'],
  ['GET hosts\nFilter: name ~ (', 400, expect.stringMatching(/^Invalid filter: /)],
  ['GET hosts\nFilter: name ~ (?=a)b', 400, expect.stringMatching(/^Invalid filter: /)],
])('%j is refused with %i', async (query, code, body) => {
  expect(await ask(site(), query)).toMatchObject({ code, body });
});

test('a pattern that would take for ever elsewhere takes no time', async () => {
  const rows = smallSite({ hosts: [hostRow('a'.repeat(5000))] });
  expect(await ask(rows, 'GET hosts\nColumns: name\nFilter: name ~ ^(a+)+$b')).toMatchObject({ body: '' });
});

test('somebody sees the hosts that he is a contact of, their services and what is said of them', async () => {
  const seen = async (user: string, table: string, column: string) =>
    (await ask(site(), `GET ${table}\nColumns: ${column}\nAuthUser: ${user}`)).body;
  expect(await seen('ann', 'hosts', 'name')).toBe('web-1\n');
  expect(await seen('ann', 'services', 'description')).toBe('http\ndisk full\n');
  expect(await seen('bob', 'services', 'description')).toBe('disk full\n');
  expect(await seen('bob', 'comments', 'id')).toBe('4\n');
  expect(await seen('eve', 'downtimes', 'id')).toBe('');
});

test('only what a query needs is loaded', async () => {
  const rows = site();
  await ask(rows, 'GET services\nColumns: host_name description state\nFilter: state = 2');
  expect(rows.asked).toEqual(['services']);
  await ask(rows, 'GET services\nColumns: description\nFilter: host_state = 0');
  expect(rows.asked).toEqual(['services', 'services', 'hosts']);
});

test('the log is read only as far back as its filter says', async () => {
  const rows = site();
  rows.logRows = [
    {
      atMs: NOON,
      class: 'alert',
      type: 'HOST ALERT',
      options: 'db;DOWN;HARD;1;x',
      hostName: 'db',
      state: 'down',
      stateType: 'hard',
      attempt: 1,
      output: 'x',
    },
  ];
  const query =
    'GET log\nColumns: time type message state current_host_state\nFilter: time >= 1699999999\nFilter: time < 1700000001';
  expect((await ask(rows, query)).body).toBe('1700000000;HOST ALERT;[1700000000] HOST ALERT: db;DOWN;HARD;1;x;1;2\n');
  expect(rows.asked[0]).toMatch(/hosts|log 1699999999000–1700000001000/);
  expect(rows.asked).toContain('log 1699999999000–1700000001000');
});

test('the history tells what share of the time was spent in each state', async () => {
  const rows = site();
  const span = {
    hostName: 'web-1',
    description: 'http',
    isInDowntime: false,
    isHostDown: false,
    isFlapping: false,
    output: 'x',
  };
  rows.spans = [
    { ...span, state: 'ok', fromMs: NOON, untilMs: NOON + 75_000 },
    { ...span, state: 'critical', fromMs: NOON + 75_000, untilMs: NOON + 100_000 },
  ];
  const query = `GET statehist\nColumns: state duration duration_part\nFilter: time >= ${NOON / 1000}\nFilter: time < ${NOON / 1000 + 100}`;
  expect((await ask(rows, query)).body).toBe('0;75;0.75\n2;25;0.25\n');
});

test('every column of every table can be read, of the whole site at once', async () => {
  for (const [name, table] of TABLES) {
    const { code, body } = await ask(site(), `GET ${name}\nOutputFormat: json\nColumnHeaders: on`);
    const [header, ...rows] = JSON.parse(body) as string[][];
    expect([name, code, header]).toEqual([name, 200, table.columns.map((column) => column.name)]);
    expect(new Set(header).size, `${name} has each column once`).toBe(header?.length);
    for (const row of rows) expect(row).toHaveLength(header?.length ?? 0);
  }
});

test('a query waits until its condition holds', async () => {
  const rows = site();
  const clock = new FakeClock();
  const query =
    'GET hosts\nColumns: name state\nFilter: name = db\nWaitObject: db\nWaitCondition: state = 0\nWaitTimeout: 10000';
  const answer = ask(rows, query, clock);
  for (let step = 0; step < 8; step++) {
    if (step === 4) rows.collections.hosts = [hostRow('db', { state: 'up' })];
    await new Promise(setImmediate);
    clock.advance(250);
  }
  expect((await answer).body).toBe('db;0\n');
  expect(clock.monotonicMs()).toBeLessThan(10_000);
});

test('a query that waits in vain is answered when its time is over', async () => {
  const clock = new FakeClock();
  const query =
    'GET services\nColumns: state\nFilter: description = pg\nWaitObject: db;pg\nWaitCondition: state = 0\nWaitTimeout: 1000';
  const answer = ask(site(), query, clock);
  let isAnswered = false;
  void answer.then(() => (isAnswered = true));
  for (let step = 0; step < 10 && !isAnswered; step++) {
    await new Promise(setImmediate);
    clock.advance(250);
  }
  expect((await answer).body).toBe('3\n');
});

test('any filter over any column is answered, whatever it says', async () => {
  const columns = TABLES.get('services')?.columns.map(({ name }) => name) ?? [];
  const operators = ['=', '!=', '~', '!~', '=~', '~~', '<', '>', '<=', '>='];
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...columns),
      fc.constantFrom(...operators),
      fc.string(),
      async (column, operator, value) => {
        const text = value.replaceAll('\n', ' ');
        const { code } = await ask(site(), `GET services\nColumns: description\nFilter: ${column} ${operator} ${text}`);
        expect([200, 400]).toContain(code);
      },
    ),
    { numRuns: 500 },
  );
});
