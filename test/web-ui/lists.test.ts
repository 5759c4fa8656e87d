// Order, filters and groups of the lists.

import { describe, expect, test } from 'vitest';
import type { ProblemRow } from '#web/contract/alerting.ts';
import type { Drift } from '#web/contract/inventory.ts';
import { fieldName, queryString } from '#web/ui/data/api-client.ts';
import { resourcesTouchedBy } from '#web/ui/data/event-effects.ts';
import { matching } from '#web/ui/data/list.ts';
import { rankEntries } from '#web/ui/parts/palette-rank.ts';
import { keyName } from '#web/ui/parts/shortcuts.ts';
import { bulletOf, upperEnd } from '#web/ui/screens/checks/bullet-scale.ts';
import { groupDrift } from '#web/ui/screens/configuration/drift-groups.ts';
import { problemsByHost, stateOfHost } from '#web/ui/screens/hosts/host-state.ts';
import { stateOfAlert } from '#web/ui/screens/problems/alert-state.ts';
import { inOrder, passing } from '#web/ui/screens/problems/problem-order.ts';

const problem = (id: string, overrides: Partial<ProblemRow> = {}): ProblemRow => ({
  id,
  title: id,
  severity: 'page',
  state: 'open',
  ruleId: null,
  ruleName: 'rule',
  host: { id: 'h1', name: 'web-1', cluster: 'eu', owner: null },
  check: null,
  series: null,
  value: null,
  threshold: null,
  operator: null,
  unit: '',
  evidence: { summary: 'x' },
  openedAt: '2026-11-21T03:00:00.000Z',
  acknowledgedAt: null,
  owner: null,
  resolvedAt: null,
  resolvedBy: null,
  resolvedEvidence: null,
  healedByRunId: null,
  reopened: 0,
  pagesSent: 0,
  reflexStatus: null,
  reflexSummary: null,
  lastComment: null,
  checkHistory: [],
  ...overrides,
});

describe('problems', () => {
  const list = [
    problem('owned page', { owner: 'anna' }),
    problem('old urgent', { severity: 'urgent', openedAt: '2026-11-21T01:00:00.000Z' }),
    problem('new urgent', { severity: 'urgent', openedAt: '2026-11-21T02:00:00.000Z' }),
    problem('page'),
  ];
  test('stand unowned before owned, then worst, then newest first', () => {
    expect(inOrder(list).map((row) => row.id)).toEqual(['page', 'new urgent', 'old urgent', 'owned page']);
  });
  test('a severity filter means those that nobody has', () => {
    expect(passing(list, 'page').map((row) => row.id)).toEqual(['page']);
    expect(passing(list, 'owned').map((row) => row.id)).toEqual(['owned page']);
    expect(passing(list, 'nonsense')).toHaveLength(4);
  });
  const states: [string, Partial<ProblemRow>, string][] = [
    ['of a silent host is down', {}, 'down'],
    [
      'of a check has the state of the check',
      { check: { id: 'c', name: 'http' }, checkHistory: [{ at: 1, state: 'unknown' }] },
      'unknown',
    ],
    [
      'of a check that is fine again keeps its severity',
      { check: { id: 'c', name: 'http' }, checkHistory: [{ at: 1, state: 'ok' }] },
      'critical',
    ],
    [
      'on a metric shows its severity',
      { series: { cluster: 'c', host: 'h', metric: 'm' }, severity: 'urgent' },
      'warning',
    ],
    ['for information is no warning', { series: { cluster: 'c', host: 'h', metric: 'm' }, severity: 'info' }, 'info'],
  ];
  for (const [what, overrides, state] of states) {
    test(`a problem ${what}`, () => expect(stateOfAlert(problem('p', overrides))).toBe(state));
  }
});

describe('hosts', () => {
  const byHost = problemsByHost([problem('a', { severity: 'ticket' }), problem('b'), problem('c', { host: null })]);
  test('count their problems and know the worst', () => expect(byHost.get('h1')).toEqual({ worst: 'page', count: 2 }));
  const cases: [string, Parameters<typeof stateOfHost>, string][] = [
    ['silence is worse than a problem', [{ reporting: 'down' }, byHost.get('h1')], 'down'],
    ['a page makes it critical', [{ reporting: 'up' }, byHost.get('h1')], 'critical'],
    ['never heard is pending', [{ reporting: 'unknown' }, undefined], 'pending'],
    ['else it is OK', [{ reporting: 'up' }, undefined], 'ok'],
  ];
  for (const [what, given, state] of cases) test(what, () => expect(stateOfHost(...given)).toBe(state));
});

test('a filter wants every word, in any order and case', () => {
  const names = ['web-1 debian', 'web-2 ubuntu', 'db-1 debian'];
  expect(matching(names, 'DEB web', (name) => name)).toEqual(['web-1 debian']);
  expect(matching(names, '  ', (name) => name)).toEqual(names);
});

test('the palette puts the closest name first', () => {
  const entries = ['db-17', 'web-17', 'web', 'new web check'].map((name) => ({
    name,
    aliases: name === 'db-17' ? 'webshop' : '',
  }));
  expect(rankEntries(entries, 'web').map((entry) => entry.name)).toEqual(['web', 'web-17', 'new web check', 'db-17']);
  expect(rankEntries(entries, 'w17').map((entry) => entry.name)).toEqual(['web-17']);
  expect(rankEntries(entries, 'zz')).toEqual([]);
});

describe('the same drift on many hosts is shown once', () => {
  const drift = (hostId: string, diff: string): Drift => ({
    desiredStateId: 'd',
    desiredStateName: 'motd',
    hostId,
    hostName: hostId,
    status: 'drifted',
    summary: 's',
    diff,
    desiredVersion: 1,
    since: '2026-11-21T03:00:00.000Z',
    checkedAt: null,
  });
  test('grouped by diff, most hosts first', () => {
    const groups = groupDrift([drift('a', '-1'), drift('b', '-2'), drift('c', '-2')]);
    expect(groups.map((group) => group.hosts.map((host) => host.id))).toEqual([['b', 'c'], ['a']]);
  });
});

describe('events refresh what they touch', () => {
  const cases: [string, Parameters<typeof resourcesTouchedBy>[0], string][] = [
    ['an alert changes the problems', { kind: 'alert.opened', data: {} }, 'problems'],
    ['a finished task changes its run', { kind: 'task.finished', data: {} }, 'runs'],
    ['a changed rule changes the rules', { kind: 'config.changed', data: { kind: 'rule' } }, 'rules'],
    ['an unknown object is still a line of the timeline', { kind: 'config.changed', data: { kind: 'x' } }, 'events'],
  ];
  for (const [what, event, resource] of cases) test(what, () => expect(resourcesTouchedBy(event)).toContain(resource));
  test('a report of an agent does not reload the timeline', () => {
    expect(resourcesTouchedBy({ kind: 'agent.reported', data: {} })).toEqual(['hosts']);
  });
});

test('keys are named with their modifier or their sequence', () => {
  const press = (key: string, ctrlKey = false) => ({ key, ctrlKey, metaKey: false, altKey: false });
  expect(keyName(press('K', true), false)).toBe('mod+k');
  expect(keyName(press('p'), true)).toBe('g p');
  expect(keyName(press('Enter'), false)).toBe('Enter');
});

test('paths of refused fields become names', () => {
  expect(['/spec/port', 'body.spec.port', 'body/name', 'name'].map(fieldName)).toEqual([
    'spec.port',
    'spec.port',
    'name',
    'name',
  ]);
});

test('empty query values are left out', () => {
  expect(queryString({ a: 1, b: '', c: null, d: undefined, e: 'x y', f: false })).toBe('?a=1&e=x+y&f=false');
  expect(queryString({})).toBe('');
});

describe('limits on a bar', () => {
  const ends: [string | null, number | null][] = [
    ['80', 80],
    ['10:90', 90],
    ['@80:90', 90],
    ['10:', null],
    ['~:5', 5],
    [null, null],
    ['', null],
  ];
  for (const [range, end] of ends) test(`${range} ends at ${end}`, () => expect(upperEnd(range)).toBe(end));
  const item = { label: 'x', value: 50, uom: '%', warn: '80', crit: '90', min: null, max: null, metric: 'x' };
  test('a percentage is drawn to 100', () => expect(bulletOf(item)).toEqual({ value: 0.5, warn: 0.8, crit: 0.9 }));
  test('without value or limit there is no bar', () => {
    expect(bulletOf({ ...item, value: null })).toBeNull();
    expect(bulletOf({ ...item, uom: 's', warn: null, crit: null })).toBeNull();
  });
});
