// The first thread: samples → condition → alert → mail accepted by a real relay.

import { expect, test } from 'vitest';
import { ANNA, BEN, eventually, loadRule, sample, startAlerting, startSmtp } from './support.ts';

test('a metric past its limit becomes one alert and one mail, and its recovery another in the same thread', async () => {
  const smtp = await startSmtp();
  const { alerting, settle, kinds } = await startAlerting({ smtpUrl: smtp.url });
  await alerting.api.ensureDefaultContact('ops@example.org');
  const rule = await alerting.api.createRule(loadRule(), BEN);
  await alerting.ruleRunner.settle();

  const t0 = 1_767_603_600_000;
  for (const [index, value] of [1, 9.25, 9.5, 10].entries()) alerting.onSamples([sample(value, t0 + index * 15_000)]);
  const problemMail = await eventually('the problem mail', () => smtp.mails[0]);
  expect(problemMail.subject).toBe('[P1] Load too high 9.25 (limit 8) – web-17');
  expect(problemMail.text).toContain('load_one 9.25 – limit > 8');

  const [problem] = await alerting.api.problems(10);
  expect(problem).toMatchObject({ state: 'open', ruleId: rule.id, title: 'Load too high on web-17', value: 9.25 });
  await alerting.api.acknowledge(problem?.id ?? '', ANNA, 'on it');

  alerting.onSamples([sample(2, t0 + 120_000)]);
  const recovery = await eventually('the recovery mail', () => smtp.mails[2]);
  expect(smtp.mails.map((mail) => mail.subject)).toEqual([
    '[P1] Load too high 9.25 (limit 8) – web-17',
    '[P1] anna has it: Load too high 9.25 (limit 8) – web-17',
    '[P1] Resolved: Load too high – web-17',
  ]);
  expect(recovery.inReplyTo).toBe(problemMail.messageId);
  expect(recovery.text).toContain('lasted 1 min 45 s');
  expect(recovery.text).toContain('Ended: by itself');
  await settle();
  expect(await alerting.api.problems(10)).toEqual([]);
  await eventually('three deliveries in the log', async () =>
    (await kinds()).filter((kind) => kind === 'notification.sent').length === 3 ? true : undefined,
  );
  expect((await kinds()).filter((kind) => !kind.startsWith('notification'))).toEqual([
    'rule.condition_met',
    'alert.opened',
    'alert.acknowledged',
    'rule.condition_cleared',
    'alert.resolved',
  ]);
});
