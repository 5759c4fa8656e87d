// What parents make of a host that does not answer, and who is looked at because of it.

import { expect, test } from 'vitest';
import type { HostState } from '#kernel/domain/check-state.ts';
import { connect, hostNode, siteWith, type HostNode } from './site-nodes.ts';
import { hostStateOfPassiveCode, serviceStateOfPassiveCode } from '#checks/machine/result-state.ts';
import { Story } from './story.ts';

const inState = (host: HostNode, state: HostState): HostNode => {
  host.current = { ...host.current, state };
  return host;
};

function behind(...states: HostState[]): HostNode {
  const site = siteWith();
  const host = hostNode(site, 'web-1', {
    maxAttempts: 1,
    notifications: { isEnabled: false, period: null, options: null, intervalSec: 0, firstDelaySec: 0 },
  });
  for (const [i, state] of states.entries()) connect(inState(hostNode(site, `gw-${String(i)}`), state), host);
  return host;
}

const reach: [string, HostState[], HostState][] = [
  ['without parents down is down', [], 'down'],
  ['one parent up is a way in', ['down', 'up'], 'down'],
  ['no parent up hides the host', ['down', 'unreachable'], 'unreachable'],
];
test.each(reach)('%s', (_, parents, expected) => {
  const host = behind(...parents);
  new Story(host).results('D');
  expect(host.current.state).toBe(expected);
});

test('a host that answers is up, whatever its parents say', () => {
  const host = behind('down');
  new Story(host).results('U');
  expect(host.current.state).toBe('up');
});

test('a passive result is taken as it was given, unless the site translates it', () => {
  const given = behind('down');
  new Story(given).results('D', { isPassive: true });
  expect(given.current.state).toBe('down');

  const translated = behind('down');
  translated.site = siteWith({ translatesPassiveHosts: true });
  new Story(translated).results('D', { isPassive: true });
  expect(translated.current.state).toBe('unreachable');
});

test('a switch that goes down has its parents and its children looked at, and again when it is back', () => {
  const site = siteWith();
  const [router, gw, web, db] = ['router', 'gw', 'web', 'db'].map((name) => hostNode(site, name, { maxAttempts: 1 }));
  if (!router || !gw || !web || !db) throw new Error('four hosts');
  connect(router, gw);
  connect(gw, web);
  connect(gw, inState(db, 'unreachable'));
  const story = new Story(gw);
  const looks = (letter: string): string[] => story.results(letter).filter((sentence) => sentence.startsWith('look'));
  expect(looks('D')).toEqual(['look at router: parent', 'look at web: child']);
  expect(looks('D')).toEqual([]);
  inState(web, 'unreachable');
  expect(looks('U')).toEqual(['look at router: parent', 'look at web,db: child']);
});

test('codes of passive host results name the state; what is none of them is down', () => {
  expect([0, 1, 2, 3, -1].map(hostStateOfPassiveCode)).toEqual(['up', 'down', 'unreachable', 'down', 'down']);
});

test('codes of passive service results: four mean something, the rest is unknown', () => {
  const states = [0, 1, 2, 3].map(serviceStateOfPassiveCode);
  expect(states).toEqual(['ok', 'warning', 'critical', 'unknown']);
  expect([-1, 4, 255, 0.5].map(serviceStateOfPassiveCode)).toEqual(Array(4).fill('unknown'));
});
