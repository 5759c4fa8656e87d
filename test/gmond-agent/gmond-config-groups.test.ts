// Which metrics the collection groups of a gmond.conf mean, and how they are read.

import { expect, test } from 'vitest';
import type { SampledGroup } from '#agent/default-groups.ts';
import { planGroups } from '#agent/gmond-config-groups.ts';
import { readGmondConfig } from '#agent/gmond-config.ts';
import { LOAD_METRICS } from '#agent/samplers/default-metrics.ts';
import type { Reading } from '#agent/samplers/metric-definition.ts';
import { FakeClock } from '#test/support/fake-clock.ts';
import { parseGmondConf } from '#wire/gmond-conf.ts';

const [LOAD_ONE] = LOAD_METRICS;
if (LOAD_ONE === undefined) throw new Error('no load_one');
const template = LOAD_ONE;

/** A source of these metrics that reads as told. */
const source = (names: string[], read: () => Promise<Reading> = () => Promise.resolve({})): SampledGroup => ({
  name: names.join(),
  metrics: names.map((name) => ({ ...template, name, title: `own title of ${name}` })),
  sampler: { read },
  timeThresholdSec: 1,
});

const groupsOf = (text: string) =>
  readGmondConfig(parseGmondConf({ file: 'g', text }, { environment: {}, include: () => [] })).config.groups;

const AVAILABLE = [
  source(['load_one', 'load_five']),
  source(['cpu_user', 'CPU_system']),
  source(['diskstat_sda_reads', 'diskstat_sdb_reads', 'diskstat_sda_writes']),
];

const plan = (metrics: string) => planGroups(new FakeClock(), groupsOf(`collection_group { ${metrics} }`), AVAILABLE);

// [what, metric sections, "name: title" of what is collected]
test.each([
  ['a name', 'metric { name = load_one }', ['load_one: own title of load_one']],
  ['a title of one’s own', 'metric { name = load_one title = "Load" }', ['load_one: Load']],
  [
    'a prefix, in any case, where no metric has the name',
    'metric { name = CPU_ }',
    ['cpu_user: own title of cpu_user', 'CPU_system: own title of CPU_system'],
  ],
  [
    'an exact name that is a prefix of others',
    'metric { name = load_five } metric { name = load_one }',
    ['load_five: own title of load_five', 'load_one: own title of load_one'],
  ],
  [
    'a pattern whose groups make the title',
    'metric { name_match = "diskstat_(sd.)_(reads)" title = "\\\\1: \\\\2\\\\9" }',
    ['diskstat_sda_reads: sda: reads', 'diskstat_sdb_reads: sdb: reads'],
  ],
  [
    'a pattern in any case, as PCRE marks it',
    'metric { name_match = "(?i)^cpu_SYS" }',
    ['CPU_system: own title of CPU_system'],
  ],
  [
    'the same metric twice',
    'metric { name = load_one } metric { name_match = "^load_one$" title = last }',
    ['load_one: last'],
  ],
])('%s', (_what, metrics, collected) => {
  const { groups, unmatched } = plan(metrics);
  expect(unmatched).toEqual([]);
  expect(groups.flatMap((group) => group.metrics.map(({ name, title }) => `${name}: ${title}`))).toEqual(collected);
});

test('only the file’s threshold counts: without one, time alone sends', () => {
  const { groups } = plan('metric { name = load_one } metric { name = load_five value_threshold = 2 }');
  expect(groups[0]?.metrics.map(({ valueThreshold }) => valueThreshold)).toEqual([undefined, 2]);
});

test('intervals are the file’s; collect_once has none', () => {
  expect(plan('collect_every = 7 time_threshold = 9 metric { name = load_one }').groups).toMatchObject([
    { collectEverySec: 7, timeThresholdSec: 9 },
  ]);
  const [once] = plan('collect_once = yes time_threshold = 9 metric { name = load_one }').groups;
  expect(once?.collectEverySec).toBeUndefined();
});

test.each([
  ['metric { name = gpu_temp }', 'no metric here has this name'],
  ['metric { name_match = "([" }', 'the pattern cannot be used'],
  ['metric { name_match = "^(([a-z])+.)+[A-Z]([a-z])+$" }', 'the pattern cannot be used'],
])('%s is told, and the rest of the group runs', (metric, why) => {
  const long = source(['a'.repeat(60)]);
  const { groups, unmatched } = planGroups(
    new FakeClock(),
    groupsOf(`collection_group { ${metric} metric { name = load_one } }`),
    [...AVAILABLE, long],
  );
  expect(unmatched).toMatchObject([{ at: { file: 'g', line: 1 }, why: expect.stringContaining(why) as string }]);
  expect(groups[0]?.metrics.map(({ name }) => name)).toEqual(['load_one']);
});

test('a source that hangs costs its own metrics, not those of its group, and is not asked twice', async () => {
  const clock = new FakeClock();
  let asked = 0;
  const hanging = source(['slow'], () => {
    asked++;
    return new Promise(() => {});
  });
  const { groups } = planGroups(
    clock,
    groupsOf('collection_group { metric { name = slow } metric { name = quick } }'),
    [hanging, source(['quick'], () => Promise.resolve({ quick: 1 })), source(['failing'])],
  );
  for (let round = 1; round <= 2; round++) {
    const reading = groups[0]?.sampler.read();
    // The quick one has answered by then.
    await new Promise<void>((resolve) => setImmediate(resolve));
    clock.advance(5000);
    expect(await reading).toEqual({ quick: 1 });
  }
  expect(asked).toBe(1);
});

test('two groups with metrics of one counting source do not share its previous reading', async () => {
  let made = 0;
  const counting: SampledGroup = {
    ...source(['cpu_user', 'cpu_idle']),
    another: () => {
      const number = ++made;
      return { read: () => Promise.resolve({ cpu_user: number, cpu_idle: number }) };
    },
  };
  const { groups } = planGroups(
    new FakeClock(),
    groupsOf('collection_group { metric { name = cpu_user } } collection_group { metric { name = cpu_idle } }'),
    [counting],
  );
  expect(await Promise.all(groups.map(({ sampler }) => sampler.read()))).toEqual([
    { cpu_user: 1, cpu_idle: 1 },
    { cpu_user: 2, cpu_idle: 2 },
  ]);
});
