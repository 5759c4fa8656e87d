// Random Nagios configurations that a real Nagios accepts: templates, additive lists, groups
// from both sides, exclusions, dependencies, escalations. For putting ours beside it.

import fc from 'fast-check';

const HOSTS = ['h1', 'h2', 'h3', 'h4', 'h5'];
const GROUPS = ['ga', 'gb', 'gc'];
const CONTACTS = ['ada', 'bob', 'cyd'];
const TEAMS = ['ta', 'tb'];
const DESCRIPTIONS = ['http', 'ping', 'disk'];

const block = (type: string, lines: Record<string, string | undefined>): string =>
  `define ${type} {\n${Object.entries(lines)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `  ${name}  ${value}\n`)
    .join('')}}\n`;

const some = (names: readonly string[]): fc.Arbitrary<string> =>
  fc
    .subarray([...names], { minLength: 1 })
    .chain((chosen) => fc.shuffledSubarray(chosen, { minLength: chosen.length }))
    .map((chosen) => chosen.join(','));
const maybe = <Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value | undefined> =>
  fc.option(value, { nil: undefined });
const plus = (list: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.tuple(fc.boolean(), list).map(([isPlus, text]) => (isPlus ? `+${text}` : text));
const letters = (all: string): fc.Arbitrary<string> => fc.oneof(some([...all]), fc.constantFrom('n', 'a'));

const hostLines = {
  contacts: maybe(plus(some(CONTACTS))),
  contact_groups: maybe(plus(some(TEAMS))),
  hostgroups: maybe(plus(some(GROUPS))),
  notification_interval: maybe(fc.constantFrom('0', '15', '2.5')),
  notification_period: maybe(fc.constant('always')),
  notification_options: maybe(letters('durfs')),
  stalking_options: maybe(letters('odu')),
  flap_detection_options: maybe(letters('odu')),
  _SITE: maybe(fc.constantFrom('ams', 'null', 'x y')),
  _tier: maybe(fc.constantFrom('1', '2')),
  freshness_threshold: maybe(fc.constantFrom('0', '90')),
  low_flap_threshold: maybe(fc.constantFrom('5', '7.25')),
};

const template = (type: 'host' | 'service', name: string, uses: readonly string[]) =>
  fc
    .record({
      ...hostLines,
      hostgroups: type === 'host' ? hostLines.hostgroups : fc.constant(undefined),
      notification_options: maybe(letters(type === 'host' ? 'durfs' : 'wucrfs')),
      stalking_options: maybe(letters(type === 'host' ? 'odu' : 'owuc')),
      flap_detection_options: maybe(letters(type === 'host' ? 'odu' : 'owuc')),
      use: uses.length === 0 ? fc.constant(undefined) : maybe(some(uses)),
    })
    .map((lines) => block(type, { name, register: '0', ...lines }));

const host = (name: string, index: number) =>
  fc
    .record({
      ...hostLines,
      use: maybe(some(['ht1', 'ht2', 'ht3'])),
      // Parents only among earlier hosts: no loops.
      parents: index === 0 ? fc.constant(undefined) : maybe(some(HOSTS.slice(0, index))),
      alias: maybe(fc.constantFrom('A host', 'An \\; alias')),
      '2d_coords': maybe(fc.constant('3,4')),
      importance: maybe(fc.constantFrom('3')),
    })
    .map((lines) =>
      block('host', { host_name: name, address: '10.0.0.1', check_command: 'run', max_check_attempts: '3', ...lines }),
    );

const hostList = fc.oneof(
  { weight: 4, arbitrary: some(HOSTS) },
  fc.constant('*'),
  fc.constantFrom(...HOSTS).map((name) => `*,!${name}`),
  fc.constantFrom(...HOSTS.slice(1)).map((name) => `h1,${name},!${name}`),
);
const groupList = fc.oneof(
  some(GROUPS),
  fc.constantFrom('gb', 'gc').map((name) => `ga,!${name}`),
);

const hostGroup = (name: string, index: number) =>
  fc
    .record({
      members: maybe(hostList),
      hostgroup_members: index === 0 ? fc.constant(undefined) : maybe(some(GROUPS.slice(0, index))),
    })
    .map((lines) =>
      block('hostgroup', {
        hostgroup_name: name,
        alias: name,
        ...lines,
        members: name === 'ga' ? 'h1,h2' : lines.members,
      }),
    );

const service = fc
  .record({
    where: fc.constantFrom('host', 'group', 'both'),
    host_name: hostList,
    hostgroup_name: groupList,
    service_description: fc.constantFrom(...DESCRIPTIONS),
    use: maybe(some(['st1', 'st2'])),
    check_command: fc.constantFrom('run', 'run!a!b', String.raw`run!x\!y`),
    servicegroups: maybe(some(['sa', 'sb'])),
    contacts: maybe(plus(some(CONTACTS))),
    contact_groups: maybe(plus(some([...TEAMS]))),
    check_interval: maybe(fc.constantFrom('1', '0.5')),
    display_name: maybe(fc.constantFrom('Shown')),
    _SITE: hostLines._SITE,
  })
  .map(({ where, host_name, hostgroup_name, ...lines }) =>
    block('service', {
      ...(where !== 'group' && { host_name }),
      ...(where !== 'host' && { hostgroup_name }),
      ...lines,
      max_check_attempts: '3',
    }),
  );

const sure = block('service', {
  host_name: 'h1,h2,h3,h4,h5',
  service_description: 'base',
  check_command: 'run',
  max_check_attempts: '1',
});

const escalation = fc
  .record({
    isHost: fc.boolean(),
    host_name: some(HOSTS),
    contacts: maybe(plus(some(CONTACTS))),
    contact_groups: maybe(plus(some(TEAMS))),
    notification_interval: maybe(fc.constantFrom('10')),
    first_notification: fc.constantFrom('1', '3'),
    last_notification: fc.constantFrom('0', '5'),
    escalation_options: maybe(letters('ur')),
  })
  .map(({ isHost, ...lines }) =>
    block(isHost ? 'hostescalation' : 'serviceescalation', {
      ...lines,
      ...(!isHost && { service_description: 'base' }),
    }),
  );

const dependency = fc
  .record({
    isHost: fc.boolean(),
    master: fc.constantFrom('h1', 'h2'),
    dependents: some(['h3', 'h4', 'h5']),
    execution_failure_criteria: maybe(letters('up')),
    notification_failure_criteria: letters('ou'),
    inherits_parent: maybe(fc.constantFrom('0', '1')),
    dependency_period: maybe(fc.constant('always')),
  })
  .map(({ isHost, master, dependents, ...lines }) =>
    block(isHost ? 'hostdependency' : 'servicedependency', {
      host_name: master,
      dependent_host_name: dependents,
      ...(!isHost && { service_description: 'base', dependent_service_description: 'base' }),
      ...lines,
    }),
  );

const serviceGroup = (name: string, inner: string | undefined) =>
  fc
    .record({
      members: maybe(
        some(HOSTS).map((text) =>
          text
            .split(',')
            .map((each) => `${each},base`)
            .join(','),
        ),
      ),
    })
    .map(({ members }) =>
      block('servicegroup', { servicegroup_name: name, alias: name, members, servicegroup_members: inner }),
    );

const FIXED = [
  block('command', { command_name: 'run', command_line: '/bin/true $ARG1$ \\; $ARG2$' }),
  block('timeperiod', {
    timeperiod_name: 'always',
    alias: 'Always',
    monday: '10:00-24:00,00:00-9:30',
    '2026-12-25': '01:00-02:00,05:00-06:00',
    'day 1 - 5': '00:00-24:00',
  }),
  ...CONTACTS.map((name) =>
    block('contact', {
      contact_name: name,
      host_notification_period: 'always',
      service_notification_period: 'always',
      host_notification_options: 'd,r',
      service_notification_options: 'a',
      host_notification_commands: 'run',
      service_notification_commands: 'run',
      ...(name === 'bob' && { contactgroups: 'ta' }),
    }),
  ),
  block('contactgroup', { contactgroup_name: 'ta', alias: 'A', members: 'ada,cyd' }),
  block('contactgroup', { contactgroup_name: 'tb', alias: 'B', members: 'bob', contactgroup_members: 'ta' }),
];

/** Text of one object file. */
export const randomTree: fc.Arbitrary<string> = fc
  .tuple(
    fc.tuple(template('host', 'ht1', []), template('host', 'ht2', ['ht1']), template('host', 'ht3', ['ht1', 'ht2'])),
    fc.tuple(template('service', 'st1', []), template('service', 'st2', ['st1'])),
    fc.tuple(...HOSTS.map(host)),
    fc.tuple(...GROUPS.map(hostGroup)),
    fc.tuple(serviceGroup('sa', undefined), serviceGroup('sb', 'sa')),
    fc.array(service, { minLength: 1, maxLength: 6 }),
    fc.array(escalation, { maxLength: 3 }),
    fc.array(dependency, { maxLength: 3 }),
  )
  .map((parts) => [...FIXED, ...parts.flat(), sure])
  .chain((blocks) => fc.shuffledSubarray(blocks, { minLength: blocks.length }))
  .map((blocks) => blocks.join('\n'));
