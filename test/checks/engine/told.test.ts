// Which decisions become events and rows of the history, in the words of an operator.

import { expect, test } from 'vitest';
import type { ServiceState } from '#kernel/domain/check-state.ts';
import type { CheckStateChanged } from '#kernel/domain/event.ts';
import { decideResult } from '#checks/engine/result-of-run.ts';
import { createSettler } from '#checks/engine/settle.ts';
import type { Change, StateWriter } from '#checks/engine/state-writer.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { smallSite } from './small-site.ts';

type Told = string;

/** What is told of these results in a row, a minute apart; `before` prepares the object. */
function tell(
  states: readonly ServiceState[],
  before: (node: ReturnType<typeof open>['node']) => void = () => {},
): Told[] {
  const { clock, node, settler, changes } = open();
  before(node);
  for (const state of states) {
    const said = { output: state, longOutput: '', perfdata: '' };
    void settler.settle(node, decideResult(node, { state, isPassive: false, said }, clock.nowMs()));
    clock.advance(60_000);
  }
  return changes.flatMap(({ events = [], history = [] }) => [
    ...events.map((event) => {
      if (event.kind !== 'check.state_changed') return event.kind;
      const { from, to, type, attempt, hardChange, mutedBy } = event.data as CheckStateChanged;
      return [`${from} > ${to} ${type} ${attempt}`, hardChange && 'hard change', mutedBy && `muted by ${mutedBy}`]
        .filter(Boolean)
        .join(', ');
    }),
    ...history.map(({ atMs, state, stateType }) => `row ${atMs / 1000}: ${state} ${stateType}`),
  ]);
}

function open() {
  const clock = new FakeClock(0);
  const { service } = smallSite([{ name: 'http', maxAttempts: 2 }]);
  const changes: Change[] = [];
  const commit = (_: unknown, change: Change) => Promise.resolve(changes.push(change) > 0);
  const writer = { touch: () => {}, commit } as unknown as StateWriter;
  const deps = { clock, writer, runSoon: () => {}, follow: () => {}, lookSoon: () => {} };
  return { clock, node: service('http'), settler: createSettler(deps), changes };
}

const cases: [what: string, states: ServiceState[], told: Told[]][] = [
  ['the first result that is well begins the history and is no news', ['ok', 'ok', 'ok'], ['row 0: ok hard']],
  [
    'soft, hard and well again: one event and one row each',
    ['ok', 'critical', 'critical', 'ok'],
    [
      'row 0: ok hard',
      ...['ok > critical soft 1', 'row 60: critical soft'],
      ...['critical > critical hard 2, hard change', 'row 120: critical hard'],
      ...['critical > ok hard 2, hard change', 'row 180: ok hard'],
    ],
  ],
  [
    'a problem that goes on is told of once',
    ['critical', 'critical', 'critical', 'critical'],
    [
      ...['pending > critical soft 1', 'row 0: critical soft'],
      ...['critical > critical hard 2, hard change', 'row 60: critical hard'],
    ],
  ],
];
for (const [what, states, told] of cases) test(what, () => expect(tell(states)).toEqual(told));

test('a hard problem of a host in maintenance says that it is muted', () => {
  const told = tell(['critical', 'critical'], (node) => {
    node.host.facts = { ...node.host.facts, isInMaintenance: true };
    node.applyMaintenance();
  });
  expect(told).toContain('critical > critical hard 2, hard change, muted by maintenance');
});

test('the first result after a gap says from when on nobody looked, even when nothing changed', () => {
  const told = tell(['ok', 'ok', 'ok'], (node) => {
    node.unwatchedSinceMs = -90_000;
  });
  expect(told).toEqual(['row -90: unwatched hard', 'row 0: ok hard']);
});
