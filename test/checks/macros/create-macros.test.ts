import { expect, test } from 'vitest';
import { createMacros } from '#checks/macros/create-macros.ts';
import { environmentMacros } from '#checks/macros/expand-macros.ts';
import type { HostFacts, MacroFacts, ServiceFacts } from '#checks/macros/macro-facts.ts';
import { berlin, periodOf } from '../time-period/days-of-period.ts';

const NOW_MS = Date.parse('2026-07-05T08:09:10Z');
const object = {
  displayName: 'shown',
  stateType: 'hard' as const,
  attempt: 3,
  maxAttempts: 4,
  latencySec: 0.1234,
  executionTimeSec: 1.5,
  stateSinceMs: NOW_MS - 93_784_000,
  lastCheckMs: NOW_MS - 1500,
  downtimeDepth: 1,
  percentChange: 12.345,
  longOutput: 'more',
  perfdata: 'a=1',
  checkCommand: 'probe!x',
  notes: 'ask $HOSTALIAS$ $HOSTNOTES$',
  actionUrl: '',
  groups: ['web', 'all'],
  importance: 7,
  eventId: '11',
  lastEventId: '10',
  problemId: '5',
  lastProblemId: '0',
};
const host = (name: string, state: HostFacts['state']): HostFacts => ({
  ...object,
  name,
  alias: `${name} & co`,
  address: '192.0.2.1',
  state,
  lastState: 'up',
  lastInStateMs: { up: NOW_MS - 60_000 },
  output: 'down $USER1$',
  notesUrl: 'http://wiki/?h=$HOSTALIAS$',
  customVariables: { SITE: 'ams' },
  serviceStates: () => ['ok', 'critical', 'ok'],
});
const service = (hostName: string, description: string, state: ServiceFacts['state']): ServiceFacts => ({
  ...object,
  hostName,
  description,
  state,
  lastState: 'ok',
  lastInStateMs: {},
  output: 'bad',
  notesUrl: 'http://wiki/$HOSTNAME$/$SERVICEDESC$',
  isVolatile: true,
  customVariables: { EXTRA: '-e 200' },
  acknowledgement: { author: 'ops', comment: 'on it' },
});
const hosts = [host('web-1', 'down'), host('web-2', 'up')];
const services = [service('web-1', 'http', 'critical'), service('web-2', 'disk: /', 'ok')];
const group = { name: 'web', alias: 'Web servers', notes: 'n', notesUrl: '', actionUrl: '' };
const count = (all: number) => ({ all, unhandled: all - 1 });

function factsOf(changes: Partial<MacroFacts> = {}): MacroFacts {
  const [firstHost] = hosts;
  const [firstService] = services;
  return {
    ...(firstHost && { host: firstHost }),
    ...(firstService && { service: firstService }),
    findHost: (name) => hosts.find((each) => each.name === name),
    findService: (name, description) =>
      services.find((each) => each.hostName === name && each.description === description),
    findHostGroup: (name) => (name === 'web' ? { ...group, members: hosts } : undefined),
    findServiceGroup: (name) => (name === 'web' ? { ...group, members: services } : undefined),
    totals: () => ({
      hosts: { up: count(5), down: count(2), unreachable: count(1) },
      services: { ok: count(50), warning: count(4), critical: count(3), unknown: count(2) },
    }),
    resource: (number) => (number === 1 ? '/usr/lib' : undefined),
    process: (name) => (name === 'ADMINEMAIL' ? 'root@localhost' : undefined),
    findTimePeriod: (name) => (name === 'office' ? periodOf({ monday: '09:00-17:00' }) : undefined),
    nowMs: NOW_MS,
    zone: berlin,
    dateFormat: 'us',
    ...changes,
  };
}

test.each<[string, string | undefined]>([
  ['HOSTNAME', 'web-1'],
  ['HOSTSTATE', 'DOWN'],
  ['HOSTSTATEID', '1'],
  ['LASTHOSTSTATE', 'UP'],
  ['HOSTSTATETYPE', 'HARD'],
  ['HOSTATTEMPT', '3'],
  ['MAXHOSTATTEMPTS', '4'],
  ['HOSTLATENCY', '0.123'],
  ['HOSTEXECUTIONTIME', '1.500'],
  ['HOSTDURATION', '1d 2h 3m 4s'],
  ['HOSTDURATIONSEC', '93784'],
  ['HOSTPERCENTCHANGE', '12.35'],
  ['HOSTGROUPNAMES', 'web,all'],
  ['HOSTGROUPNAME', 'web'],
  ['LASTHOSTCHECK', String(NOW_MS / 1000 - 2)],
  ['LASTHOSTUP', String(NOW_MS / 1000 - 60)],
  ['LASTHOSTDOWN', '0'],
  ['TOTALHOSTSERVICES', '3'],
  ['TOTALHOSTSERVICESOK', '2'],
  ['_HOSTSITE', 'ams'],
  ['_HOSTsite', 'ams'],
  ['_HOSTNONE', undefined],
  ['HOSTNOTES', 'ask web-1 & co '],
  ['HOSTNOTESURL', 'http://wiki/?h=web-1%20%26%20co'],
  ['SERVICEDESC', 'http'],
  ['SERVICESTATE', 'CRITICAL'],
  ['SERVICESTATEID', '2'],
  ['SERVICEISVOLATILE', '1'],
  ['LASTSERVICEWARNING', '0'],
  ['SERVICEACKAUTHOR', 'ops'],
  ['HOSTACKCOMMENT', ''],
  ['SERVICENOTESURL', 'http://wiki/web-1/http'],
  ['_SERVICEEXTRA', '-e 200'],
  ['HOSTSTATE:web-2', 'UP'],
  ['HOSTSTATE:web-9', undefined],
  ['HOSTNAME:web:,', 'web-1,web-2'],
  ['HOSTSTATE:web: / ', 'DOWN / UP'],
  ['HOSTNOTES:web-2', 'ask web-2 & co '],
  ['_HOSTSITE:web-2', 'ams'],
  ['SERVICESTATE:web-1:http', 'CRITICAL'],
  ['SERVICESTATEID::http', '2'],
  ['SERVICESTATE:web-2:disk: /', 'OK'],
  ['SERVICEDESC:web:,', 'http,disk: /'],
  ['SERVICENOTESURL:web-2:disk: /', 'http://wiki/web-2/disk%3A%20%2F'],
  ['HOSTGROUPMEMBERS:web', 'web-1,web-2'],
  ['HOSTGROUPALIAS', 'Web servers'],
  ['SERVICEGROUPMEMBERS:web', 'web-1,http,web-2,disk: /'],
  ['HOSTGROUPMEMBERS:none', undefined],
  ['TOTALHOSTSUP', '5'],
  ['TOTALHOSTSUPUNHANDLED', undefined],
  ['TOTALHOSTSDOWNUNHANDLED', '1'],
  ['TOTALHOSTPROBLEMS', '3'],
  ['TOTALSERVICESCRITICAL', '3'],
  ['TOTALSERVICEPROBLEMSUNHANDLED', '6'],
  ['USER1', '/usr/lib'],
  ['USER2', undefined],
  ['ADMINEMAIL', 'root@localhost'],
  ['TIMET', String(NOW_MS / 1000)],
  ['DATE', '07-05-2026'],
  ['TIME', '10:09:10'],
  ['SHORTDATETIME', '07-05-2026 10:09:10'],
  ['LONGDATETIME', 'Sun Jul 5 10:09:10 +02:00 2026'],
  ['ISVALIDTIME:office', '0'],
  [`ISVALIDTIME:office:${NOW_MS / 1000 + 86_400 + 3600}`, '1'],
  ['NEXTVALIDTIME:office', String(Date.parse('2026-07-06T09:00Z') / 1000)],
  ['ISVALIDTIME:never', undefined],
  ['NOSUCH', undefined],
  ['constructor', undefined],
  ['HOSTconstructor', undefined],
])('$%s$ is %j', (name, value) => {
  expect(createMacros(factsOf()).lookup(name)).toBe(value);
});

test.each([
  ['euro', '05-07-2026 10:09:10'],
  ['iso8601', '2026-07-05 10:09:10'],
  ['strict-iso8601', '2026-07-05T10:09:10'],
] as const)('date_format %s', (dateFormat, text) => {
  expect(createMacros(factsOf({ dateFormat })).lookup('SHORTDATETIME')).toBe(text);
});

test('every name that is said to be there has a value, and goes into the environment', () => {
  const { lookup, names } = createMacros(factsOf());
  for (const name of names()) expect(lookup(name), name).toBeTypeOf('string');
  expect(environmentMacros(names(), lookup)).toMatchObject({
    NAGIOS_HOSTNAME: 'web-1',
    NAGIOS__HOSTSITE: 'ams',
    NAGIOS_TOTALHOSTSUP: '5',
  });
});

test('without a service its macros do not exist', () => {
  const { service: _, ...withoutService } = factsOf();
  expect(createMacros(withoutService).lookup('SERVICESTATE')).toBeUndefined();
  expect(createMacros(withoutService).lookup('SERVICESTATE:web-1:http')).toBe('CRITICAL');
});
