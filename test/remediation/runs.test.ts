import { afterEach, beforeEach, expect, test } from 'vitest';
import type { RunDetail } from '#remediation/api.ts';
import type { RunStep } from '#remediation/api.ts';
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
