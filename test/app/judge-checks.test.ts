// [what, what differs from a healthy site, status, words of the summary or of a fact]
import { expect, test } from 'vitest';
import { judgeChecks, type CheckNumbers } from '#app/judge-checks.ts';
import { checkNumbers } from '#app/check-numbers.ts';

const plugins = (differs: Partial<CheckNumbers['plugins']> = {}): CheckNumbers['plugins'] => ({
  runners: [{ runner: 'python', pid: 7, isReady: true, deaths: 0 }],
  passedOver: [],
  running: 3,
  waiting: 0,
  started: 1200,
  startedAgain: 0,
  lost: 0,
  ...differs,
});

const numbers = (differs: Partial<CheckNumbers> = {}): CheckNumbers => ({
  scheduled: 10_000,
  running: 3,
  waiting: 0,
  started: 52_000,
  late: 0,
  skipped: 0,
  latencyMs: { median: 2, p95: 31 },
  waitingForDatabase: 150,
  heldSlots: 64,
  plugins: plugins(),
  ...differs,
});

const dead = { runner: 'node', pid: undefined, isReady: false, deaths: 4 } as const;
const cases: [string, Partial<CheckNumbers>, 'ok' | 'warning', RegExp][] = [
  ['on schedule', {}, 'ok', /^10000 checks are on schedule/],
  ['a second of latency is not yet late', { latencyMs: { median: 2, p95: 1000 } }, 'ok', /on schedule/],
  ['more is', { latencyMs: { median: 400, p95: 1500 }, waiting: 12 }, 'warning', /within 0\.4 s .* 1\.5 s .*; 12 wait/],
  ['late once, long ago', { late: 5, skipped: 2 }, 'ok', /on schedule/],
  ['results of a second wait for each other', { waitingForDatabase: 2000 }, 'ok', /on schedule/],
  ['results pile up', { waitingForDatabase: 9000 }, 'warning', /^9000 results wait .*PostgreSQL/],
  ['no runner is ready', { plugins: plugins({ runners: [dead], waiting: 8 }) }, 'warning', /^8 plugins wait .* none/],
  ['no runner yet, and nobody asked for one', { plugins: plugins({ runners: [dead] }) }, 'ok', /on schedule/],
];
test.each(cases)('%s', (_, differs, status, words) => {
  const part = judgeChecks(numbers(differs));
  expect(part.status).toBe(status);
  expect(part.summary).toMatch(words);
});

test('the page says which program runs plugins, and why it is not the better one', () => {
  const passedOver = [{ runner: 'python' as const, reason: 'spawn python3 ENOENT' }];
  const { facts } = judgeChecks(
    numbers({ plugins: plugins({ runners: [{ runner: 'perl', pid: 9, isReady: true, deaths: 1 }], passedOver }) }),
  );
  const fact = (name: string) => facts.find((each) => each.name === name)?.value;
  expect(fact('plugins are run by')).toBe('perl');
  expect(fact('cannot be used for it')).toBe('python (spawn python3 ENOENT)');
  expect(fact('runners that died')).toBe('1');
});

test('Prometheus reads seconds, and zeros where no checks run', async () => {
  const read = async (counters: () => CheckNumbers | undefined) =>
    Object.fromEntries(
      await Promise.all(
        Object.entries(checkNumbers({ counters })).map(async ([name, { value }]) => [name, await value()] as const),
      ),
    );
  expect(await read(() => numbers({ latencyMs: { median: 20, p95: 310 }, late: 4 }))).toMatchObject({
    checks_scheduled: 10_000,
    checks_started_total: 52_000,
    checks_late_total: 4,
    checks_latency_median_seconds: 0.02,
    checks_latency_p95_seconds: 0.31,
    plugins_started_total: 1200,
  });
  expect(new Set(Object.values(await read(() => undefined)))).toEqual(new Set([0]));
});
