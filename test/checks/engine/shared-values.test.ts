// Equal values are one, and memory for them is bounded.

import { expect, test } from 'vitest';
import { createSharedValues } from '#checks/engine/shared-values.ts';

const parse = (text: string): { a: number } => JSON.parse(text);

test('equal texts give one object, different ones their own', () => {
  const shared = createSharedValues();
  const first = shared.of('spec', '{"a":1}', parse);
  expect(shared.of('spec', '{"a":1}', parse)).toBe(first);
  expect(shared.of('spec', '{"a":2}', parse)).toEqual({ a: 2 });
});

test('the same text of another kind is made anew: a host begins with other settings than a service', () => {
  const shared = createSharedValues();
  expect(shared.of('settings of a host', '{}', () => 'host')).toBe('host');
  expect(shared.of('settings of a service', '{}', () => 'service')).toBe('service');
});

test('a site where everything differs does not grow it for ever', () => {
  const shared = createSharedValues();
  const first = shared.of('spec', '{"a":0}', parse);
  for (let a = 1; a <= 20_000; a++) shared.of('spec', `{"a":${a}}`, parse);
  expect(shared.of('spec', '{"a":0}', parse)).not.toBe(first);
  expect(shared.of('spec', '{"a":0}', parse)).toEqual(first);
});
