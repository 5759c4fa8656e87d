// Perfdata on its way into the metric history.

import { expect, test } from 'vitest';
import { perfdataSamples } from '#checks/perfdata-samples.ts';

const cases: [string, string, [metric: string, value: number][]][] = [
  [
    'each label is a metric of the host',
    'a=1s b=2%',
    [
      ['check.disk.a', 1],
      ['check.disk.b', 2],
    ],
  ],
  ['paths stay paths', "'/var/lib'=80%;90", [['check.disk./var/lib', 80]]],
  ['what could not be determined is left out', 'a=U b=2', [['check.disk.b', 2]]],
  ['of a label that comes twice the last one counts', 'a=1 a=2', [['check.disk.a', 2]]],
  ['broken perfdata is no perfdata', 'a=,5 b', []],
];
test.each(cases)('%s', (_, perfdata, expected) => {
  const samples = perfdataSamples('disk', { cluster: 'c', host: 'web-1' }, perfdata, 1000);
  expect(samples.map(({ metric, value }) => [metric, value])).toEqual(expected);
  for (const sample of samples) expect(sample).toMatchObject({ cluster: 'c', host: 'web-1', atMs: 1000 });
});
