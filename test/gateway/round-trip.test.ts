// From a join token to a result in the database, with a real agent process.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { createHarness, type Harness } from './harness.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await createHarness();
});
afterAll(() => harness.close());

test('an agent joins with a token, runs a signed script, and its result and output are in the database', async () => {
  const { agentId } = await harness.connectedAgent();
  const outcome = await harness.script(agentId, 'echo to out; echo to err >&2; exit 3');
  expect(outcome).toMatchObject({ status: 'failed', exitCode: 3, outputBytes: 14, omittedBytes: 0 });
  expect((await harness.output(outcome.id)).toString()).toContain('to out\n');
  const kinds = harness.events().map((event) => event.kind);
  expect(kinds.filter((kind) => kind !== 'agent.reported')).toEqual([
    'agent.enrolled',
    'agent.connected',
    'request.started',
    'request.finished',
  ]);
});
