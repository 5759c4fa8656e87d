// Numbers, durations and commands as people read and type them.

import { describe, expect, test } from 'vitest';
import { joinCommand, splitCommand } from '#web/ui/format/command-line.ts';
import { parseObject } from '#web/ui/format/json-text.ts';
import { formatNumber, formatQuantity } from '#web/ui/format/quantity.ts';
import { formatDuration, formatElapsed, zoneName } from '#web/ui/format/time.ts';

describe('quantities', () => {
  const cases: [string, number, string, string][] = [
    ['bytes a second scale by thousands', 84_000_000, 'bytes/sec', '84\u00a0MB/s'],
    ['memory in KB scales by 1024', 32_823_132, 'KB', '31.3\u00a0GiB'],
    ['gmond disks in GB are 10^9 bytes', 271.3, 'GB', '271\u00a0GB'],
    ['a count has no unit', 1310, ' ', '1,310'],
    ['CPUs are a count', 8, 'CPUs', '8'],
    ['an unknown unit stays', 48, 's', '48\u00a0s'],
    ['negative values keep their sign', -2_500, 'bytes/sec', '-2.5\u00a0kB/s'],
    ['no number is a dash', Number.NaN, '%', '–\u00a0%'],
  ];
  for (const [what, value, unit, text] of cases) test(what, () => expect(formatQuantity(value, unit)).toBe(text));
  test('three digits that matter', () => {
    expect([0, 0.0432, 2.449, 38.04, 1310.4].map(formatNumber)).toEqual(['0', '0.043', '2.45', '38', '1,310']);
  });
});

describe('durations', () => {
  const cases: [number, string, string][] = [
    [0, '0 s', '0 ms'],
    [84, '0 s', '84 ms'],
    [6_240, '6 s', '6.2 s'],
    [59_999, '59 s', '60.0 s'],
    [60_000, '1 min', '1 min 00 s'],
    [3_720_000, '1 h 02', '1 h 02'],
    [86_400_000, '1 d', '1 d'],
    [100_800_000, '1 d 4 h', '1 d 4 h'],
    [-5_000, '0 s', '0 ms'],
  ];
  for (const [ms, duration, elapsed] of cases) {
    test(`${ms} ms`, () => expect([formatDuration(ms), formatElapsed(ms)]).toEqual([duration, elapsed]));
  }
});

test('the zone is named as people name it', () => {
  expect([0, -480, 210].map(zoneName)).toEqual(['UTC', 'UTC+8', 'UTC\u22123:30']);
});

describe('a typed command', () => {
  const cases: [string, string, string[]][] = [
    ['splits at blanks', 'systemctl  restart nginx', ['systemctl', 'restart', 'nginx']],
    ['quotes hold words together', `sh -c 'sleep 1; echo "x"'`, ['sh', '-c', 'sleep 1; echo "x"']],
    ['quotes inside a word belong to it', `--name="a b"c`, ['--name=a bc']],
    ['an empty quoted word is a word', `set ''`, ['set', '']],
    ['an unclosed quote reaches to the end', `echo 'a b`, ['echo', 'a b']],
    ['blanks alone are no command', '   ', []],
  ];
  for (const [what, typed, words] of cases) {
    test(what, () => {
      expect(splitCommand(typed)).toEqual(words);
      expect(splitCommand(joinCommand(words))).toEqual(words);
    });
  }
  test('a word with both quotes survives', () => {
    const words = ['echo', `it's "fine"`];
    expect(splitCommand(joinCommand(words))).toEqual(words);
  });
});

describe('typed JSON', () => {
  test('an empty text is the empty object', () => expect(parseObject(' ')).toEqual({ ok: true, value: {} }));
  test('an object is taken', () => expect(parseObject('{"a":1}')).toEqual({ ok: true, value: { a: 1 } }));
  for (const text of ['[1]', '3', 'null', '{a:1}', '{']) {
    test(`${text} is refused with a reason`, () => {
      const parsed = parseObject(text);
      expect(parsed.ok === false && parsed.reason.length > 0).toBe(true);
    });
  }
});
