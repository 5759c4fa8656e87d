// Thousands of instants on one timer: in their order, each once, whatever is planned anew meanwhile.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createDueTimes, type Planned } from '#checks/engine/due-times.ts';
import { FakeClock } from '../../support/fake-clock.ts';

interface Named extends Planned {
  name: string;
}
const named = (name: string): Named => ({ name, dueTick: 0, order: 0, place: -1 });

function makeDueTimes(then: (entry: Named) => void = () => {}) {
  const clock = new FakeClock(0);
  const log: string[] = [];
  const times = createDueTimes<Named>(clock, (entry) => {
    log.push(`${entry.name}@${clock.monotonicMs()}`);
    then(entry);
  });
  return { clock, log, times };
}

test('each is due at its instant, and those of one instant in the order they were planned', () => {
  const { clock, log, times } = makeDueTimes();
  times.set(named('b'), 20);
  times.set(named('c'), 20);
  times.set(named('a'), 10);
  times.set(named('past'), -5);
  clock.advance(30);
  expect(log).toEqual(['past@0', 'a@10', 'b@20', 'c@20']);
});

test('planned anew it is due once, at the new instant; removed it is not due', () => {
  const { clock, log, times } = makeDueTimes();
  const [a, b] = [named('a'), named('b')];
  times.set(a, 10);
  times.set(b, 15);
  times.set(a, 40);
  times.remove(b);
  times.remove(b);
  clock.advance(100);
  expect(log).toEqual(['a@40']);
});

test('one that is due may plan itself again', () => {
  const { clock, log, times } = makeDueTimes((entry) => times.set(entry, 25));
  times.set(named('a'), 25);
  clock.advance(80);
  expect(log).toEqual(['a@25', 'a@50', 'a@75']);
});

test('after the stop nothing is due', () => {
  const { clock, log, times } = makeDueTimes();
  times.set(named('a'), 10);
  times.stop();
  clock.advance(100);
  expect(log).toEqual([]);
});

const step = fc.oneof(
  fc.record({ do: fc.constant('set' as const), who: fc.nat(19), delayMs: fc.nat(50) }),
  fc.record({ do: fc.constant('remove' as const), who: fc.nat(19) }),
  fc.record({ do: fc.constant('wait' as const), ms: fc.nat(20) }),
);

test('whatever is planned, planned anew and removed: it is due as with a timer each', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
      const { clock, log, times } = makeDueTimes();
      const entries = Array.from({ length: 20 }, (_, at) => named(`e${at}`));
      const planned = new Map<string, { at: number; order: number }>();
      let order = 0;
      const expected: string[] = [];
      const pass = (ms: number) => {
        const until = clock.monotonicMs() + ms;
        const due = [...planned].filter(([, { at }]) => at <= until);
        for (const [name, { at }] of due.toSorted(([, a], [, b]) => a.at - b.at || a.order - b.order)) {
          planned.delete(name);
          expected.push(`${name}@${at}`);
        }
        clock.advance(ms);
      };
      for (const each of steps) {
        if (each.do === 'wait') pass(each.ms);
        else {
          const entry = entries[each.who] ?? named('');
          if (each.do === 'remove') {
            times.remove(entry);
            planned.delete(entry.name);
          } else {
            times.set(entry, each.delayMs);
            planned.set(entry.name, { at: clock.monotonicMs() + each.delayMs, order: order++ });
          }
        }
      }
      pass(100);
      expect(log).toEqual(expected);
    }),
  );
});
