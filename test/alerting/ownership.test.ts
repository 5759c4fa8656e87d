// A problem has one owner, at its check and at its alert; what one says because of the other
// names its cause, so that the two do not answer each other for ever.

import { expect, test } from 'vitest';
import { uuidv7 } from '#kernel/ids.ts';
import { BEN, loadRule, startAlerting } from './support.ts';

test('an alert that is taken on or given back with its check says so', async () => {
  const bench = await startAlerting();
  const rule = { kind: 'check' as const, name: 'Check critical', spec: { states: ['critical' as const], scope: {} } };
  await bench.alerting.api.createRule(loadRule(rule), BEN);
  await bench.alerting.ruleRunner.settle();
  const checkId = uuidv7(1);
  const counted = { type: 'hard' as const, attempt: 3, maxAttempts: 3, hardChange: true };
  const data = { checkName: 'http', from: 'ok' as const, to: 'critical' as const, output: 'broken', ...counted };
  await bench.append({ kind: 'check.state_changed', atMs: 1, checkId, data });
  const ack = { checkName: 'http', by: 'user:ben', comment: 'mine', sticky: true };
  const [taken] = await bench.append({ kind: 'check.acknowledged', atMs: 2, checkId, data: ack });
  const ended = { checkName: 'http', reason: 'removed' as const, by: 'user:ben' };
  const [given] = await bench.append({ kind: 'check.acknowledgement_ended', atMs: 3, checkId, data: ended });
  await bench.settle();
  const told = await bench.db
    .selectFrom('event')
    .select(['kind', 'cause_id'])
    .where('kind', 'in', ['alert.acknowledged', 'alert.unacknowledged'])
    .orderBy('id')
    .execute();
  expect(told.map(({ kind, cause_id }) => [kind, String(cause_id)])).toEqual([
    ['alert.acknowledged', taken],
    ['alert.unacknowledged', given],
  ]);
});
