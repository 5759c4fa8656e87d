// How far a host's clock is off, as far as that can be said from here.

import { expect, test } from 'vitest';
import { createAgentClockKind, judgeClock } from '#checks/kinds/agent-clock.ts';
import { FakeClock } from '#test/support/fake-clock.ts';
import { runKind } from './run-kind.ts';

const limits = { warnSec: 1, critSec: 10 };
const cases: [string, number, number, string, RegExp][] = [
  ['right', 3, 20, 'ok', /^CLOCK OK - 0.003 s ahead of this server, ± 0.02 s/],
  ['a second behind', -1000, 0, 'ok', /1 s behind/],
  ['more than a second behind', -1001, 0, 'warning', /1.001 s behind this server/],
  ['a minute ahead', 60_000, 50, 'critical', /60 s ahead .* critical above 10 s/],
  ['off by less than the doubt', 5000, 4500, 'ok', /5 s ahead of this server, ± 4.5 s/],
];
test.each(cases)('%s', (_, offsetMs, doubtMs, state, output) => {
  expect(judgeClock({ offsetMs, doubtMs }, limits)).toMatchObject({ state, output: expect.stringMatching(output) });
});

test('half of the way is taken off', async () => {
  const clock = new FakeClock();
  const kind = createAgentClockKind(() => {
    clock.advance(100);
    const nowMs = clock.nowMs() + 20_000;
    clock.advance(100);
    return Promise.resolve({ how: 'answered', outcome: { status: 'succeeded', result: { nowMs } } });
  });
  expect(await runKind(kind, {}, { clock })).toMatchObject({ state: 'critical', perfdata: 'offset=20s;-1:1;-10:10' });
});

test('an agent that is away or does not tell is unknown', async () => {
  const away = createAgentClockKind(() => Promise.resolve({ how: 'away', reason: 'no agent is joined to this host' }));
  expect(await runKind(away, {})).toMatchObject({ output: 'CLOCK UNKNOWN - no agent is joined to this host' });
  const old = createAgentClockKind(() => Promise.resolve({ how: 'answered', outcome: { status: 'succeeded' } }));
  expect(await runKind(old, {})).toMatchObject({ state: 'unknown' });
});
