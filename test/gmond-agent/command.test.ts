// Programs under supervision, on a clock that runs fifty times as fast where we
// only wait: signals, grace, and what another life of the agent finds.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { attachCommand, runCommand } from '#agent/command.ts';
import { systemClock, type Clock } from '#kernel/clock.ts';

const real = systemClock();
const fast: Clock = {
  ...real,
  monotonicMs: () => real.monotonicMs() * 50,
  after: (delayMs, run) => real.after(delayMs / 50, run),
  sleep: (delayMs, signal) => real.sleep(delayMs / 50, signal),
};
const directory = mkdtempSync(path.join(os.tmpdir(), 'plexus-command-'));
afterAll(() => rmSync(directory, { recursive: true }));
let runs = 0;

function prepare(clock: Clock) {
  const cancel = new AbortController();
  const output: Buffer[] = [];
  const deps = {
    clock,
    canceled: cancel.signal,
    leaving: new AbortController().signal,
    output: (_stream: string, bytes: Buffer) => void output.push(Buffer.from(bytes)),
  };
  const place = path.join(directory, `run-${runs++}`);
  const plan = (script: string, timeoutMs: number) => ({
    argv: ['/bin/sh', '-c', script] as const,
    env: { PATH: '/usr/bin:/bin' },
    cwd: '/',
    directory: place,
    deadlineMs: clock.monotonicMs() + timeoutMs,
  });
  return { cancel, deps, plan, place, text: () => Buffer.concat(output).toString() };
}

test('a program that ignores TERM is killed after ten seconds of grace', async () => {
  const { deps, plan, text } = prepare(fast);
  const startMs = real.monotonicMs();
  const end = await runCommand(deps, plan("trap '' TERM; echo up; while :; do sleep 1; done", 50_000));
  expect(end).toMatchObject({ how: 'timed_out' });
  // 50 s of time limit and 10 s of grace, at fifty times the speed.
  expect(real.monotonicMs() - startMs).toBeGreaterThan(1100);
  expect(text()).toBe('up\n');
});

test('a program that answers TERM may finish its sentence', async () => {
  const { deps, plan, text } = prepare(real);
  const end = await runCommand(deps, plan("trap 'echo bye; exit 5' TERM; while :; do sleep 0.05; done", 500));
  expect(end).toMatchObject({ how: 'timed_out', exitCode: 5 });
  expect(text()).toContain('bye\n');
});

test('a cancel that came before the start stops it at once', async () => {
  const { deps, plan, cancel } = prepare(real);
  cancel.abort();
  expect((await runCommand(deps, plan('sleep 300', 60_000))).how).toBe('canceled');
});

test('a working directory that is not there is an error of the start, not of the program', async () => {
  const { deps, plan } = prepare(real);
  await expect(runCommand(deps, { ...plan('true', 1000), cwd: '/no/such/place' })).rejects.toThrow('ENOENT');
});

test('what an earlier life had not come to start is known as such; what left no trace is lost', async () => {
  const { deps, place } = prepare(fast);
  mkdirSync(place);
  const plan = { directory: place, deadlineMs: fast.monotonicMs() + 1000 };
  expect((await attachCommand(deps, plan)).how).toBe('unstarted');
  writeFileSync(path.join(place, 'starting'), '');
  expect((await attachCommand(deps, plan)).how).toBe('lost');
});
