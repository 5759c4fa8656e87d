import { afterAll, beforeAll, expect, test } from 'vitest';
import type { NewRunbook } from '#remediation/api.ts';
import { anna, openHarness, type Harness } from './harness.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await openHarness(['web-1']);
});
afterAll(() => harness.close());

const runbooks = () => harness.remediation.api.runbooks;
const clean = (name: string, script = 'true'): NewRunbook => ({
  name,
  inputs: [{ name: 'days', type: 'integer', default: '7' }],
  steps: [{ type: 'script', interpreter: 'sh', script, args: ['{{days}}'] }],
});

test('every save is a version, and a run keeps the one it used', async () => {
  const id = await runbooks().create(anna, clean('Clean up', 'rm -f /tmp/a'));
  const targets = { hostIds: [harness.hosts[0]?.id ?? ''], groupIds: [] };
  const runId = await harness.remediation.api.runs.create(anna, { runbookId: id, targets });
  await runbooks().update(anna, id, { ...clean('Clean up', 'rm -f /tmp/b'), version: 1 });
  expect((await runbooks().versions(id)).map(({ version, savedBy }) => [version, savedBy])).toEqual([
    [2, 'user:anna'],
    [1, 'user:anna'],
  ]);
  const { run } = await harness.remediation.api.runs.get(runId);
  expect(run).toMatchObject({ runbookVersion: 1, inputs: { days: '7' }, steps: [{ script: 'rm -f /tmp/a' }] });
  await expect(runbooks().update(anna, id, { ...clean('Clean up'), version: 1 })).rejects.toMatchObject({
    code: 'stale_version',
  });
});

test('a name is given once', async () => {
  await runbooks().create(anna, clean('Once'));
  await expect(runbooks().create(anna, clean('Once'))).rejects.toMatchObject({ code: 'name_taken', status: 409 });
});

test('all problems of a definition are told at once', async () => {
  const bad = {
    ...clean('Bad'),
    inputs: [],
    steps: [{ type: 'script' as const, interpreter: 'sh' as const, script: '', args: ['{{days}}'] }],
  };
  await expect(runbooks().create(anna, bad)).rejects.toMatchObject({
    code: 'bad_runbook',
    details: { problems: ['steps[0].script: is empty', 'steps[0]: "{{days}}" names no input; declared: none'] },
  });
});

test('a runbook that a reflex needs cannot be deleted', async () => {
  const id = await runbooks().create(anna, clean('Needed'));
  const reflexId = await harness.remediation.api.reflexes.create(anna, {
    name: 'r',
    match: { checkName: 'disk' },
    runbookId: id,
  });
  await expect(runbooks().remove(anna, id)).rejects.toMatchObject({ code: 'in_use' });
  await harness.remediation.api.reflexes.remove(anna, reflexId);
  await runbooks().remove(anna, id);
  await expect(runbooks().get(id)).rejects.toMatchObject({ code: 'not_found' });
});

test('the runbooks of a fresh installation are made once, and stay deleted', async () => {
  const { ensureDefaultRunbooks } = harness.remediation.api;
  await ensureDefaultRunbooks();
  await ensureDefaultRunbooks();
  const made = (await runbooks().list({ limit: 50 })).items.filter((runbook) => runbook.origin !== undefined);
  expect(made.map((runbook) => runbook.name)).toEqual(['Disk usage report', 'Restart a service']);
  await runbooks().remove(anna, made[0]?.id ?? '');
  await ensureDefaultRunbooks();
  expect((await runbooks().list({ limit: 50 })).items.map(({ name }) => name)).not.toContain('Disk usage report');
});
