import { afterEach, beforeEach, expect, test } from 'vitest';
import type { RunDetail, RunStep } from '#remediation/api.ts';
import { anna, openHarness, type Harness } from './harness.ts';

let harness: Harness;
beforeEach(async () => {
  harness = await openHarness(['web-1', 'web-2', 'web-3']);
  await harness.remediation.start(new AbortController().signal);
});
afterEach(async () => {
  await harness.remediation.stop();
  await harness.close();
});

const uptime: RunStep = { type: 'script', interpreter: 'sh', script: 'uptime' };
const api = () => harness.remediation.api.runs;
const host = (index: number) => harness.hosts[index]?.id ?? '';
const on = (...indexes: number[]) => ({ hostIds: indexes.map(host), groupIds: [] });
const ended = (runId: string): Promise<RunDetail> =>
  harness.until('the run ends', async () => {
    const detail = await api().get(runId);
    return detail.run.finishedAtMs !== undefined && detail;
  });

test('a script on one host goes out as a request, and its outcome ends the run', async () => {
  const runId = await api().create(anna, { steps: [uptime], targets: on(0) });
  const [request] = await harness.requests(1);
  expect(request).toMatchObject({ runId, action: 'script', requestedBy: 'user:anna' });
  expect(request?.body).toMatchObject({ interpreter: 'sh', script: 'uptime', okCodes: [0], timeoutSec: 60 });
  await harness.gateway.started(request?.requestId ?? '');
  await harness.until('running', async () => (await api().get(runId)).tasks[0]?.status === 'running');
  await harness.gateway.finish(request?.requestId ?? '', { status: 'succeeded', exitCode: 0 }, 'up 3 days\n');
  const { run, tasks, outputGroups } = await ended(runId);
  expect(run).toMatchObject({ status: 'succeeded', summary: '1 host: 1 succeeded' });
  expect(run.accounting).toEqual({ expected: 1, byStatus: { succeeded: 1 } });
  expect(tasks[0]).toMatchObject({ status: 'succeeded', exitCode: 0, hostName: 'web-1' });
  expect(outputGroups.map((group) => group.hostNames)).toEqual([['web-1']]);
  const told = await harness.events('run.created', 'run.started', 'task.finished', 'run.finished');
  expect(told.map((event) => event.kind)).toEqual(['run.created', 'run.started', 'task.finished', 'run.finished']);
  expect(told[1]?.causeId).toBe(told[0]?.id);
  expect(told[3]?.causeId).toBe(told[2]?.id);
});

const requestTo = (hostIndex: number, step = 0) => {
  const found = harness.gateway.sent.find((request) => request.requestId === taskIds[`${step}/${hostIndex}`]);
  if (!found) throw new Error(`nothing was sent to host ${hostIndex} in step ${step}`);
  return found.requestId;
};
let taskIds: Record<string, string> = {};
/** Submits, and remembers task ids by "step/host". */
async function submit(run: Parameters<ReturnType<typeof api>['create']>[1], hosts: number[]): Promise<string> {
  const runId = await api().create(anna, { ...run, targets: on(...hosts) });
  const { tasks } = await api().get(runId);
  taskIds = Object.fromEntries(
    tasks.map((task) => [`${task.step}/${harness.hosts.findIndex(({ id }) => id === task.hostId)}`, task.id]),
  );
  return runId;
}
const statuses = ({ tasks }: RunDetail) => tasks.map((task) => `${task.step} ${task.hostName} ${task.status}`);

test('a second step waits for every host of the first', async () => {
  const runId = await submit({ steps: [uptime, { ...uptime, name: 'again' }], targets: on() }, [0, 1]);
  await harness.requests(2);
  await harness.gateway.finish(requestTo(0), {}, 'a');
  await harness.until('one is through', async () => (await api().get(runId)).tasks[0]?.status === 'succeeded');
  await harness.requests(2);
  await harness.gateway.finish(requestTo(1), {}, 'b');
  await harness.requests(4);
  await harness.gateway.finish(requestTo(0, 1), {}, 'c');
  await harness.gateway.finish(requestTo(1, 1), {}, 'c');
  const detail = await ended(runId);
  expect(detail.run.status).toBe('succeeded');
  const groups = detail.outputGroups.map((group) => [group.step, group.hostNames]);
  expect(groups).toEqual([
    [0, ['web-1']],
    [0, ['web-2']],
    [1, ['web-1', 'web-2']],
  ]);
});

test('a failure stops the run: what was not sent is skipped and accounted for', async () => {
  const runId = await submit({ steps: [uptime, uptime], concurrency: 1, targets: on() }, [0, 1]);
  await harness.requests(1);
  await harness.gateway.finish(requestTo(0), { status: 'failed', exitCode: 3 }, 'no space left');
  const detail = await ended(runId);
  expect(detail.run).toMatchObject({ status: 'failed', summary: '2 hosts: 1 failed, 1 skipped' });
  expect(statuses(detail)).toEqual(['0 web-1 failed', '0 web-2 skipped', '1 web-1 skipped', '1 web-2 skipped']);
  expect(detail.tasks[1]?.reason).toBe('the run stopped: web-1 failed in step 1');
});

test('the different output comes before what most hosts said', async () => {
  const runId = await submit({ steps: [uptime], targets: on() }, [0, 1, 2]);
  await harness.requests(3);
  await harness.gateway.finish(requestTo(0), {}, 'same\n');
  await harness.gateway.finish(requestTo(1), {}, 'odd\n');
  await harness.gateway.finish(requestTo(2), {}, 'same\n');
  const { outputGroups } = await ended(runId);
  expect(outputGroups.map((group) => group.hostNames)).toEqual([['web-2'], ['web-1', 'web-3']]);
});

test('a host without an agent is unreachable, with the reason, and the others run', async () => {
  harness.hosts.push({ id: '0199d2f0-0000-7000-8000-000000000001', name: 'old-1', lifecycle: 'in_service' });
  const runId = await submit({ steps: [uptime], targets: on() }, [0, 3]);
  await harness.requests(1);
  await harness.gateway.finish(requestTo(0), {});
  const detail = await ended(runId);
  expect(detail.run).toMatchObject({ status: 'partially_failed' });
  expect(detail.run.accounting).toEqual({ expected: 2, byStatus: { succeeded: 1, unreachable: 1 } });
  expect(detail.tasks.find((task) => task.hostName === 'old-1')?.reason).toBe(
    'no approved agent is joined to this host',
  );
});

test('an agent that stays away leaves its task expired', async () => {
  const runId = await submit({ steps: [uptime], expiresSec: 30, targets: on() }, [0]);
  const [request] = await harness.requests(1);
  expect(request?.expiresAtMs).toBe(harness.clock.nowMs() + 30_000);
  await harness.gateway.finish(requestTo(0), { status: 'expired', reason: 'the agent did not fetch it in time' });
  const detail = await ended(runId);
  expect(detail.run.summary).toBe('1 host: 1 expired');
  expect(detail.outputGroups).toEqual([]);
});

test('a word that comes twice, or late, changes nothing', async () => {
  const runId = await submit({ steps: [uptime], targets: on() }, [0, 1]);
  await harness.requests(2);
  await harness.gateway.finish(requestTo(0), { status: 'failed', exitCode: 1 });
  await harness.gateway.finish(requestTo(0), { status: 'succeeded' });
  await harness.gateway.started(requestTo(0));
  await harness.gateway.finish(requestTo(1), {});
  const detail = await ended(runId);
  expect(statuses(detail)).toEqual(['0 web-1 failed', '0 web-2 succeeded']);
  expect(await harness.events('task.finished')).toHaveLength(2);
});

test('a cancel drops what waits, and the run ends only when the host has confirmed', async () => {
  const runId = await submit({ steps: [uptime], concurrency: 1, targets: on() }, [0, 1]);
  await harness.requests(1);
  await harness.gateway.started(requestTo(0));
  await api().cancel(anna, runId);
  const open = await api().get(runId);
  expect(open.run).toMatchObject({ cancelRequested: true, finishedAtMs: undefined });
  expect(statuses(open)).toEqual(['0 web-1 canceling', '0 web-2 canceled']);
  expect(harness.gateway.cancels).toEqual([requestTo(0)]);
  await harness.gateway.finish(requestTo(0), { status: 'canceled' });
  const detail = await ended(runId);
  expect(detail.run).toMatchObject({ status: 'canceled', summary: '2 hosts: 2 canceled' });
  await expect(api().cancel(anna, runId)).resolves.toBeUndefined();
});

test('a retry is a new run, linked, on the hosts that did not succeed', async () => {
  const runId = await submit({ steps: [uptime], targets: on() }, [0, 1]);
  await harness.requests(2);
  await harness.gateway.finish(requestTo(0), {});
  await harness.gateway.finish(requestTo(1), { status: 'failed', exitCode: 1 });
  await ended(runId);
  const { run, tasks } = await api().get(await api().retry(anna, runId));
  expect(run).toMatchObject({ parentRunId: runId, attempt: 2, targets: on(1) });
  expect(tasks.map((task) => [task.hostName, task.attempt])).toEqual([['web-2', 2]]);
  await expect(api().retry(anna, run.id)).rejects.toMatchObject({ code: 'run_open' });
});

test('killed after the commit and before the queue: another process takes the run up', async () => {
  await harness.remediation.stop();
  const runId = await harness.remediation.api.runs.create(anna, { steps: [uptime], targets: on(0) });
  await harness.until('the offer is made', async () => (await harness.queue.depth()).run === 1);
  // What was on the queue is gone with it.
  const thief = harness.queue.work('run', { concurrency: 1 }, () => Promise.resolve());
  await harness.until('the job is lost', async () => (await harness.queue.depth()).run === 0);
  await thief.stop();
  const next = harness.another();
  await next.start(new AbortController().signal);
  await harness.until('the sweep finds it', () => {
    harness.clock.advance(1000);
    return Promise.resolve(harness.gateway.sent.length > 0);
  });
  const [request] = await harness.requests(1);
  await next.stop();

  // And again, with the answer given while nobody listens.
  await harness.gateway.finish(request?.requestId ?? '', {}, 'late');
  harness.remediation = harness.another();
  await harness.remediation.start(new AbortController().signal);
  expect((await ended(runId)).run.status).toBe('succeeded');
  await harness.requests(1);
});

test('two workers on the same run send each request once', async () => {
  const rival = harness.another();
  await rival.start(new AbortController().signal);
  const runId = await submit({ steps: [uptime, uptime], targets: on() }, [0, 1, 2]);
  for (let round = 0; round < 5; round++)
    await harness.queue.add('run', { id: `race:${round}`, name: 'advance', payload: { runId } });
  await harness.requests(3);
  for (const host of [0, 1, 2]) await harness.gateway.finish(requestTo(host), {});
  await harness.requests(6);
  for (const host of [0, 1, 2]) await harness.gateway.finish(requestTo(host, 1), {});
  expect((await ended(runId)).run.status).toBe('succeeded');
  for (const kind of ['run.started', 'run.finished'] as const) expect(await harness.events(kind)).toHaveLength(1);
  expect(await harness.events('task.finished')).toHaveLength(6);
  await rival.stop();
});

test('desired state is applied from the catalog of the moment', async () => {
  await api().applyDrift(anna, { hostIds: [host(0)] });
  const [request] = await harness.requests(1);
  expect(request).toMatchObject({ action: 'desired_state', body: { mode: 'enforce', items: [{ name: 'motd' }] } });
});

const refusals: [string, () => Promise<unknown>, string][] = [
  ['no host', () => api().create(anna, { steps: [uptime], targets: on() }), 'no_hosts'],
  [
    'a host that is not there',
    () => api().create(anna, { steps: [uptime], targets: { hostIds: ['x'], groupIds: [] } }),
    'unknown_host',
  ],
  ['neither steps nor runbook', () => api().create(anna, { targets: on(0) }), 'bad_run'],
  ['an empty script', () => api().create(anna, { steps: [{ ...uptime, script: '' }], targets: on(0) }), 'bad_run'],
];
for (const [what, ask, code] of refusals)
  test(`refused: ${what}`, async () => {
    await expect(ask()).rejects.toMatchObject({ code, status: 400 });
    expect(await harness.events('run.created')).toEqual([]);
  });

test('the audit trail says who ran what where', async () => {
  const runId = await submit({ steps: [uptime], targets: on() }, [0, 1]);
  const entry = await harness.database.db
    .selectFrom('audit_entry')
    .selectAll()
    .where('action', '=', 'run.create')
    .executeTakeFirstOrThrow();
  expect(entry).toMatchObject({ actor: 'user:anna', source: '192.0.2.7', object: `run:${runId} uptime` });
  expect(entry.details).toMatchObject({ hosts: ['web-1', 'web-2'], hostCount: 2, steps: ['script'] });
});
