// Recorded runs of real plugins (fixtures nagios/plugins/outputs.jsonl): what a check makes of
// each, and the same again by running what does not depend on the machine.

import { afterAll, describe, expect, test } from 'vitest';
import { systemClock } from '#kernel/clock.ts';
import { silentLogger } from '#kernel/log.ts';
import type { CheckResult } from '#checks/kinds/check-kind.ts';
import { createPluginKind, judge } from '#checks/kinds/plugin.ts';
import { createPluginRunner } from '#checks/plugin-runner/plugin-runner.ts';
import { readJsonLines } from '../../support/fixtures.ts';
import { describeWithPeer } from '../../support/peer.ts';
import { runKind } from './run-kind.ts';

interface RecordedRun {
  name: string;
  /** Words, or a line that was given to the shell. */
  argv: string[] | string;
  exit: number | null;
  signal: number | null;
  killed_by_harness_timeout: boolean;
  stdout: string;
  stderr: string;
}

const runs = readJsonLines<RecordedRun>('nagios', 'plugins', 'outputs.jsonl');
const STATES = ['ok', 'warning', 'critical', 'unknown'];
const SIGNALS: Record<number, string> = { 9: 'SIGKILL', 15: 'SIGTERM' };

/** Spec §1.1: the exit code decides, and without one of the four the failure state of imported objects. */
function expectedState({ exit, signal }: RecordedRun): string {
  if (signal !== null) return 'unknown';
  return STATES[exit ?? -1] ?? 'critical';
}

/** Spec §1.2: the first line to its first bar; `;` is a colon; without any, the words on stderr. */
function expectedText({ stdout, stderr }: RecordedRun): string {
  const first = (text: string) =>
    (/^[^|\n]*/.exec(text)?.[0] ?? '').trim().replaceAll(';', ':').replaceAll('\0', '\uFFFD');
  return stdout === '' ? `(No output on stdout) stderr: ${first(stderr)}`.trim() : first(stdout.slice(0, 64 * 1024));
}

function expectedRemark({ exit, signal, killed_by_harness_timeout }: RecordedRun): RegExp {
  if (killed_by_harness_timeout) return /^\(Check timed out after [\d.]+ seconds\) $/;
  if (signal !== null) return new RegExp(`^\\(Plugin was killed by ${SIGNALS[signal]}\\) $`);
  if (exit === 126) return /^\(Exit code 126: the plugin may not be executable\) $/;
  if (exit === 127) return /^\(Exit code 127: the plugin or what it calls may not exist\) $/;
  return (exit ?? 0) > 3 ? /^\(Exit code \d+ is out of bounds\) $/ : /^$/;
}

function expectAsRecorded(result: CheckResult, run: RecordedRun): void {
  expect(result.state).toBe(expectedState(run));
  const text = expectedText(run);
  expect(result.output.endsWith(text)).toBe(true);
  expect(result.output.slice(0, result.output.length - text.length)).toMatch(expectedRemark(run));
  const bar = run.stdout.slice(0, 64 * 1024).indexOf('|');
  expect(result.perfdata === '').toBe(bar < 0 || run.stdout.slice(bar + 1).trim() === '');
}

test.each(runs)('$name: state, text and perfdata of what was recorded', (run) => {
  const { exit, signal, killed_by_harness_timeout, stdout, stderr } = run;
  const how = killed_by_harness_timeout ? 'timed_out' : signal === null ? 'exited' : 'signalled';
  const end = { how, code: exit ?? -1, detail: SIGNALS[signal ?? 0] ?? '' } as const;
  const said = { stdout: Buffer.from(stdout), stderr: Buffer.from(stderr) };
  expectAsRecorded(judge({ ...end, ...said }, { failureState: 'critical' }, { timeoutMs: 3000 }), run);
});

describe('run again', () => {
  const runner = createPluginRunner({ clock: systemClock(), log: silentLogger });
  afterAll(() => runner.stop());
  const kind = createPluginKind(runner);

  async function runAgain(run: RecordedRun): Promise<void> {
    const command = typeof run.argv === 'string' ? ['/bin/sh', '-c', run.argv] : run.argv;
    // The one that hangs is cut short; the others end by themselves.
    const limits = { timeoutMs: run.killed_by_harness_timeout ? 500 : 10_000 };
    const result = await runKind(kind, { command, failureState: 'critical' }, limits);
    if (typeof result === 'string') throw new Error(result);
    expectAsRecorded(result, run);
  }

  test.each(runs.filter(({ argv }) => typeof argv === 'string'))('$name: a line for the shell', runAgain);

  describeWithPeer('check_dummy', 'check_dummy', () => {
    const ofDummy = ({ argv }: RecordedRun) =>
      typeof argv !== 'string' && argv.some((word) => word.endsWith('/check_dummy'));
    test.each(runs.filter(ofDummy))('$name', runAgain);
  });
});
