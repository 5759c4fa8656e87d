// Turns over the hosts: whatever comes and goes, no host has more than its share of places,
// and none waits longer than a turn of all others.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRunLines, type LineEntry } from '#checks/engine/run-lines.ts';

const entry = (hostId: string, id: string): LineEntry => ({ id, hostId });

test('a host with a thousand checks keeps nobody else waiting', () => {
  const lines = createRunLines(1000);
  for (let at = 0; at < 1000; at++) lines.push(entry('big', `big-${at}`), 'due');
  lines.push(entry('small', 'small'), 'due');
  const first = [lines.take('due')?.id, lines.take('due')?.id];
  expect(first).toContain('small');
});

test('one that stands in line and is taken out is never started', () => {
  const lines = createRunLines(1);
  const [a, b] = [entry('h', 'a'), entry('h', 'b')];
  lines.push(a, 'due');
  lines.push(b, 'due');
  lines.remove(a);
  lines.remove(a);
  expect([lines.waiting, lines.take('due'), lines.take('due'), lines.waiting]).toEqual([1, b, undefined, 0]);
});

type Step =
  | { do: 'push'; host: string; line: 'asked' | 'due' }
  | { do: 'take'; line: 'asked' | 'due' }
  | { do: 'done' | 'remove'; which: number };
const host = fc.constantFrom('a', 'b', 'c');
const line = fc.constantFrom<'asked' | 'due'>('asked', 'due');
const steps = fc.array(
  fc.oneof(
    fc.record({ do: fc.constant('push' as const), host, line }),
    fc.record({ do: fc.constant('take' as const), line }),
    fc.record({ do: fc.constantFrom('done' as const, 'remove' as const), which: fc.nat(50) }),
  ),
  { maxLength: 200 },
) satisfies fc.Arbitrary<Step[]>;

test('whatever comes and goes: each runs once, in the order of its host, within the places of its host', () => {
  fc.assert(
    fc.property(steps, fc.integer({ min: 1, max: 3 }), (script, places) => {
      const lines = createRunLines(places);
      const waiting = { asked: [] as LineEntry[], due: [] as LineEntry[] };
      const running: LineEntry[] = [];
      const runningOf = (hostId: string) => running.filter((each) => each.hostId === hostId).length;
      let count = 0;
      for (const step of script) {
        if (step.do === 'push') {
          const next = entry(step.host, `${count++}`);
          waiting[step.line].push(next);
          lines.push(next, step.line);
        } else if (step.do === 'take') {
          const mayStart = waiting[step.line].filter(({ hostId }) => runningOf(hostId) < places);
          expect(lines.has(step.line)).toBe(mayStart.length > 0);
          const taken = lines.take(step.line);
          expect(taken === undefined).toBe(mayStart.length === 0);
          if (!taken) continue;
          expect(taken).toBe(mayStart.find(({ hostId }) => hostId === taken.hostId));
          waiting[step.line].splice(waiting[step.line].indexOf(taken), 1);
          running.push(taken);
        } else if (step.do === 'done') {
          const [over] = running.splice(step.which % Math.max(1, running.length), 1);
          if (over) lines.done(over.hostId);
        } else {
          const all = [...waiting.asked, ...waiting.due];
          const gone = all[step.which % Math.max(1, all.length)];
          if (!gone) continue;
          lines.remove(gone);
          waiting.asked = waiting.asked.filter((each) => each !== gone);
          waiting.due = waiting.due.filter((each) => each !== gone);
        }
        expect(lines.waiting).toBe(waiting.asked.length + waiting.due.length);
      }
    }),
  );
});

test('no host that may start waits for more than one turn of the others', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 2, maxLength: 8 }), (sizes) => {
      const lines = createRunLines(100);
      sizes.forEach((size, at) => {
        for (let each = 0; each < size; each++) lines.push(entry(`h${at}`, `h${at}-${each}`), 'due');
      });
      const left = new Map(sizes.map((size, at) => [`h${at}`, size]));
      const lastTurn = new Map(sizes.map((_, at) => [`h${at}`, 0]));
      for (let turn = 1; ; turn++) {
        const taken = lines.take('due');
        if (!taken) break;
        lastTurn.set(taken.hostId, turn);
        left.set(taken.hostId, (left.get(taken.hostId) ?? 0) - 1);
        for (const [hostId, more] of left)
          if (more > 0) expect(turn - (lastTurn.get(hostId) ?? 0)).toBeLessThanOrEqual(sizes.length);
      }
      expect([...left.values()].every((more) => more === 0)).toBe(true);
    }),
  );
});
