import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatNumber, type NumberKind } from '#wire/printf.ts';

// What a real gmond prints for the sane formats is compared in test/collector/real-gmond.test.ts.
const cases: [what: string, fmt: string, value: number, kind: NumberKind, text: string][] = [
  ['a tie rounds away from zero, unlike in C', '%.0f', 0.5, 'float', '1'],
  ['also below zero', '%.0f', -1.5, 'float', '-2'],
  ['also in the second digit', '%.2f', 0.125, 'float', '0.13'],
  ['%g has no zero before the point', '%g', 0.25, 'float', '.25'],
  ['%g keeps the bare point of a mantissa', '%g', 1e7, 'float', '1.e+7'],
  ['%g of zero', '%g', 0, 'float', '0'],
  ['an exponent has two digits', '%.2e', 12345, 'float', '1.23e+04'],
  ['zeros fill the width', '%08u', 42, 'int', '00000042'],
  ['text around the number stays', '%.1f %% full', 93.26, 'float', '93.3 % full'],
  ['text without a conversion stands for itself', 'constant', 1, 'int', 'constant'],
  ['not a number', '%.1f', NaN, 'float', 'nan'],
  ['infinity', '%.1f', Infinity, 'float', 'inf'],
  ['infinity keeps its sign', '%.1f', -Infinity, 'float', '-inf'],
  ['a number too large for toFixed', '%.1f', 1e22, 'float', '10000000000000000000000.0'],
  ['%u of a negative int is its 32 bits', '%u', -1, 'int', '4294967295'],
  ['%hu takes 16 bits', '%hu', 65543, 'int', '7'],
  ['%hd of them with a sign', '%hd', 65535, 'int', '-1'],
  ['%s, which kills a gmond, is the plain number', '%s', 7, 'int', '7'],
  ['%n is the plain number', '%n', 7.5, 'float', '7.5'],
  ['a second conversion, which reads the stack of a gmond, is the plain number', '%x.%x', 255, 'int', '255'],
  ['a width from an argument is the plain number', '%*d', 5, 'int', '5'],
  ['a lone percent sign is the plain number', '%', 5, 'int', '5'],
  ['an absurd width is refused', '%99999d', 5, 'int', '5'],
];

test.each(cases)('%s', (_what, fmt, value, kind, text) => {
  expect(formatNumber(fmt, value, kind)).toBe(text);
});

test('no format makes much text of a number', () => {
  const fmt = fc.array(
    fc.constantFrom('%', '0', '9', '.', '-', '+', '#', ' ', 'l', 'h', 'd', 'u', 'x', 'f', 'e', 'g', 's'),
    {
      maxLength: 12,
    },
  );
  fc.assert(
    fc.property(fmt, fc.double(), (parts, value) => {
      const text = formatNumber(parts.join(''), value, 'float');
      expect(text.length).toBeLessThan(12 + 400);
    }),
    { numRuns: 2000 },
  );
});
