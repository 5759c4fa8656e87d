// The life of an alert: a script of inputs, and after each one what changed and what it is.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decideAlert, type AlertInput, type AlertLife } from '#alerting/alert-state.ts';

const policy = { reopenWithinMs: 300_000 };

const met = (sec: number): AlertInput => ({ kind: 'met', conditionAtMs: sec * 1000, atMs: sec * 1000 });
/** Cleared at `sec`, telling of the condition that began at `since`. */
const cleared = (sec: number, since = sec): AlertInput => ({
  kind: 'cleared',
  conditionAtMs: since * 1000,
  atMs: sec * 1000,
});
const ack = (by: string): AlertInput => ({ kind: 'acknowledge', by });
const unack: AlertInput = { kind: 'unacknowledge' };
const resolve = (sec: number): AlertInput => ({ kind: 'resolve', atMs: sec * 1000 });

const stories: [string, [AlertInput, string][]][] = [
  ['a condition that is met opens an alert', [[met(10), 'opened open']]],
  [
    'the same event twice opens one alert',
    [
      [met(10), 'opened open'],
      [met(10), 'none open'],
    ],
  ],
  [
    'a condition found again by another collector while open is seen, not told',
    [
      [met(10), 'opened open'],
      [met(40), 'seen open'],
    ],
  ],
  [
    'it ends when the condition clears',
    [
      [met(10), 'opened open'],
      [cleared(60, 10), 'resolved resolved'],
    ],
  ],
  [
    'an end told twice ends it once',
    [
      [met(10), 'opened open'],
      [cleared(60), 'resolved resolved'],
      [cleared(60), 'none resolved'],
    ],
  ],
  [
    'an end that is older than the condition came late and ends nothing',
    [
      [met(100), 'opened open'],
      [cleared(60), 'none open'],
    ],
  ],
  [
    'a met that is older than the end came late and opens nothing',
    [
      [met(10), 'opened open'],
      [cleared(60), 'resolved resolved'],
      [met(50), 'none resolved'],
    ],
  ],
  [
    'back after 300 s belongs to the same episode',
    [
      [met(10), 'opened open'],
      [cleared(60), 'resolved resolved'],
      [met(360), 'reopened open'],
    ],
  ],
  [
    'back after 301 s is a new episode',
    [
      [met(10), 'opened open'],
      [cleared(60), 'resolved resolved'],
      [met(361), 'opened open'],
    ],
  ],
  ['an end without a beginning is nothing', [[cleared(60), 'none -']]],
  [
    'anna takes it, and again changes nothing',
    [
      [met(10), 'opened open'],
      [ack('anna'), 'acknowledged acknowledged'],
      [ack('anna'), 'none acknowledged'],
    ],
  ],
  [
    'ben takes it over from anna',
    [
      [met(10), 'opened open'],
      [ack('anna'), 'acknowledged acknowledged'],
      [ack('ben'), 'acknowledged acknowledged'],
    ],
  ],
  [
    'given back it is open',
    [
      [met(10), 'opened open'],
      [ack('anna'), 'acknowledged acknowledged'],
      [unack, 'unacknowledged open'],
      [unack, 'none open'],
    ],
  ],
  [
    'an acknowledged alert ends like any other',
    [
      [met(10), 'opened open'],
      [ack('anna'), 'acknowledged acknowledged'],
      [cleared(60), 'resolved resolved'],
    ],
  ],
  [
    'one that came back is nobody’s',
    [
      [met(10), 'opened open'],
      [ack('anna'), 'acknowledged acknowledged'],
      [cleared(60), 'resolved resolved'],
      [met(70), 'reopened open'],
    ],
  ],
  [
    'a resolved alert cannot be taken',
    [
      [met(10), 'opened open'],
      [cleared(60), 'resolved resolved'],
      [ack('anna'), 'none resolved'],
    ],
  ],
  [
    'closed by hand it stays closed while the condition holds',
    [
      [met(10), 'opened open'],
      [resolve(50), 'resolved resolved'],
      [met(10), 'none resolved'],
    ],
  ],
  [
    'closed by hand twice is once',
    [
      [met(10), 'opened open'],
      [resolve(50), 'resolved resolved'],
      [resolve(51), 'none resolved'],
    ],
  ],
  [
    'closed by hand, cleared and met again it comes back',
    [
      [met(10), 'opened open'],
      [resolve(50), 'resolved resolved'],
      [cleared(60), 'seen resolved'],
      [met(90), 'reopened open'],
    ],
  ],
  [
    'a clock of the web that is ahead hides no new condition',
    [
      [met(10), 'opened open'],
      [resolve(500), 'resolved resolved'],
      [met(490), 'reopened open'],
    ],
  ],
];

describe('stories', () => {
  test.each(stories)('%s', (_what, story) => {
    let life: AlertLife | undefined;
    for (const [input, expected] of story) {
      const decision = decideAlert(life, input, policy);
      life = decision.life;
      expect(`${decision.change} ${life?.state ?? '-'}`).toBe(expected);
    }
  });
});

const anyInput: fc.Arbitrary<AlertInput> = fc.oneof(
  fc.nat(2000).map(met),
  fc.nat(2000).map((sec) => cleared(sec)),
  fc.constantFrom('anna', 'ben').map(ack),
  fc.constant(unack),
  fc.nat(2000).map(resolve),
);

test('whatever happens: a repeat changes nothing, and order never goes back', () => {
  fc.assert(
    fc.property(fc.array(anyInput, { maxLength: 40 }), (inputs) => {
      let life: AlertLife | undefined;
      for (const input of inputs) {
        const first = decideAlert(life, input, policy);
        const again = decideAlert(first.life, input, policy);
        expect(again).toEqual({ change: 'none', life: first.life });
        if (life && first.life) expect(first.life.conditionAtMs).toBeGreaterThanOrEqual(life.conditionAtMs);
        expect(first.life?.state === 'acknowledged').toBe(
          first.life?.acknowledgedBy !== undefined && first.life.state !== 'resolved',
        );
        life = first.life;
      }
    }),
  );
});
