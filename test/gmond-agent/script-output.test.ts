// What executables print, as metrics.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseHeader } from '#agent/custom/script-folder.ts';
import { MOST_PER_SCRIPT, parseScriptOutput } from '#agent/custom/script-output.ts';

const read = (output: string, exitCode?: number) =>
  parseScriptOutput('check', output, exitCode).values.map(({ name, value, units }) => [name, value, units]);

describe('lines of name, value and unit', () => {
  const cases: [what: string, output: string, values: unknown[], malformed: number][] = [
    ['a number', 'queue_length 42\n', [['queue_length', 42, '']], 0],
    ['with a unit of several words', 'rate -1.5e3 jobs per second', [['rate', -1500, 'jobs per second']], 0],
    ['tabs, blanks, CR and comments do not matter', '# hi\n\n  a\t1\tKB  \r\n', [['a', 1, 'KB']], 0],
    ['words are a text', 'state all fine', [['state', 'all fine', '']], 0],
    ['in quotes too', 'state "3 of 4"', [['state', '3 of 4', '']], 0],
    ['a colon in a name becomes what receivers take', 'a:b 1', [['a_b', 1, '']], 0],
    ['said twice, the last counts', 'a 1\na 2', [['a', 2, '']], 0],
    ['a name without a value is malformed', 'a\nb 1', [['b', 1, '']], 1],
    ['a name that is none', '9lives 1\n../x 1\n<b> 1', [], 3],
    ['no number at all', 'a nan\nb -inf\nc Infinity', [], 3],
    ['too large for a number is a text', 'a 1e999', [['a', '1e999', '']], 0],
    ['nothing', '', [], 0],
  ];
  for (const [what, output, values, malformed] of cases)
    test(what, () => {
      expect(read(output)).toEqual(values);
      expect(parseScriptOutput('check', output, 0).malformed).toBe(malformed);
    });

  test('a script may not give more than 200; the rest is counted', () => {
    const output = Array.from({ length: 250 }, (_, at) => `m${at} ${at}`).join('\n');
    const { values, malformed, example } = parseScriptOutput('check', output, 0);
    expect([values.length, malformed, example]).toEqual([MOST_PER_SCRIPT, 50, 'm200 200']);
  });
});

describe('output of a plugin', () => {
  test('each label is a metric of the script, with its thresholds, and the exit code is its state', () => {
    const output = 'DISK WARNING - free space | /=2643MB;5948;5958;0;5968 /var=10% hits=7c';
    const { values } = parseScriptOutput('disk', output, 1);
    expect(values).toEqual([
      {
        ...{ name: 'disk_rootfs', value: 2643, units: 'MB', counts: false },
        extra: [
          ['WARN', '5948'],
          ['CRIT', '5958'],
          ['MIN', '0'],
          ['MAX', '5968'],
        ],
      },
      { name: 'disk_var', value: 10, units: '%', counts: false, extra: [] },
      { name: 'disk_hits', value: 7, units: '', counts: true, extra: [] },
      { name: 'disk_state', value: 1, units: '', counts: false, extra: [] },
    ]);
  });

  const states: [output: string, exitCode: number | undefined, state: number][] = [
    ['PING OK', 0, 0],
    ['PROCS CRITICAL: 3 processes', 2, 2],
    ['OK | a=1', 77, 3],
    ['OK | a=1', undefined, 3],
  ];
  for (const [output, exitCode, state] of states)
    test(`"${output}" that ended with ${exitCode} has state ${state}`, () =>
      expect(read(output, exitCode)).toContainEqual(['check_state', state, '']));

  test('a value that could not be determined is absent, a broken item is counted', () => {
    const { values, malformed } = parseScriptOutput('check', 'OK | a=U b=1,5 c=3', 0);
    expect(values.map(({ name }) => name)).toEqual(['check_c', 'check_state']);
    expect(malformed).toBe(1);
  });
});

test('whatever it prints: no exception, no more than 200, clean names, finite numbers, short extras', () => {
  const texts = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc
      .array(fc.constantFrom('OK', '|', ' ', 'a=1', ';', "'", '\n', 'x', '1', 'nan', '%', '\0', 'é'))
      .map((parts) => parts.join('')),
  );
  fc.assert(
    fc.property(texts, fc.option(fc.integer(), { nil: undefined }), (output, exitCode) => {
      const { values } = parseScriptOutput('s', Buffer.from(output), exitCode);
      expect(values.length).toBeLessThanOrEqual(MOST_PER_SCRIPT);
      for (const { name, value, units, extra } of values) {
        expect(name).toMatch(/^[A-Za-z0-9_.-]{1,120}$/);
        expect(typeof value === 'string' || Number.isFinite(value)).toBe(true);
        expect(units.length).toBeLessThanOrEqual(32);
        for (const [, text] of extra) expect(text.length).toBeLessThanOrEqual(32);
      }
    }),
  );
});

test('a header in whatever comment says how often and how long', () => {
  expect(parseHeader('#!/bin/sh\n# plexus: every=30 timeout=5\n')).toEqual({ everySec: 30, timeoutSec: 5 });
  expect(parseHeader('// plexus: timeout=5')).toEqual({ everySec: 60, timeoutSec: 5 });
  expect(parseHeader('# plexus: every=0')).toEqual({ everySec: 60, timeoutSec: 10 });
  expect(parseHeader('\x7fELF')).toEqual({ everySec: 60, timeoutSec: 10 });
});
