// Plexus as a check: as bad as the worst of its parts, and each part says why.

import { expect, test } from 'vitest';
import { createSelfKind, type SelfPart } from '#checks/kinds/self.ts';
import { runKind } from './run-kind.ts';

const well: SelfPart[] = [
  { name: 'Database', status: 'ok', summary: 'PostgreSQL answers in 0.4 ms.' },
  { name: 'Job queue', status: 'ok', summary: '0 jobs are waiting or running.' },
];
const late: SelfPart = { name: 'Checks', status: 'warning', summary: '12 checks are late.' };
const down: SelfPart = { name: 'Metric history', status: 'critical', summary: 'Samples cannot be stored.' };

const cases: [string, SelfPart[], Record<string, unknown>, string, string][] = [
  ['all is well', well, {}, 'ok', 'PLEXUS OK - all 2 parts are well'],
  ['one part is well', well, { parts: ['Database'] }, 'ok', 'PLEXUS OK - PostgreSQL answers in 0.4 ms.'],
  ['one part is late', [...well, late], {}, 'warning', 'PLEXUS WARNING - Checks: 12 checks are late.'],
  [
    'two are not well',
    [late, down, ...well],
    {},
    'critical',
    'PLEXUS CRITICAL - Checks: 12 checks are late. Metric history: Samples cannot be stored.',
  ],
  ['what is not asked for does not count', [down, ...well], { parts: ['Job queue'] }, 'ok', expect.any(String)],
  [
    'a part that runs elsewhere',
    well,
    { parts: ['Collector'] },
    'unknown',
    'PLEXUS UNKNOWN - this process does not run Collector',
  ],
];
test.each(cases)('%s', async (_, parts, spec, state, output) => {
  const kind = createSelfKind(() => Promise.resolve(parts));
  expect(await runKind(kind, spec)).toMatchObject({ state, output });
});

test('all parts stand below, counts go to the history', async () => {
  const kind = createSelfKind(() => Promise.resolve([late, ...well]));
  expect(await runKind(kind, {})).toMatchObject({
    longOutput:
      'Checks warning: 12 checks are late.\nDatabase ok: PostgreSQL answers in 0.4 ms.\nJob queue ok: 0 jobs are waiting or running.',
    perfdata: 'critical=0;;;0;3 warning=1;;;0;3 ok=2;;;0;3',
  });
});
