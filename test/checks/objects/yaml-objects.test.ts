// Objects as YAML documents: the same model as Nagios files give, rules over hosts, and every
// mistake with its line and what is accepted.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileSite } from '#checks/objects/compile-site.ts';
import type { MatchedHost } from '#checks/objects/host-matcher.ts';
import { createProblemList } from '#checks/objects/object-problems.ts';
import { resolveSite } from '#checks/objects/resolve-site.ts';
import { OWN_SITE_SETTINGS } from '#checks/objects/site-settings.ts';
import { readYamlObjects } from '#checks/objects/yaml-objects.ts';

function read(text: string, inventory: MatchedHost[] = []) {
  const problems = createProblemList();
  const objects = readYamlObjects({ file: 'site.yaml', text }, problems);
  const resolved = resolveSite(objects, { ...OWN_SITE_SETTINGS, inventory });
  const compiled = compileSite(resolved, OWN_SITE_SETTINGS);
  const all = [...problems.found, ...resolved.problems, ...compiled.problems];
  return { objects, resolved, compiled, problems: all.map(({ line, message }) => `${line}: ${message}`) };
}

const SITE = `
kind: Command
metadata: {name: check-http}
spec: {commandLine: "$USER1$/check_http -H $HOSTADDRESS$ -p $ARG1$ -u $ARG2$"}
---
kind: HostTemplate
metadata: {name: base}
spec:
  maxAttempts: 4
  checkInterval: 5m
  vars: {TIER: 2, SITE: ams}
---
kind: Host
metadata: {name: web-1}
spec:
  use: base
  address: 10.0.0.1
  hostGroups: [linux]
  vars: {TIER: 1}
---
kind: HostGroup
metadata: {name: linux}
spec: {hosts: [web-2]}
---
kind: Host
metadata: {name: web-2}
spec: {use: [base], parents: web-1}
---
kind: Service
metadata: {name: http}
spec:
  hostGroups: linux
  command: check-http
  arguments: ["8080", "/a!b"]
  interval: 30s
  retryInterval: 10
  notificationOptions: [critical, recovery]
  activeChecksEnabled: true
  timeout: 5
`;

test('a document is the same as a block of Nagios: templates, groups, arguments, durations', () => {
  const { compiled, problems } = read(SITE);
  expect(problems).toEqual([]);
  const [service] = compiled.services;
  expect(service).toMatchObject({
    hostName: 'web-1',
    name: 'http',
    kind: 'plugin',
    spec: {
      commandLine: '$USER1$/check_http -H $HOSTADDRESS$ -p $ARG1$ -u $ARG2$',
      arguments: ['8080', '/a!b'],
      failureState: 'critical',
    },
    intervalMs: 30_000,
    retryIntervalMs: 10_000,
    timeoutMs: 5000,
    settings: { notifications: { options: ['recovery', 'critical'] } },
  });
  expect(compiled.services.map(({ hostName }) => hostName)).toEqual(['web-1', 'web-2']);
  expect(compiled.hosts).toMatchObject([
    { name: 'web-1', maxAttempts: 4, groups: ['linux'], details: { vars: { TIER: '1', SITE: 'ams' } } },
    { name: 'web-2', parents: ['web-1'], details: { vars: { TIER: '2' } } },
  ]);
});

test('each value says which object gave it, with its line', () => {
  const [host] = read(SITE).compiled.hosts;
  expect(host?.details.values).toMatchObject({
    max_check_attempts: { value: '4', from: 'template base (site.yaml:9)' },
    _TIER: { value: '1', from: 'site.yaml:19' },
  });
});

test('a check of a kind of our own is passed on as it is, and needs no command', () => {
  const { compiled, problems } = read(`
kind: Host
metadata: {name: a}
---
kind: Service
metadata: {name: ssh}
spec:
  hosts: [a]
  check: {kind: tcp, settings: {port: 22, tls: {verify: false}}}
`);
  expect(problems).toEqual([]);
  expect(compiled.services).toMatchObject([{ kind: 'tcp', spec: { port: 22, tls: { verify: false } } }]);
});

describe('one rule makes a service on each host that it matches', () => {
  const hosts: MatchedHost[] = Array.from({ length: 1000 }, (_, index) => ({
    name: `web-${index}`,
    cluster: index % 2 === 0 ? 'even' : 'odd',
    groups: ['linux'],
    vars: { TIER: String(index % 10) },
    facts: { os: { family: index < 500 ? 'debian' : 'redhat' } },
  }));
  const count = (where: string) =>
    read(`kind: Service\nmetadata: {name: ping}\nspec:\n  check: {kind: ping}\n  applyTo: {where: ${where}}\n`, hosts)
      .compiled.services.length;

  test.each([
    ['[{group: linux}]', 1000],
    ["[{name: 'web-1*'}]", 111],
    ['[{cluster: even}, {fact: os.family, is: debian}]', 250],
    ["[{var: TIER, is: ['1', '2']}]", 200],
    ['[{any: [{var: TIER, is: 3}, {name: web-4}]}]', 101],
    ['[{not: {fact: os.family, like: "red*"}}]', 500],
    ['[{fact: os.version}]', 0],
  ])('%s', (where, expected) => expect(count(where)).toBe(expected));

  test('a service that was placed by name stands before one by rule', () => {
    const { compiled, problems } = read(
      `kind: Service\nmetadata: {name: ping}\nspec:\n  check: {kind: ping}\n  applyTo: {where: [{name: 'web-*'}]}\n---\nkind: Service\nmetadata: {name: ping}\nspec:\n  hosts: web-7\n  check: {kind: tcp}\n`,
      hosts,
    );
    expect(compiled.services).toHaveLength(1000);
    expect(compiled.services.find(({ hostName }) => hostName === 'web-7')?.kind).toBe('tcp');
    expect(problems).toEqual([]);
  });
});

describe('mistakes are told with their line, all at once', () => {
  const inService = (spec: string) =>
    `kind: Service\nmetadata: {name: x}\nspec:\n  check: {kind: tcp}\n  hosts: h\n${spec}`;
  const host = `\n---\nkind: Host\nmetadata: {name: h}\n`;
  test.each([
    [
      'a kind that is near',
      'kind: Servce\nmetadata: {name: x}\n',
      ['1: kind: "Servce" is no kind', 'Did you mean Service?'],
    ],
    ['no name', 'kind: Host\nspec: {}\n', ['1: Host: metadata.name is missing.']],
    [
      'an unknown key',
      inService('  maxCheckAttemts: 3\n') + host,
      ['6: spec.maxCheckAttemts is not known', 'Did you mean spec.maxCheckAttempts?'],
    ],
    [
      'a wrong duration',
      inService('  checkInterval: soon\n') + host,
      ['6: spec.checkInterval: "soon" was given; a number of seconds'],
    ],
    ['a wrong option', inService('  notificationOptions: [w, x]\n') + host, ['6: service', 'is accepted.']],
    [
      'a flag that is no flag',
      inService('  isVolatile: maybe\n') + host,
      ['6: spec.isVolatile: "maybe" was given; true or false'],
    ],
    [
      'a condition that does not exist',
      inService('  applyTo: {where: [{grp: linux}]}\n') + host,
      ['6: "grp" is no condition'],
    ],
    ['a host that is not there', inService(''), ["5: service 'h/x': host_name names 'h', not defined anywhere"]],
    ['text that is no YAML', 'kind: [\n', ['Not YAML']],
    [
      'arguments without a command',
      inService('  arguments: [a]\n') + host,
      ['6: spec.arguments are those of spec.command'],
    ],
    [
      'rules on a host',
      `kind: Host\nmetadata: {name: h}\nspec:\n  applyTo: {where: [{name: a}]}\n`,
      ['4: spec.applyTo is for service only.'],
    ],
  ])('%s', (_what, text, expected) => {
    const { problems } = read(text);
    for (const part of expected) expect(problems.join('\n')).toContain(part);
  });

  test('two mistakes in two documents are two problems, and the third is taken', () => {
    const { problems, compiled } = read(
      `kind: Hots\n---\nkind: Host\nmetadata: {name: a}\nspec: {adress: x}\n---\nkind: Host\nmetadata: {name: b}\n`,
    );
    expect(problems).toHaveLength(2);
    expect(compiled.hosts.map(({ name }) => name)).toEqual(['a', 'b']);
  });
});

test('time periods take weekdays and dates, under days or beside the rest', () => {
  const { compiled, problems } = read(`
kind: TimePeriod
metadata: {name: office}
spec:
  alias: Office
  monday: 9:00-17:00
  days:
    2026-12-24: ["00:00-12:00", "13:00-14:00"]
    someday: 00:00-24:00
  exclude: [office]
`);
  expect(compiled.timePeriods[0]?.definition).toEqual({
    alias: 'Office',
    monday: '09:00-17:00',
    '2026-12-24': '00:00-12:00,13:00-14:00',
  });
  expect(problems).toEqual([expect.stringContaining('9: '), expect.stringContaining('office → office')]);
});

test('no text stops the reader', () => {
  const pieces = fc.constantFrom(
    'kind: Host\n',
    'spec:\n',
    '  use: ',
    '[',
    '{',
    '&a ',
    '*a',
    '---\n',
    'metadata: {name: x}\n',
    '- ',
    ': ',
    '\t',
    'applyTo: {where: ',
    '}',
    '\0',
    '!!binary x',
    '"',
  );
  fc.assert(fc.property(fc.array(pieces, { maxLength: 40 }), (parts) => void read(parts.join(''))));
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => void read(text)));
  expect(read('['.repeat(50_000)).problems).toHaveLength(1);
  const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefghij'
    .split('')
    .map((name, at) => `${name}: &${name} [${Array(9).fill(`*${'abcdefghi'[at]}`).join(',')}]`)
    .join('\n')}`;
  expect(read(bomb).problems).toHaveLength(1);
});
