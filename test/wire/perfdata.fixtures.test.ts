// The published grammar line by line, every perfdata string of real plugins, and
// generated values that must survive being written and read again.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatPerfdata, parsePerfdata, type PerfdataMetric } from '#wire/perfdata.ts';
import { parsePluginOutput } from '#wire/plugin-output.ts';
import { readJsonLines } from '../support/fixtures.ts';

const grammar = readJsonLines<{ raw: string; expected: PerfdataMetric[] | null; note: string }>(
  'nagios',
  'plugins',
  'perfdata.jsonl',
);
const outputs = readJsonLines<{ name: string; stdout: string }>('nagios', 'plugins', 'outputs.jsonl');

for (const { raw, expected, note } of grammar) {
  test(`${JSON.stringify(raw)} ${note}`, () => {
    // The fixture leaves the exponent open; we take it.
    const wanted = expected ?? [{ label: 'big', value: 1000, uom: 'B', warn: null, crit: null, min: null, max: null }];
    expect(parsePerfdata(raw).metrics).toEqual(wanted);
  });
}

const labels: [string, string[]][] = [
  ['load-ok', ['load1', 'load5', 'load15']],
  ['disk-ok', ['/']],
  ['disk-multi', ['/', '/dev/shm']],
  ['http-ok', ['time', 'size']],
  ['ping-ok', ['rta', 'pl']],
  ['icmp-ok', ['rta', 'pl', 'rtmax', 'rtmin']],
  ['file-age', ['age', 'size']],
  ['dummy-perf', ['a', 'b']],
];
test.each(labels)('real output %s carries its metrics, none skipped', (name, expected) => {
  const stdout = outputs.find((row) => row.name === name)?.stdout ?? '';
  const { metrics, skipped } = parsePerfdata(parsePluginOutput(stdout).perfdata);
  expect([metrics.map((metric) => metric.label), skipped]).toEqual([expected, 0]);
});

const broken: [string, string, number][] = [
  ['a quote in a plain label', "it's=1 b=2", 1],
  ['two decimal points', 'a=1.2.3', 1],
  ['text after a quoted label', "'a'b=1 c=2", 1],
  ['a number no float can hold', 'a=1e999', 1],
  ['a flood of items', Array.from({ length: 1005 }, (_, i) => `m${i}=1`).join(' '), 5],
];
test.each(broken)('%s is counted, the rest is kept', (_, text, skipped) => {
  expect(parsePerfdata(text).skipped).toBe(skipped);
});

const finite = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (value === 0 ? 0 : value));
const metric: fc.Arbitrary<PerfdataMetric> = fc
  .record({
    label: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }),
    value: fc.option(finite, { nil: null }),
    uom: fc.constantFrom('', 's', 'ms', '%', 'B', 'KiB', 'c', '°C'),
    warn: fc.constantFrom(null, '80', '1:', '@10:20', '~:90'),
    crit: fc.constantFrom(null, '90', '~:5'),
    min: fc.option(finite, { nil: null }),
    max: fc.option(finite, { nil: null }),
  })
  .map((made) => (made.value === null ? { ...made, uom: '' } : made));

test('what is written is read again', () => {
  fc.assert(
    fc.property(fc.array(metric, { maxLength: 8 }), (metrics) => {
      expect(parsePerfdata(formatPerfdata(metrics))).toEqual({ metrics, skipped: 0 });
    }),
    { seed: 20_260_105, numRuns: 500 },
  );
});

test('any text at all is answered with finite values', () => {
  const piece = fc.constantFrom("'", '=', ';', ' ', '1', '.', '-', 'e', 'U', 'a', ',', '\t', '%', 'é', '@', ':');
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
      for (const { label, value } of parsePerfdata(pieces.join('')).metrics) {
        expect(label).not.toBe('');
        expect(value === null || Number.isFinite(value)).toBe(true);
      }
    }),
    { seed: 20_260_105, numRuns: 3000 },
  );
});
