// What a form sends is what it was given: objects survive their forms unchanged.

import { describe, expect, test } from 'vitest';
import type { RunbookStep } from '#web/contract/remediation-steps.ts';
import { draftOfRule, ruleOf } from '#web/ui/screens/configuration/rule-draft.ts';
import { nameFromFile } from '#web/ui/screens/jobs/archive-name.ts';
import { outputLines } from '#web/ui/screens/jobs/output-lines.ts';
import { phaseCounts } from '#web/ui/screens/jobs/run-accounting.ts';
import { draftOfStep, stepOf } from '#web/ui/screens/jobs/step-draft.ts';

describe('a step of a runbook survives its form', () => {
  const steps: [string, RunbookStep][] = [
    ['a bare script', { type: 'script', interpreter: 'sh', script: 'uptime' }],
    [
      'a script with settings that have no field',
      {
        type: 'script',
        name: 'x',
        interpreter: 'python3',
        script: 'pass',
        args: ['a'],
        env: { A: '1' },
        okCodes: [0, 2],
        timeoutSec: 5,
        onFailure: 'ignore',
      },
    ],
    ['a service', { type: 'service', service: 'nginx', action: 'restart' }],
    [
      'a service without systemd',
      {
        type: 'service',
        service: 'shop',
        action: 'restart',
        restartCommand: ['sh', '-c', 'kill 1; x'],
        statusCommand: ['true'],
      },
    ],
  ];
  for (const [what, step] of steps) test(what, () => expect(stepOf(draftOfStep(step))).toEqual(step));
});

test('a rule survives its form, for each kind', () => {
  for (const kind of ['metric', 'check', 'host_down'] as const) {
    const body = ruleOf({
      ...draftOfRule(null),
      name: 'r',
      kind,
      metric: 'load_one',
      clearThreshold: 2,
      check: 'disk*',
      cluster: 'eu-*',
      target: { hostIds: [], groupIds: ['g1'] },
    });
    expect(body).toMatchObject({ kind, spec: { scope: { cluster: 'eu-*', groupIds: ['g1'] } } });
    expect(JSON.stringify(body)).not.toContain('hostIds');
  }
});

describe('every expected host is in the bar', () => {
  test('hosts without a task wait', () => {
    const counts = phaseCounts({ expected: 10, byStatus: { succeeded: 4, running: 2, failed: 1, expired: 1 } });
    expect(counts).toEqual({ done: 4, running: 2, failed: 1, lost: 1, waiting: 2 });
  });
  test('an unknown outcome is no success', () => {
    expect(phaseCounts({ expected: 1, byStatus: { unknown_outcome: 1 } })).toMatchObject({ done: 0, lost: 1 });
  });
});

describe('output is cut into lines', () => {
  const chunk = (stream: 'stdout' | 'stderr', text: string, seq = 0) => ({
    seq,
    stream,
    at: '2026-11-21T03:00:00.000Z',
    text,
  });
  test('a piece may end in the middle of a line', () => {
    expect(outputLines([chunk('stdout', 'one\ntw'), chunk('stdout', 'o\n')]).map((line) => line.text)).toEqual([
      'one',
      'two',
    ]);
  });
  test('the other stream does not tear a line', () => {
    const lines = outputLines([chunk('stdout', 'half '), chunk('stderr', 'oops\n'), chunk('stdout', 'done\n')]);
    expect(lines.map((line) => `${line.stream} ${line.text}`)).toEqual(['stdout half done', 'stderr oops']);
  });
  test('empty lines stay, a last line break adds none', () => {
    expect(outputLines([chunk('stdout', 'a\n\nb\n')]).map((line) => line.text)).toEqual(['a', '', 'b']);
  });
  test('colour, cursor and title codes cannot repaint the console', () => {
    const text = '\u001b[31mred\u001b[0m \u001b]0;title\u0007\u001b[2Jx\u0008\n';
    expect(outputLines([chunk('stdout', text)]).map((line) => line.text)).toEqual(['red x']);
  });
});

test('an archive name gives application and version, or nothing', () => {
  expect(nameFromFile('shop-2.18.0.tar.gz')).toEqual({ name: 'shop', version: '2.18.0' });
  expect(nameFromFile('web-shop_v3.tgz')).toEqual({ name: 'web-shop', version: '3' });
  expect(nameFromFile('backup.tar')).toBeNull();
});
