// When a master's trouble holds back checks and words (§3.6).

import { expect, test } from 'vitest';
import type { ServiceState } from '#kernel/domain/check-state.ts';
import type { ServiceCheckState } from '#checks/machine/check-state.ts';
import { failedMaster } from '#checks/machine/dependencies.ts';
import { mayRun } from '#checks/machine/may-run.ts';
import type { Dependency } from '#checks/machine/surroundings.ts';
import { serviceNode, siteWith, type ServiceNode } from './site-nodes.ts';
import { lonelyService } from './story.ts';

function master(name: string, state: ServiceState, change: Partial<ServiceCheckState> = {}): ServiceNode {
  const node = serviceNode(lonelyService().host, name);
  node.current = { ...node.current, isChecked: true, state, lastHardState: state, ...change };
  return node;
}

const on = (node: ServiceNode, change: Partial<Dependency<ServiceState>> = {}): Dependency<ServiceState> => ({
  master: node,
  executionFailure: ['critical', 'pending'],
  notificationFailure: ['unknown'],
  period: null,
  inheritsParent: false,
  usesSoftStates: false,
  ...change,
});

const site = siteWith({}, (name) => name !== 'never');
const soft = { type: 'soft', lastHardState: 'ok' } as const;

const cases: [string, Dependency<ServiceState>[], string | null][] = [
  ['no dependency holds nothing', [], null],
  ['a master that is well holds nothing', [on(master('db', 'ok'))], null],
  ['a master in a failing state holds', [on(master('db', 'critical'))], 'web-1;db'],
  ['its soft state does not count', [on(master('db', 'critical', soft))], null],
  [
    'its soft state counts when the site says so',
    [on(master('db', 'critical', soft), { usesSoftStates: true })],
    'web-1;db',
  ],
  [
    'its last hard state counts while it is soft',
    [on(master('db', 'ok', { type: 'soft', lastHardState: 'critical' }))],
    'web-1;db',
  ],
  ['a master never checked holds when that is a criterion', [on(master('db', 'ok', { isChecked: false }))], 'web-1;db'],
  [
    'and does not when it is none',
    [on(master('db', 'ok', { isChecked: false }), { executionFailure: ['critical'] })],
    null,
  ],
  [
    'a master that is taken for ill until its first result is not pending',
    [on(master('db', 'warning', { isChecked: false }))],
    null,
  ],
  ['outside its period a dependency holds nothing', [on(master('db', 'critical'), { period: 'never' })], null],
  ['of several any failing one holds', [on(master('db', 'ok')), on(master('disk', 'critical'))], 'web-1;disk'],
];
test.each(cases)('%s', (_, dependencies, failed) => {
  expect(failedMaster(dependencies, 'execution', site, 0)).toBe(failed);
});

test('what the master depends on counts only when it is inherited', () => {
  const middle = master('app', 'ok');
  middle.dependencies.push(on(master('db', 'critical')));
  expect(failedMaster([on(middle)], 'execution', site, 0)).toBeNull();
  expect(failedMaster([on(middle, { inheritsParent: true })], 'execution', site, 0)).toBe('web-1;db');
});

test('a ring that slipped through is no endless loop', () => {
  const ring = master('a', 'ok');
  ring.dependencies.push(on(ring, { inheritsParent: true }));
  expect(failedMaster(ring.dependencies, 'execution', site, 0)).toBeNull();
});

test('criteria for checks and for words are two things', () => {
  const dependencies = [on(master('db', 'unknown'))];
  expect(failedMaster(dependencies, 'execution', site, 0)).toBeNull();
  expect(failedMaster(dependencies, 'notification', site, 0)).toBe('web-1;db');
});

test('a check is not run, with the reason, unless it is forced', () => {
  const service = lonelyService();
  const ask = (isForced = false) => mayRun(service.settings, service, isForced, 0);
  expect(ask()).toEqual({ may: true });

  service.dependencies.push(on(master('db', 'critical')));
  expect(ask()).toEqual({ may: false, why: 'dependency', master: 'web-1;db' });

  service.site = siteWith({ skipsServicesOfDownHosts: true }, () => false);
  service.host.current = { ...service.host.current, state: 'down' };
  expect(ask()).toEqual({ may: false, why: 'host_down', host: 'web-1' });

  service.settings = { ...service.settings, checkPeriod: 'office' };
  expect(ask()).toEqual({ may: false, why: 'check_period', period: 'office' });

  service.settings = { ...service.settings, activeChecks: false };
  expect(ask()).toEqual({ may: false, why: 'active_checks_off' });
  expect(ask(true)).toEqual({ may: true });
});
