// What holds for every sequence of results, commands and times, of hosts and services.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isFine, type CheckState, type ObjectState } from '#checks/machine/check-state.ts';
import { downtimeDepth } from '#checks/machine/downtime-window.ts';
import type { Effect } from '#checks/machine/effect.ts';
import { hostNode, siteWith, takeResult, type AnyNode } from './site-nodes.ts';
import { lonelyService, MINUTE, sentenceOf, Story } from './story.ts';

type Act =
  | { act: 'result'; letter: number }
  | { act: 'host'; isUp: boolean }
  | { act: 'downtime' | 'cancel' | 'acknowledge' | 'look' | 'wait' };

const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ act: fc.constant('result' as const), letter: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('host' as const), isUp: fc.boolean() }) },
  {
    weight: 3,
    arbitrary: fc.record({ act: fc.constantFrom('downtime' as const, 'cancel', 'acknowledge', 'look', 'wait') }),
  },
);
const max = fc.integer({ min: 1, max: 5 });

interface Seen {
  node: AnyNode;
  before: CheckState<ObjectState>;
  after: CheckState<ObjectState>;
  sentences: string[];
  act: Act;
}

function perform(story: Story, { node }: Story, step: Act): string[] {
  switch (step.act) {
    case 'result':
      return story.results((node.object === 'host' ? 'UDXU' : 'OWCU')[step.letter] ?? '');
    case 'host':
      if (node.host) node.host.current = { ...node.host.current, state: step.isUp ? 'up' : 'down' };
      return [];
    case 'downtime':
      return story.plan(String(story.nowMs), 0, 30, { kind: story.nowMs % 2 === 0 ? 'fixed' : 'flexible' });
    case 'cancel':
      return story.cancel(node.current.downtimes[0]?.id ?? '');
    case 'acknowledge':
      return story.acknowledge({ isSticky: story.nowMs % 3 === 0 });
    case 'look':
      return story.look();
    case 'wait':
      story.wait(17).nowMs += 1;
      return [];
  }
}

const NODES: Record<string, (maxAttempts: number) => AnyNode> = {
  service: (maxAttempts) => lonelyService({ maxAttempts }),
  host: (maxAttempts) => hostNode(siteWith(), 'web-1', { maxAttempts }),
};

const always = (title: string, see: (seen: Seen) => void): void => {
  test.each(Object.entries(NODES))(`${title} (%s)`, (_, make) => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 60 }), max, (acts, maxAttempts) => {
        const story = new Story(make(maxAttempts));
        for (const step of acts) {
          const before = story.node.current;
          const sentences = perform(story, story, step);
          see({ node: story.node, before, after: story.node.current, sentences, act: step });
        }
      }),
      { seed: 20_261_129, numRuns: 150 },
    );
  });
};

const transitions = ({ sentences }: Seen): string[] => sentences.filter((line) => /^\w+ (soft|hard)\d/.test(line));

always('hard follows soft: only by the last attempt, or under a down host', ({ node, before, after, act }) => {
  if (act.act !== 'result' || isFine(after.state) || after.type !== 'hard') return;
  const isHostUp = node.host === null || node.host.current.state === 'up';
  if ((isFine(before.state) || before.type === 'soft') && isHostUp)
    expect(after.attempt).toBe(node.settings.maxAttempts);
});

always('a hard problem stays hard until it is over', ({ before, after }) => {
  if (before.type === 'hard' && !isFine(before.state) && !isFine(after.state)) expect(after.type).toBe('hard');
});

always('one transition for a change, and none without a result', (seen) => {
  const { before, after, act } = seen;
  expect(transitions(seen).length).toBeLessThanOrEqual(act.act === 'result' ? 1 : 0);
  if (before.state !== after.state) expect(transitions(seen)).toHaveLength(1);
});

always('the end of a hard problem is a hard change', (seen) => {
  const { before, after } = seen;
  if (before.type === 'hard' && !isFine(before.state) && isFine(after.state))
    expect(transitions(seen)[0]).toMatch(/!$/);
});

always(
  'attempts stay in bounds, the history keeps its length, the depth is no less than nothing',
  ({ node, after }) => {
    expect(after.attempt).toBeGreaterThanOrEqual(1);
    expect(after.attempt).toBeLessThanOrEqual(node.settings.maxAttempts);
    expect(after.history).toMatch(/^[0-3]{21}$/);
    expect(downtimeDepth(after.downtimes)).toBeGreaterThanOrEqual(0);
  },
);

always('nothing is told of a problem or its end in downtime, of a problem while acknowledged or flapping', (seen) => {
  const { after, sentences } = seen;
  const told = sentences.filter((line) => /^(problem|recovery) #/.test(line));
  if (downtimeDepth(after.downtimes) > 0) expect(told).toEqual([]);
  if (after.acknowledgement !== null || after.isFlapping) {
    expect(told.filter((line) => line.startsWith('problem'))).toEqual([]);
  }
});

always('nobody is owed a recovery who was told of none, and everybody is who was told of a problem', (seen) => {
  const { before, after, sentences } = seen;
  const has = (start: string): boolean => sentences.some((line) => line.startsWith(start));
  if (has('problem #')) expect(after.told.owed).toEqual(['*']);
  if (has('recovery #')) expect([before.told.owed, after.told.owed]).toEqual([['*'], []]);
  // It is settled by the recovery, or by the word that it flaps and is well just now.
  if (before.told.owed.length > 0 && after.told.owed.length === 0) {
    expect(has('recovery #') || (has('flapping_start #') && isFine(after.state))).toBe(true);
  }
});

always('a state that was stored decides as the one that was not', ({ after }) => {
  expect(JSON.parse(JSON.stringify(after))).toEqual(after);
});

always('a settled result seen again says nothing new', ({ node, after, act }) => {
  if (act.act !== 'result' || after.type !== 'hard' || after.downtimes.length > 0 || after.isFlapping) return;
  const again: AnyNode = { ...node };
  const nowMs = after.checkedAtMs ?? 0;
  const sentences = takeResult(again, { state: after.state, isPassive: false, isNewOutput: false }, nowMs)
    .map((effect: Effect<ObjectState>) => sentenceOf(effect))
    .filter((line) => line !== undefined && !line.startsWith('flapping') && !line.startsWith('look'));
  // A notification that was not yet tried under its host's downtime is no repetition.
  expect(sentences).toEqual([]);
});

test('what was owed is paid as soon as nothing is in the way', () => {
  fc.assert(
    fc.property(fc.array(act, { maxLength: 60 }), max, (acts, maxAttempts) => {
      const story = new Story(lonelyService({ maxAttempts }));
      for (const step of acts) perform(story, story, step);
      perform(story, story, { act: 'host', isUp: true });
      story.wait(24 * 60).nowMs += MINUTE;
      story.look();
      story.results('O'.repeat(40));
      expect(story.node.current.told.owed).toEqual([]);
      expect(story.look()).toEqual([]);
    }),
    { seed: 20_261_129, numRuns: 300 },
  );
});
