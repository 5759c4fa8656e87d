// Executors that break their promises: the check gets its result all the same.

import Type from 'typebox';
import { expect, test } from 'vitest';
import { silentLogger } from '#kernel/log.ts';
import { defineCheckKind, verdict, type CheckKind } from '#checks/kinds/check-kind.ts';
import { runCheck } from '#checks/run-check.ts';
import { FakeClock } from '../support/fake-clock.ts';

type Executor = ReturnType<Parameters<typeof defineCheckKind>[0]['compile']>;

const kindOf = (execute: Executor): CheckKind =>
  defineCheckKind({
    kind: 'odd',
    title: 'Odd',
    specSchema: Type.Object({ fine: Type.Boolean() }),
    compile: () => execute,
  });

const check = {
  id: 'check-1',
  name: 'odd',
  hostId: 'host-1',
  hostName: 'web-1',
  address: '192.0.2.1',
  kind: 'odd',
  spec: { fine: true } as unknown,
  intervalMs: 60_000,
  retryIntervalMs: 15_000,
  maxAttempts: 3,
  timeoutMs: 5000,
};

function start(execute: Executor, change: Partial<typeof check> = {}) {
  const clock = new FakeClock();
  const errors: string[] = [];
  const log = { ...silentLogger, error: (message: string) => void errors.push(message) };
  const kind = kindOf(execute);
  const context = { series: { cluster: 'c', host: 'h' }, isSettling: false, stopping: new AbortController().signal };
  const run = runCheck({ clock, log, kinds: new Map([[kind.kind, kind]]) }, { ...check, ...change }, context);
  return { clock, errors, run };
}

const never = () => new Promise<never>(() => {});

test('an executor that ignores its abort is given up on two seconds later', async () => {
  const { clock, run } = start(never);
  clock.advance(7000);
  expect(await run).toMatchObject({
    result: { state: 'unknown', output: '(Check did not end after 5 seconds)' },
    executionMs: 7000,
  });
});

test('an executor hears that its time is over', async () => {
  const { clock, run } = start(
    (_, signal) =>
      new Promise((resolve) =>
        signal.addEventListener('abort', () => resolve(verdict('critical', 'no answer in time'))),
      ),
  );
  clock.advance(5000);
  expect(await run).toMatchObject({ result: { state: 'critical', output: 'no answer in time' }, executionMs: 5000 });
});

test('an executor that throws has a bug: UNKNOWN, and a human is told', async () => {
  const { errors, run } = start(() => Promise.reject(new TypeError('undefined is not a function')));
  expect(await run).toMatchObject({ result: { state: 'unknown' } });
  expect(errors).toEqual(['a check could not be run']);
});

const unfit: [string, Partial<typeof check>, RegExp][] = [
  ['a kind that is not known here', { kind: 'telepathy' }, /no kind of check called "telepathy"/],
  ['settings that no longer fit', { spec: { fine: 'maybe' } }, /settings of this check are wrong: \/fine/],
];
test.each(unfit)('%s is UNKNOWN with the reason', async (_, change, output) => {
  const { run } = start(never, change);
  expect(await run).toMatchObject({ result: { state: 'unknown', output: expect.stringMatching(output) } });
});
