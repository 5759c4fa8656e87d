// A problem has one owner, whichever side he takes it from: the check's page, an old script at
// the command file, or the alert.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { SYSTEM } from '#kernel/domain/actor.ts';
import { FakeClock } from '#test/support/fake-clock.ts';
import { startSuite, type JourneySuite } from './suite.ts';

const ADA = { label: 'user:ada', role: 'operator' as const, source: 'test' };
const clock = new FakeClock();
let suite: JourneySuite;
let checkId: string;

beforeAll(async () => {
  suite = await startSuite(clock, { roles: ['checker', 'alerter', 'worker'] });
  const { alerting, checks, inventory } = suite.parts;
  await alerting.api.ensureDefaultRules();
  await alerting.api.ensureDefaultContact('oncall@example.org');
  const hostId = await inventory.api.createHost(SYSTEM, { name: 'web-1', cluster: 'c' });
  checkId = await checks.api.create(SYSTEM, { name: 'pushed', hostId, kind: 'passive', spec: {}, maxAttempts: 1 });
  await settle();
}, 60_000);
afterAll(() => suite.stop());

async function settle(): Promise<void> {
  await suite.settle();
  await suite.parts.checks.drain();
  await suite.settle();
}

const report = async (state: 'ok' | 'critical') => {
  await suite.parts.checks.api.submitResult(SYSTEM, checkId, { state, output: `it is ${state}` });
  await settle();
};
const owners = async () => {
  const [alert] = await suite.parts.alerting.api.problems(10);
  const check = await suite.parts.checks.api.get(checkId);
  return [alert?.state, alert?.acknowledgedBy, check.acknowledged];
};

test('taken on at the check, it is owned at the alert, and given back on both', async () => {
  await report('critical');
  expect(await owners()).toEqual(['open', undefined, 'none']);
  await suite.parts.checks.api.acknowledge(ADA, checkId, { comment: 'mine', sticky: false });
  await settle();
  expect(await owners()).toEqual(['acknowledged', 'ada', 'normal']);
  await suite.parts.checks.api.removeAcknowledgement(ADA, checkId);
  await settle();
  expect(await owners()).toEqual(['open', undefined, 'none']);
});

test('taken on at the alert, the check knows its owner until it recovers', async () => {
  const [alert] = await suite.parts.alerting.api.problems(10);
  await suite.parts.alerting.api.acknowledge(alert?.id ?? '', ADA, 'on it');
  await settle();
  expect(await owners()).toEqual(['acknowledged', 'ada', 'sticky']);
  await report('ok');
  expect(await owners()).toEqual([undefined, undefined, 'none']);
});
