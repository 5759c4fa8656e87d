import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { exposedName, exposeSample, parseExposition } from '#wire/prometheus-text.ts';

const NODE_EXPORTER = `# HELP node_cpu_seconds_total Seconds the CPUs spent in each mode.
# TYPE node_cpu_seconds_total counter
node_cpu_seconds_total{cpu="0",mode="idle"} 1.2345e+06
node_cpu_seconds_total{cpu="0",mode="user",} 42
# A plain comment.
# TYPE node_load1 gauge
node_load1 0.21

metric_without_type{path="C:\\\\DIR\\\\",error="Cannot find \\"file\\"\\nagain"} +Inf 1395066363000
  spaced  { a = "b" , c="d" }  -3.5e-2
`;

describe('what an exporter shows', () => {
  const { samples, families, badLineCount } = parseExposition(NODE_EXPORTER);

  test('samples with labels, escapes, special values and instants', () => {
    expect(badLineCount).toBe(0);
    expect(samples.map(({ name, labels, value, atMs }) => [name, Object.fromEntries(labels), value, atMs])).toEqual([
      ['node_cpu_seconds_total', { cpu: '0', mode: 'idle' }, 1_234_500, undefined],
      ['node_cpu_seconds_total', { cpu: '0', mode: 'user' }, 42, undefined],
      ['node_load1', {}, 0.21, undefined],
      ['metric_without_type', { path: 'C:\\DIR\\', error: 'Cannot find "file"\nagain' }, Infinity, 1_395_066_363_000],
      ['spaced', { a: 'b', c: 'd' }, -0.035, undefined],
    ]);
  });

  test('types and help by family', () => {
    expect(families.get('node_cpu_seconds_total')).toEqual({
      type: 'counter',
      help: 'Seconds the CPUs spent in each mode.',
    });
    expect(families.get('node_load1')?.type).toBe('gauge');
  });

  test('a bad line costs itself only, and is named', () => {
    const broken = parseExposition(
      'good 1\nbad{ 2\n{a="b"} 3\nbad x\nbad{a="b" c="d"} 1\n1bad 1\nbad 1 2 3\nalso_good 2\n',
    );
    expect(broken.samples.map(({ name }) => name)).toEqual(['good', 'also_good']);
    expect(broken.badLines).toEqual([2, 3, 4, 5, 6, 7]);
  });

  test('more samples than are taken are counted as lost', () => {
    const { samples: taken, badLineCount: lost } = parseExposition('a 1\nb 2\nc 3\n', 2);
    expect([taken.length, lost]).toEqual([2, 1]);
  });

  test('what is written is read back, whatever names and labels hold', () => {
    const label = fc.stringMatching(/^[a-zA-Z_][a-zA-Z0-9_]{0,10}$/);
    const value = fc.oneof(fc.double(), fc.constantFrom(Infinity, -Infinity, NaN));
    fc.assert(
      fc.property(
        fc.string(),
        fc.uniqueArray(fc.tuple(label, fc.string()), { selector: ([name]) => name }),
        value,
        (name, labels, number) => {
          const { samples: read, badLineCount: bad } = parseExposition(exposeSample(exposedName(name), labels, number));
          expect(bad).toBe(0);
          expect([...(read[0]?.labels ?? [])]).toEqual(labels);
          expect(read[0]?.value).toBe(Object.is(number, -0) ? 0 : number);
        },
      ),
    );
  });

  test('arbitrary text never throws', () => {
    fc.assert(fc.property(fc.string({ maxLength: 500 }), (text) => parseExposition(text).badLineCount >= 0));
  });
});
