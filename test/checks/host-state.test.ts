// The host machine as an operator would tell it; recordings are in vectors.fixtures.test.ts.

import { expect, test } from 'vitest';
import { HOST_STATES, type HostState } from '#kernel/domain/check-state.ts';
import { hostStateOfExit, serviceStateOfExit } from '#checks/exit-code.ts';
import { DEFAULT_FLAP_SETTINGS } from '#checks/flapping.ts';
import { decideHostState, initialHostCheckState, reachableState } from '#checks/host-state.ts';

const LETTERS: Record<string, HostState> = { U: 'up', D: 'down', X: 'unreachable' };

function tell(results: string, counting: 'attempts' | 'hard_at_once'): string {
  const settings = { maxAttempts: 3, flap: DEFAULT_FLAP_SETTINGS, flapStates: HOST_STATES };
  let machine = initialHostCheckState(3);
  return [...results]
    .map((letter) => {
      const { after, effects } = decideHostState(machine, LETTERS[letter] ?? 'down', settings, counting);
      machine = after;
      const { transition } = effects;
      return transition ? `${transition.type}${transition.attempt}${transition.isHardChange ? '!' : ''}` : '-';
    })
    .join(' ');
}

const stories: [string, string, string][] = [
  ['three lost pings make a host hard down', 'UDDDD', '- soft1 soft2 hard3! -'],
  ['a soft recovery stays soft, and settles without a word', 'DUUD', 'soft1 soft1 - soft1'],
  ['a hard recovery is told once', 'DDDUU', 'soft1 soft2 hard3! hard1! -'],
  ['down to unreachable while hard is a hard change', 'DDDXD', 'soft1 soft2 hard3! hard3! hard3!'],
];
test.each(stories)('%s', (_, results, transitions) => {
  expect(tell(results, 'attempts')).toBe(transitions);
});

test('a passive result of a host is hard at once', () => {
  expect(tell('UDDXU', 'hard_at_once')).toBe('- hard1! - hard1! hard1!');
});

const reach: [string, 'up' | 'down', HostState[], HostState][] = [
  ['without parents down is down', 'down', [], 'down'],
  ['one parent up is a way in', 'down', ['down', 'up'], 'down'],
  ['no parent up hides the host', 'down', ['down', 'unreachable'], 'unreachable'],
  ['a host that answers is up, whatever its parents say', 'up', ['down'], 'up'],
];
test.each(reach)('%s', (_, state, parents, expected) => {
  expect(reachableState(state, parents)).toBe(expected);
});

test('exit codes of host plugins: WARNING is up unless the site is strict', () => {
  expect([0, 1, 2, 3, 127].map((code) => hostStateOfExit(code, true))).toEqual(['up', 'up', 'down', 'down', 'down']);
  expect(hostStateOfExit(1, false)).toBe('down');
});

test('exit codes of service plugins: four mean something, the rest is up to the check', () => {
  expect([0, 1, 2, 3].map((code) => serviceStateOfExit(code, 'unknown'))).toEqual([
    'ok',
    'warning',
    'critical',
    'unknown',
  ]);
  expect([-1, 4, 126, 255].map((code) => serviceStateOfExit(code, 'critical'))).toEqual(Array(4).fill('critical'));
});
