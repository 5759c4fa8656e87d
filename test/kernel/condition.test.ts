// The condition machine: a script of samples, and what changes when.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  compare,
  evaluateCondition,
  OPERATORS,
  type ConditionState,
  type MetricCondition,
} from '#kernel/domain/condition.ts';

const load: MetricCondition = { operator: '>', threshold: 8, forSec: 60, clearForSec: 30, clearThreshold: 6 };
const atOnce: MetricCondition = { operator: '>', threshold: 8, forSec: 0, clearForSec: 0 };

/** [seconds, value] → the phase after each sample, and the change where there was one. */
function run(condition: MetricCondition, samples: readonly (readonly [number, number])[]): string[] {
  let state: ConditionState | undefined;
  return samples.map(([sec, value]) => {
    const step = evaluateCondition(condition, state, { value, atMs: sec * 1000 });
    state = step.state;
    return step.change === 'none' ? step.state.phase : `${step.state.phase}!`;
  });
}

const cases: [string, MetricCondition, [number, number][], string[]][] = [
  ['the limit itself is not past it', atOnce, [[0, 8]], ['clear']],
  ['past the limit at once', atOnce, [[0, 8.01]], ['met!']],
  [
    'back at the limit is over',
    atOnce,
    [
      [0, 9],
      [15, 8],
    ],
    ['met!', 'clear!'],
  ],
  [
    '59 s past the limit is not yet 60',
    load,
    [
      [0, 9],
      [59, 9],
    ],
    ['pending', 'pending'],
  ],
  [
    '60 s past the limit is met',
    load,
    [
      [0, 9],
      [30, 9],
      [60, 9],
    ],
    ['pending', 'pending', 'met!'],
  ],
  [
    'one good sample starts the wait anew',
    load,
    [
      [0, 9],
      [45, 7],
      [60, 9],
      [119, 9],
    ],
    ['pending', 'clear', 'pending', 'pending'],
  ],
  [
    'between the two limits it stays met',
    load,
    [
      [0, 9],
      [60, 9],
      [75, 7],
    ],
    ['pending', 'met!', 'met'],
  ],
  [
    'below the clear limit it clears after 30 s',
    load,
    [
      [0, 9],
      [60, 9],
      [75, 5],
      [104, 5],
      [105, 5],
    ],
    ['pending', 'met!', 'clearing', 'clearing', 'clear!'],
  ],
  [
    'bad again while clearing is the same condition',
    load,
    [
      [0, 9],
      [60, 9],
      [75, 5],
      [90, 9],
      [105, 5],
      [134, 5],
    ],
    ['pending', 'met!', 'clearing', 'met', 'clearing', 'clearing'],
  ],
  [
    'a sample that is no number changes nothing',
    load,
    [
      [0, 9],
      [30, Number.NaN],
      [60, 9],
    ],
    ['pending', 'pending', 'met!'],
  ],
];

describe('scripts', () => {
  test.each(cases)('%s', (_what, condition, samples, expected) => expect(run(condition, samples)).toEqual(expected));
});

const anyCondition: fc.Arbitrary<MetricCondition> = fc.record({
  operator: fc.constantFrom(...OPERATORS),
  threshold: fc.integer({ min: -5, max: 5 }),
  forSec: fc.constantFrom(0, 10, 60),
  clearForSec: fc.constantFrom(0, 10, 60),
});
const anySamples = fc.array(fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: -8, max: 8 })), {
  maxLength: 60,
});

/** Gaps → instants. */
const stamp = (gaps: readonly [number, number][]): [number, number][] => {
  let sec = 0;
  return gaps.map(([gap, value]) => [(sec += gap), value]);
};

describe('whatever the samples are', () => {
  test('met and cleared take turns, beginning with met', () => {
    fc.assert(
      fc.property(anyCondition, anySamples, (condition, gaps) => {
        const changes = run(condition, stamp(gaps)).filter((phase) => phase.endsWith('!'));
        expect(changes).toEqual(changes.map((_, index) => (index % 2 === 0 ? 'met!' : 'clear!')));
      }),
    );
  });

  test('it is met only on a sample that breaches, after a breach that lasted long enough', () => {
    fc.assert(
      fc.property(anyCondition, anySamples, (condition, gaps) => {
        const samples = stamp(gaps);
        run(condition, samples).forEach((phase, index) => {
          if (phase !== 'met!') return;
          const breaches = ([, value]: [number, number]) => compare(condition.operator, value, condition.threshold);
          const before = samples.slice(0, index + 1);
          const lastGood = before.findLastIndex((sample) => !breaches(sample));
          const [fromSec] = before[lastGood + 1] ?? [Number.NaN];
          const [atSec] = before[index] ?? [Number.NaN];
          expect(atSec - fromSec).toBeGreaterThanOrEqual(condition.forSec);
        });
      }),
    );
  });

  test('a state that went through JSON goes on as if nothing had happened', () => {
    fc.assert(
      fc.property(anyCondition, anySamples, (condition, gaps) => {
        let state: ConditionState | undefined;
        const resumed = stamp(gaps).map(([sec, value]) => {
          const stored = state && (JSON.parse(JSON.stringify(state)) as ConditionState);
          const step = evaluateCondition(condition, stored, { value, atMs: sec * 1000 });
          state = step.state;
          return step.change === 'none' ? step.state.phase : `${step.state.phase}!`;
        });
        expect(resumed).toEqual(run(condition, stamp(gaps)));
      }),
    );
  });
});
