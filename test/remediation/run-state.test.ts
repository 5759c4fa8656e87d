import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FINAL_TASK_STATUSES, isFinal, type TaskStatus } from '#remediation/run.ts';
import { hasWork, mayMove, planRun, type RunState, type TaskState } from '#remediation/run-state.ts';

/** One row per step, one column per host: "succeeded failed" is the first step on web-1 and web-2. */
function state(rows: string[], change: Partial<RunState> = {}): RunState {
  const tasks = rows.flatMap((row, step) =>
    row.split(' ').map((status, index) => ({
      id: `${step}/web-${index + 1}`,
      step,
      hostId: `h${index + 1}`,
      hostName: `web-${index + 1}`,
      status: status as TaskStatus,
    })),
  );
  return { steps: rows.map(() => ({})), concurrency: 50, cancelRequested: false, tasks, ...change };
}
const ids = (tasks: readonly TaskState[]) => tasks.map((task) => task.id);
const ended = (run: RunState) => planRun(run).end.map(({ task, status }) => `${task.id} ${status}`);
const ignore = { onFailure: 'ignore' as const };
const dropHost = { onFailure: 'drop_host' as const };

const starts: [string, RunState, string[]][] = [
  [
    'every host of the first step starts, none of the second',
    state(['queued queued', 'queued queued']),
    ['0/web-1', '0/web-2'],
  ],
  ['the second step waits for the last host of the first', state(['succeeded running', 'queued queued']), []],
  ['and begins when it is through', state(['succeeded succeeded', 'queued queued']), ['1/web-1', '1/web-2']],
  ['no more hosts at work than allowed', state(['running queued queued'], { concurrency: 2 }), ['0/web-2']],
  ['a full run starts nothing', state(['running sent queued'], { concurrency: 2 }), []],
  ['a host being canceled still holds its place', state(['canceling queued'], { concurrency: 1 }), []],
  ['after a failure nothing further starts', state(['failed queued queued'], { concurrency: 1 }), []],
  ['an ignored failure stops nobody', state(['failed queued'], { steps: [ignore], concurrency: 1 }), ['0/web-2']],
  [
    'an ignored failure does not keep its host from the next step',
    state(['failed succeeded', 'queued queued'], { steps: [ignore, {}] }),
    ['1/web-1', '1/web-2'],
  ],
  [
    'a dropped host leaves, the others go on',
    state(['failed succeeded', 'queued queued'], { steps: [dropHost, {}] }),
    ['1/web-2'],
  ],
  ['a canceled run starts nothing', state(['queued queued'], { cancelRequested: true }), []],
];
for (const [what, run, expected] of starts) test(what, () => expect(ids(planRun(run).start)).toEqual(expected));

const ends: [string, RunState, string[]][] = [
  [
    'a stop skips everything that was not sent',
    state(['failed queued', 'queued queued']),
    ['0/web-2 skipped', '1/web-1 skipped', '1/web-2 skipped'],
  ],
  [
    'a stop leaves those at work to finish',
    state(['failed running', 'queued queued']),
    ['1/web-1 skipped', '1/web-2 skipped'],
  ],
  [
    'only the dropped host is skipped',
    state(['expired succeeded', 'queued queued'], { steps: [dropHost, {}] }),
    ['1/web-1 skipped'],
  ],
  ['a cancel drops what was not sent', state(['running queued'], { cancelRequested: true }), ['0/web-2 canceled']],
];
for (const [what, run, expected] of ends) test(what, () => expect(ended(run)).toEqual(expected));

test('a cancel asks each host at work once', () => {
  const plan = planRun(state(['running sent canceling queued'], { cancelRequested: true }));
  expect(ids(plan.cancel)).toEqual(['0/web-1', '0/web-2']);
  expect(plan.finish).toBeUndefined();
});

const finishes: [string, RunState, string | undefined, Record<string, number>][] = [
  ['all succeeded', state(['succeeded succeeded']), 'succeeded', { succeeded: 2 }],
  [
    'an ignored failure counts as success',
    state(['failed succeeded'], { steps: [ignore] }),
    'succeeded',
    { succeeded: 2 },
  ],
  ['some failed', state(['succeeded timed_out']), 'partially_failed', { succeeded: 1, timed_out: 1 }],
  ['none succeeded', state(['expired unreachable']), 'failed', { expired: 1, unreachable: 1 }],
  ['skipped is not success', state(['succeeded skipped']), 'partially_failed', { succeeded: 1, skipped: 1 }],
  ['canceled', state(['succeeded canceled'], { cancelRequested: true }), 'canceled', { succeeded: 1, canceled: 1 }],
  [
    'a cancel that came too late',
    state(['succeeded succeeded'], { cancelRequested: true }),
    'succeeded',
    { succeeded: 2 },
  ],
  ['one host open: not finished', state(['succeeded running']), undefined, { succeeded: 1, running: 1 }],
  [
    'a cancel not yet confirmed: not finished',
    state(['canceling'], { cancelRequested: true }),
    undefined,
    { canceling: 1 },
  ],
];
for (const [what, run, finish, byStatus] of finishes)
  test(`the end: ${what}`, () => {
    const plan = planRun(run);
    expect(plan.finish).toBe(finish);
    expect(plan.accounting).toEqual({ expected: run.tasks.filter((task) => task.step === 0).length, byStatus });
  });

const moves: [TaskStatus, TaskStatus, boolean][] = [
  ['queued', 'sent', true],
  ['sent', 'running', true],
  ['running', 'sent', false],
  ['canceling', 'running', false],
  ['running', 'succeeded', true],
  ['succeeded', 'failed', false],
  ['expired', 'running', false],
];
for (const [from, to, may] of moves)
  test(`${from} ${may ? 'may' : 'may not'} become ${to}`, () => expect(mayMove(from, to)).toBe(may));

/** Carries the plan out as the worker does, on an in-memory copy. */
function apply(run: RunState): RunState {
  const plan = planRun(run);
  const next = new Map<string, TaskStatus>([
    ...plan.start.map((task) => [task.id, 'sent'] as const),
    ...plan.end.map(({ task, status }) => [task.id, status] as const),
    ...plan.cancel.map((task) => [task.id, 'canceling'] as const),
  ]);
  return { ...run, tasks: run.tasks.map((task) => ({ ...task, status: next.get(task.id) ?? task.status })) };
}

test('whatever order the hosts answer in, and however often, every host is accounted for before the end', () => {
  const run = fc.record({
    hosts: fc.integer({ min: 1, max: 5 }),
    policies: fc.array(fc.constantFrom('stop' as const, 'ignore' as const, 'drop_host' as const), {
      minLength: 1,
      maxLength: 3,
    }),
    concurrency: fc.integer({ min: 1, max: 3 }),
    words: fc.array(
      fc.record({
        pick: fc.nat(),
        status: fc.constantFrom<TaskStatus>('running', ...FINAL_TASK_STATUSES),
        repeat: fc.boolean(),
      }),
      { maxLength: 60 },
    ),
    cancelAt: fc.option(fc.nat(20), { nil: undefined }),
  });
  fc.assert(
    fc.property(run, ({ hosts, policies, concurrency, words, cancelAt }) => {
      const row = Array.from({ length: hosts }, () => 'queued').join(' ');
      let current = state(
        policies.map(() => row),
        { steps: policies.map((onFailure) => ({ onFailure })), concurrency },
      );
      const settle = () => {
        while (hasWork(planRun(current)) && !planRun(current).finish) current = apply(current);
      };
      const hear = (id: string, status: TaskStatus) => {
        const tasks = current.tasks.map((task) =>
          task.id === id && task.status !== 'queued' && mayMove(task.status, status) ? { ...task, status } : task,
        );
        current = { ...current, tasks };
      };
      const check = () => {
        const plan = planRun(current);
        const sum = Object.values(plan.accounting.byStatus).reduce((total, count) => total + count, 0);
        expect(sum).toBe(hosts);
        expect(plan.accounting.expected).toBe(hosts);
        if (plan.finish) expect(current.tasks.every((task) => isFinal(task.status))).toBe(true);
        const atWork = current.tasks.filter((task) => !isFinal(task.status) && task.status !== 'queued');
        expect(atWork.length).toBeLessThanOrEqual(concurrency);
      };
      settle();
      for (const [index, { pick, status, repeat }] of words.entries()) {
        if (index === cancelAt) current = { ...current, cancelRequested: true };
        const task = current.tasks[pick % current.tasks.length];
        if (task) for (let times = repeat ? 2 : 1; times > 0; times--) hear(task.id, status);
        settle();
        check();
      }
      // The gateway ends every request in the end.
      while (!planRun(current).finish) {
        for (const task of current.tasks.filter((entry) => !isFinal(entry.status))) hear(task.id, 'expired');
        settle();
        check();
      }
    }),
    { numRuns: 300 },
  );
});
