// The service machine as an operator would tell it, and what holds for every
// sequence of results. The recorded vectors are in vectors.fixtures.test.ts.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SERVICE_STATES, type ServiceState } from '#kernel/domain/check-state.ts';
import { decideCheckState, initialCheckState, type CheckState, type CheckStateSettings } from '#checks/check-state.ts';
import { DEFAULT_FLAP_SETTINGS } from '#checks/flapping.ts';

const settings = (maxAttempts: number, isVolatile = false): CheckStateSettings => ({
  maxAttempts,
  isVolatile,
  flap: DEFAULT_FLAP_SETTINGS,
  flapStates: SERVICE_STATES,
});

const LETTERS: Record<string, ServiceState> = { O: 'ok', W: 'warning', C: 'critical', U: 'unknown' };

/** Feeds `results` (one letter each; lower case = the host is down) and tells each transition, '-' for none. */
function tell(results: string, maxAttempts = 3, isVolatile = false): string {
  let machine = initialCheckState(maxAttempts);
  return [...results]
    .map((letter) => {
      const to = LETTERS[letter.toUpperCase()] ?? 'unknown';
      const host = { isUp: letter === letter.toUpperCase() };
      const { after, effects } = decideCheckState(machine, to, settings(maxAttempts, isVolatile), host);
      machine = after;
      const { transition } = effects;
      return transition ? `${transition.type}${transition.attempt}${transition.isHardChange ? '!' : ''}` : '-';
    })
    .join(' ');
}

const stories: [string, string, string][] = [
  ['three failures in a row make a hard problem', 'OCCCC', '- soft1 soft2 hard3! -'],
  ['any problem state counts', 'WCUU', 'soft1 soft2 hard3! -'],
  ['a soft problem that goes away is told with one attempt more', 'CCO', 'soft1 soft2 soft3'],
  ['a hard problem that worsens is told at once', 'WWWC', 'soft1 soft2 hard3! hard3!'],
  ['a hard recovery is told once', 'CCCOO', 'soft1 soft2 hard3! hard3! -'],
  ['under a down host nobody waits for more attempts', 'Occ', '- hard1! -'],
  ['a recovery of what became hard under a down host is hard', 'OcCO', '- hard1! - hard1!'],
  ['such a problem does not turn soft when it changes', 'OcW', '- hard1! hard1!'],
];
test.each(stories)('%s', (_, results, transitions) => {
  expect(tell(results)).toBe(transitions);
});

test('with one attempt every problem is hard at once', () => {
  expect(tell('CWOC', 1)).toBe('hard1! hard1! hard1! hard1!');
});

test('a volatile service tells each hard problem again', () => {
  expect(tell('CCCC', 2, true)).toBe('soft1 hard2! hard2! hard2!');
});

test('lowering the attempts makes a counting problem hard with its next result', () => {
  let machine = initialCheckState(5);
  for (const attempts of [5, 5, 5])
    machine = decideCheckState(machine, 'critical', settings(attempts), { isUp: true }).after;
  expect([machine.type, machine.attempt]).toEqual(['soft', 3]);
  const { after } = decideCheckState(machine, 'critical', settings(2), { isUp: true });
  expect([after.type, after.attempt]).toEqual(['hard', 2]);
});

const result = fc.record({ to: fc.constantFrom(...SERVICE_STATES), isUp: fc.boolean() });
const maxAttempts = fc.integer({ min: 1, max: 6 });

function runAll(results: { to: ServiceState; isUp: boolean }[], max: number, see: (step: Seen) => void): void {
  let before = initialCheckState(max);
  for (const { to, isUp } of results) {
    const { after, effects } = decideCheckState(before, to, settings(max), { isUp });
    see({ before, after, isUp, transition: effects.transition });
    before = after;
  }
}

interface Seen {
  before: CheckState;
  after: CheckState;
  isUp: boolean;
  transition: ReturnType<typeof decideCheckState>['effects']['transition'];
}

const always = (name: string, see: (step: Seen, max: number) => void) =>
  test(name, () => {
    fc.assert(
      fc.property(fc.array(result, { maxLength: 40 }), maxAttempts, (results, max) => {
        runAll(results, max, (step) => see(step, max));
      }),
      { seed: 20_260_105, numRuns: 400 },
    );
  });

always(
  'hard follows soft: a problem gets hard only by its last attempt, or under a down host',
  ({ before, after, isUp }, max) => {
    const becameHard =
      after.state !== 'ok' && after.type === 'hard' && (before.state === 'ok' || before.type === 'soft');
    if (becameHard && isUp) expect(after.attempt).toBe(max);
  },
);

always('a hard problem stays hard until it is over', ({ before, after }) => {
  if (before.type === 'hard' && before.state !== 'ok' && after.state !== 'ok') expect(after.type).toBe('hard');
});

always('whoever heard of a hard problem hears of its end', ({ before, after, transition }) => {
  if (before.lastHardState !== 'ok' && after.state === 'ok') expect(transition?.isHardChange).toBe(true);
});

always('each hard change is told exactly once', ({ before, after, transition }) => {
  expect(transition?.isHardChange ?? false).toBe(
    after.lastHardState !== before.lastHardState ||
      (before.type === 'hard' && before.state !== after.state && before.state !== 'ok'),
  );
});

always('OK is settled: hard, first attempt', ({ after }) => {
  if (after.state === 'ok') expect([after.type, after.attempt, after.lastHardState]).toEqual(['hard', 1, 'ok']);
});

always('attempts stay between one and the maximum, the history keeps its length', ({ after }, max) => {
  expect(after.attempt).toBeGreaterThanOrEqual(1);
  expect(after.attempt).toBeLessThanOrEqual(max);
  expect(after.history.length).toBe(21);
});

always('a settled result seen again tells nothing and moves nothing but the history', ({ after }, max) => {
  if (after.type !== 'hard') return;
  const again = decideCheckState(after, after.state, settings(max), { isUp: true });
  expect(again.effects.transition).toBeUndefined();
  expect({ ...again.after, history: [], isFlapping: false }).toEqual({ ...after, history: [], isFlapping: false });
});
