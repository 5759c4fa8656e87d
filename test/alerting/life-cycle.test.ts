// What others observe becomes alerts: checks, hosts, reflexes, people; on a real database.

import { describe, expect, test } from 'vitest';
import type { CheckStateChanged, NewEvent, ReflexDecision } from '#kernel/domain/event.ts';
import { uuidv7 } from '#kernel/ids.ts';
import { FakeClock } from '#test/support/fake-clock.ts';
import { ANNA, BEN, eventually, loadRule, sample, startAlerting, type AlertingBench } from './support.ts';

const checkRule = (more = {}) =>
  loadRule({ kind: 'check', name: 'Check critical', spec: { states: ['critical'], scope: {} }, ...more });
const hostRule = (more = {}) => loadRule({ kind: 'host_down', name: 'Host down', spec: { scope: {} }, ...more });

const checkId = uuidv7(1);

const checkEvent = (atMs: number, to: CheckStateChanged['to'], more: Partial<CheckStateChanged> = {}): NewEvent => ({
  kind: 'check.state_changed',
  atMs,
  checkId,
  data: {
    checkName: 'http',
    from: 'ok',
    to,
    type: 'hard',
    attempt: 3,
    maxAttempts: 3,
    output: `HTTP ${to}`,
    hardChange: true,
    ...more,
  },
});
const quiet = (atMs: number, name = 'web-17'): NewEvent => ({
  kind: 'host.quiet',
  atMs,
  data: { cluster: 'shop', hostKey: `key-${name}`, name, silentSec: 80 },
});
const back = (atMs: number, name = 'web-17'): NewEvent => ({
  kind: 'host.back',
  atMs,
  data: { cluster: 'shop', hostKey: `key-${name}`, name },
});

async function addHost(bench: AlertingBench, name: string, groupId?: string): Promise<string> {
  const id = uuidv7(1);
  await bench.db.insertInto('host').values({ id, name, cluster: 'shop', created_at_ms: 0 }).execute();
  await bench.db
    .insertInto('host_alias')
    .values({ kind: 'gmond', value: `shop/key-${name}`, host_id: id })
    .execute();
  if (groupId) {
    await bench.db
      .insertInto('host_group')
      .values({ id: groupId, name: `group ${groupId}`, created_at_ms: 0 })
      .execute();
    await bench.db.insertInto('host_group_member').values({ group_id: groupId, host_id: id }).execute();
  }
  return id;
}

const alertsOf = async (bench: AlertingBench) =>
  (await bench.alerting.api.alerts({ limit: 50 })).map((alert) => `${alert.title}: ${alert.state}`);

const alertEvents = async (bench: AlertingBench) => (await bench.kinds()).filter((kind) => kind.startsWith('alert.'));

async function bench(...rules: ReturnType<typeof loadRule>[]) {
  const clock = new FakeClock();
  const started = await startAlerting({ clock });
  for (const rule of rules) await started.alerting.api.createRule(rule, BEN);
  await started.alerting.ruleRunner.settle();
  const tell = async (...events: NewEvent[]) => {
    const ids = await started.append(...events);
    await started.settle();
    return ids;
  };
  return { ...started, clock, t0: clock.nowMs(), tell };
}

describe('checks', () => {
  const stories: [string, NewEvent[], string[]][] = [
    ['a soft problem opens nothing', [checkEvent(1, 'critical', { type: 'soft', hardChange: false })], []],
    ['a warning does not, when only critical counts', [checkEvent(1, 'warning')], []],
    ['hard critical opens one', [checkEvent(1, 'critical')], ['http is critical: open']],
    ['ok ends it', [checkEvent(1, 'critical'), checkEvent(2, 'ok')], ['http is critical: resolved']],
    [
      'a lesser state ends it too',
      [checkEvent(1, 'critical'), checkEvent(2, 'warning')],
      ['http is critical: resolved'],
    ],
    ['unknown proves nothing', [checkEvent(1, 'critical'), checkEvent(2, 'unknown')], ['http is critical: open']],
    [
      'a flap of ten is one alert',
      Array.from({ length: 20 }, (_, index) => checkEvent(index, index % 2 === 0 ? 'critical' : 'ok')),
      ['http is critical: resolved'],
    ],
  ];
  test.each(stories)('%s', async (_what, events, expected) => {
    const on = await bench(checkRule());
    await on.tell(...events);
    expect(await alertsOf(on)).toEqual(expected);
  });

  test('what was told before is known: the same event again changes nothing', async () => {
    const on = await bench(checkRule());
    await on.tell(checkEvent(10, 'critical'), checkEvent(20, 'ok'));
    const before = await alertEvents(on);
    await on.tell(checkEvent(10, 'critical'), checkEvent(20, 'ok'));
    expect(await alertEvents(on)).toEqual(before);
    expect(before).toEqual(['alert.opened', 'alert.resolved']);
  });

  test('an end that overtook its beginning leaves nothing open for long after', async () => {
    const on = await bench(checkRule());
    await on.tell(checkEvent(10, 'critical'), checkEvent(30, 'ok'), checkEvent(20, 'critical'));
    expect(await alertsOf(on)).toEqual(['http is critical: resolved']);
  });

  test('a deleted check has no problem any more', async () => {
    const on = await bench(checkRule());
    await on.tell(checkEvent(10, 'critical'));
    await on.tell({
      kind: 'config.changed',
      atMs: 20,
      data: { kind: 'check', id: checkId, name: 'http', change: 'deleted', by: 'user:ben' },
    });
    const [alert] = await on.alerting.api.alerts({ limit: 1 });
    expect(alert).toMatchObject({ state: 'resolved', resolvedEvidence: { summary: 'check http was deleted' } });
  });

  test('cause and effect are chained, and the loop strip tells the story', async () => {
    const on = await bench(checkRule());
    const [causeId] = await on.tell(checkEvent(on.t0, 'critical'));
    const [problem] = await on.alerting.api.problems(1);
    const episode = await on.alerting.api.episode(problem?.id ?? '');
    expect(episode.events.map((event) => [event.kind, event.causeId])).toEqual([
      ['check.state_changed', undefined],
      ['alert.opened', causeId],
    ]);
    expect(episode.loop).toMatchObject({
      sensed: { status: 'done', summary: 'http is critical', atMs: on.t0 },
      judged: { status: 'done', summary: 'Check critical', detail: 'HTTP critical' },
      acted: { status: 'waiting' },
      verified: { status: 'waiting' },
    });
  });
});

describe('hosts', () => {
  test('a silent host is one alert, its return ends it, and a retired one has none', async () => {
    const on = await bench(hostRule());
    await on.tell(quiet(10), quiet(10));
    expect(await alertsOf(on)).toEqual(['web-17 is down: open']);
    await on.tell(back(20));
    expect(await alertsOf(on)).toEqual(['web-17 is down: resolved']);

    const hostId = await addHost(on, 'web-18');
    await on.tell(quiet(30, 'web-18'));
    expect(await on.alerting.api.problems(5)).toMatchObject([{ title: 'web-18 is down', hostId }]);
    await on.db.updateTable('host').set({ lifecycle: 'retired' }).where('id', '=', hostId).execute();
    await on.tell({ kind: 'host.retired', atMs: 40, hostId, data: { name: 'web-18', by: 'user:ben' } });
    await on.tell(quiet(50, 'web-18'));
    expect(await on.alerting.api.problems(5)).toEqual([]);
  });

  test('a silent host that a restarted collector hears for the first time is back', async () => {
    const on = await bench(hostRule());
    const { cluster, hostKey, name } = { cluster: 'shop', hostKey: 'key-web-17', name: 'web-17' };
    await on.tell(quiet(10), {
      kind: 'host.seen',
      atMs: 20,
      data: { cluster, hostKey, name, ip: hostKey },
    });
    expect(await alertsOf(on)).toEqual(['web-17 is down: resolved']);
  });

  test('an alert of a host that inventory did not know yet gets its host', async () => {
    const on = await bench(hostRule());
    await on.tell(quiet(10));
    expect(await on.alerting.api.problems(5)).toMatchObject([{ hostId: null }]);
    const hostId = await addHost(on, 'web-17');
    await on.tell({ kind: 'host.created', atMs: 11, hostId, data: { name: 'web-17', cluster: 'shop' } });
    expect(await on.alerting.api.problems(5)).toMatchObject([{ hostId }]);
  });

  test('a rule for a group looks at its members only', async () => {
    const groupId = uuidv7(2);
    const on = await bench(hostRule({ spec: { scope: { groupIds: [groupId] } } }));
    await addHost(on, 'web-17', groupId);
    await addHost(on, 'db-1');
    await on.tell(quiet(10, 'web-17'), quiet(10, 'db-1'), quiet(10, 'unknown-to-inventory'));
    expect(await alertsOf(on)).toEqual(['web-17 is down: open']);
  });
});

describe('rules that change while they are met', () => {
  const met = async () => {
    const on = await bench(loadRule());
    on.alerting.onSamples([sample(9, on.t0)]);
    await on.settle();
    const [rule] = await on.alerting.api.rules();
    if (!rule) throw new Error('no rule');
    return { ...on, rule };
  };

  test('a higher limit ends the alert with the next sample', async () => {
    const on = await met();
    await on.alerting.api.updateRule(
      on.rule.id,
      { ...loadRule(), version: 1, spec: { ...loadRule().spec, threshold: 20 } } as never,
      BEN,
    );
    await on.alerting.ruleRunner.settle();
    expect(await alertsOf(on)).toEqual(['Load too high on web-17: open']);
    on.alerting.onSamples([sample(9, on.t0 + 15_000)]);
    await on.settle();
    expect(await alertsOf(on)).toEqual(['Load too high on web-17: resolved']);
  });

  test.each([
    ['a narrower scope', { spec: { ...loadRule().spec, scope: { host: 'db-*' } } }, 'rule changed by ben'],
    ['another metric', { spec: { ...loadRule().spec, metric: 'load_five' } }, 'rule changed by ben'],
    ['disabling it', { enabled: false }, 'rule disabled by ben'],
  ])('%s ends the alert at once', async (_what, more, summary) => {
    const on = await met();
    await on.alerting.api.updateRule(on.rule.id, { ...loadRule(more as never), version: 1 }, BEN);
    expect(await on.alerting.api.alerts({ limit: 1 })).toMatchObject([
      { state: 'resolved', resolvedEvidence: { summary } },
    ]);
  });

  test('deleting it ends the alert and keeps the episode', async () => {
    const on = await met();
    await on.alerting.api.deleteRule(on.rule.id, BEN);
    expect(await on.alerting.api.alerts({ limit: 1 })).toMatchObject([
      { state: 'resolved', ruleId: null, ruleName: 'Load too high', resolvedBy: 'ben' },
    ]);
  });

  test('enabled again it opens again, although it was met when it was disabled', async () => {
    const on = await met();
    const off = await on.alerting.api.updateRule(on.rule.id, { ...loadRule({ enabled: false }), version: 1 }, BEN);
    await on.alerting.ruleRunner.settle();
    await on.alerting.api.updateRule(on.rule.id, { ...loadRule(), version: off.version }, BEN);
    await on.alerting.ruleRunner.settle();
    on.alerting.onSamples([sample(9, on.t0 + 400_000)]);
    await on.settle();
    expect(await alertsOf(on)).toEqual(['Load too high on web-17: open', 'Load too high on web-17: resolved']);
  });

  test('a stale version is refused', async () => {
    const on = await met();
    await expect(on.alerting.api.updateRule(on.rule.id, { ...loadRule(), version: 7 }, BEN)).rejects.toMatchObject({
      code: 'stale_version',
    });
  });
});

describe('people', () => {
  test('acknowledge is told once, is taken over, is given back; a comment is kept', async () => {
    const on = await bench(checkRule());
    await on.tell(checkEvent(on.t0, 'critical'));
    const { api } = on.alerting;
    const id = (await api.problems(1))[0]?.id ?? '';
    await api.acknowledge(id, ANNA, 'on it');
    await api.acknowledge(id, ANNA);
    expect(await api.problem(id)).toMatchObject({
      state: 'acknowledged',
      acknowledgedBy: 'anna',
      acknowledgedAtMs: on.t0,
      lastComment: { by: 'anna', comment: 'on it' },
    });
    await api.acknowledge(id, BEN);
    await api.unacknowledge(id, BEN);
    await api.comment(id, ANNA, 'looks like the disk');
    await api.resolve(id, ANNA, 'replaced it');
    await api.resolve(id, ANNA);
    await expect(api.acknowledge(id, ANNA)).rejects.toMatchObject({ code: 'alert_resolved', status: 409 });
    await expect(api.acknowledge('no-such', ANNA)).rejects.toMatchObject({ code: 'not_found' });
    expect(await alertEvents(on)).toEqual([
      'alert.opened',
      'alert.acknowledged',
      'alert.acknowledged',
      'alert.unacknowledged',
      'alert.commented',
      'alert.resolved',
    ]);
    expect((await api.episode(id)).comments.map((said) => said.comment)).toEqual([
      'on it',
      'looks like the disk',
      'replaced it',
    ]);
    const audited = await on.db
      .selectFrom('audit_entry')
      .select('action')
      .where('object', 'like', 'alert:%')
      .orderBy('seq')
      .execute();
    expect(audited.map((entry) => entry.action)).toEqual([
      'alert.acknowledge',
      'alert.acknowledge',
      'alert.unacknowledge',
      'alert.resolve',
    ]);
  });

  test('worst first: by severity, unowned before owned, oldest first', async () => {
    const on = await bench(
      hostRule({ name: 'a', severity: 'urgent', spec: { scope: { host: 'u-*' } } }),
      hostRule({ name: 'b', severity: 'page', spec: { scope: { host: 'p-*' } } }),
    );
    await on.tell(quiet(1, 'u-1'), quiet(2, 'p-1'), quiet(3, 'p-2'), quiet(4, 'p-3'));
    const first = (await on.alerting.api.problems(10)).find((problem) => problem.title === 'p-1 is down');
    await on.alerting.api.acknowledge(first?.id ?? '', ANNA);
    expect((await on.alerting.api.problems(10)).map((problem) => problem.labels.host)).toEqual([
      'p-2',
      'p-3',
      'p-1',
      'u-1',
    ]);
    expect(await on.alerting.api.problemCounts()).toMatchObject({
      page: { unowned: 2, owned: 1 },
      urgent: { unowned: 1, owned: 0 },
    });
  });
});

describe('automation', () => {
  const runId = uuidv7(3);
  const decision: ReflexDecision = {
    reflexId: uuidv7(4),
    reflexName: 'heal web',
    attemptId: uuidv7(5),
    runbookName: 'Restart web',
  };

  async function opened(more = {}) {
    const on = await bench(checkRule(more));
    await on.alerting.api.ensureDefaultContact('ops@example.org');
    await on.tell(checkEvent(on.t0, 'critical'));
    const alertId = (await on.alerting.api.problems(1))[0]?.id ?? '';
    const reflex = (kind: 'allowed' | 'verifying' | 'verified' | 'refused' | 'failed'): NewEvent => {
      const about = { atMs: on.clock.nowMs(), alertId };
      if (kind === 'refused') return { kind: 'reflex.refused', ...about, data: { ...decision, reason: 'cooldown' } };
      if (kind === 'failed')
        return { kind: 'reflex.failed', ...about, data: { ...decision, runId, reason: 'still HTTP 503' } };
      if (kind === 'verified')
        return { kind: 'reflex.verified', ...about, data: { ...decision, runId, evidence: { summary: 'HTTP 200' } } };
      return { kind: `reflex.${kind}`, ...about, data: { ...decision, runId } };
    };
    const kindsSent = async () =>
      (await on.db.selectFrom('delivery').select('kind').orderBy('seq').execute()).map((row) => row.kind);
    return { ...on, alertId, reflex, kindsSent };
  }

  test('healed: the end names the run, and the strip shows all four steps', async () => {
    const on = await opened();
    await on.tell(on.reflex('allowed'));
    expect(await on.alerting.api.problem(on.alertId)).toMatchObject({
      reflexStatus: 'fixing',
      reflexSummary: 'Restart web is running',
    });
    await on.tell(on.reflex('verifying'), checkEvent(on.t0 + 5000, 'ok'), on.reflex('verified'));
    expect(await on.alerting.api.problem(on.alertId)).toMatchObject({
      state: 'resolved',
      healedByRunId: runId,
      reflexStatus: 'healed',
    });
    const { loop, events, runIds } = await on.alerting.api.episode(on.alertId);
    expect(runIds).toEqual([runId]);
    expect(events.find((event) => event.kind === 'alert.resolved')).toMatchObject({
      runId,
      data: { healedByRunId: runId },
    });
    expect(loop.verified).toMatchObject({ status: 'done', summary: 'http is ok', detail: 'Healed by Plexus' });
    expect(await on.kindsSent()).toEqual(['problem', 'recovery']);
  });

  test('failed: people who were told at once hear that it did not help', async () => {
    const on = await opened();
    await on.tell(on.reflex('allowed'), on.reflex('failed'));
    expect(await on.kindsSent()).toEqual(['problem', 'escalation']);
    const [, escalation] = (await on.alerting.api.deliveries({ limit: 5 })).toReversed();
    expect(escalation?.message.subject).toBe('[P1] Not healed: http is critical');
    expect(escalation?.message.lines).toContainEqual({
      label: 'Already tried',
      text: 'Restart web did not help: still HTTP 503',
    });
  });

  test('refused: people who were told at once are not told again', async () => {
    const on = await opened();
    await on.tell(on.reflex('refused'));
    expect(await on.kindsSent()).toEqual(['problem']);
    expect((await on.alerting.api.episode(on.alertId)).loop.acted).toMatchObject({
      status: 'refused',
      detail: 'cooldown',
    });
  });

  test.each([['refused'], ['failed']] as const)('if not healed: %s pages', async (outcome) => {
    const on = await opened({ notify: 'if_not_healed' });
    expect(await on.kindsSent()).toEqual([]);
    if (outcome === 'failed') await on.tell(on.reflex('allowed'));
    await on.tell(on.reflex(outcome));
    expect(await on.kindsSent()).toEqual(['escalation']);
    expect(await alertEvents(on)).toEqual(['alert.opened', 'alert.escalated']);
  });

  test('if not healed: healed pages nobody, not even of the end', async () => {
    const on = await opened({ notify: 'if_not_healed' });
    await on.tell(on.reflex('allowed'), on.reflex('verifying'), checkEvent(on.t0 + 5000, 'ok'), on.reflex('verified'));
    expect(await on.kindsSent()).toEqual([]);
  });

  test('if not healed, and no automation answers: 60 s later people know', async () => {
    const on = await opened({ notify: 'if_not_healed' });
    on.clock.advance(59_000);
    expect(await on.kindsSent()).toEqual([]);
    const kinds = await eventually('an escalation', async () => {
      // A round that falls into one still under way is left out; the next one comes a second later.
      on.clock.advance(1000);
      const sent = await on.kindsSent();
      return sent.length > 0 ? sent : undefined;
    });
    expect(kinds).toEqual(['escalation']);
    expect((await on.alerting.api.problem(on.alertId)).escalateAtMs).toBeNull();
  });

  test('whoever has it is not paged about automation', async () => {
    const on = await opened({ notify: 'if_not_healed' });
    await on.alerting.api.acknowledge(on.alertId, ANNA);
    await on.tell(on.reflex('failed'));
    expect(await on.kindsSent()).toEqual([]);
  });
});

test('a flap that goes on is told three times, and its end once it has stayed away', async () => {
  const on = await bench(checkRule());
  await on.alerting.api.ensureDefaultContact('ops@example.org');
  for (let round = 0; round < 10; round++) {
    await on.tell(checkEvent(on.clock.nowMs(), 'critical'));
    await on.delivered();
    on.clock.advance(20_000);
    await on.tell(checkEvent(on.clock.nowMs(), 'ok'));
    await on.delivered();
    on.clock.advance(20_000);
  }
  const outbox = async () => (await on.alerting.api.outbox({ limit: 50 })).map((mail) => mail.subject).toReversed();
  expect(await outbox()).toHaveLength(3);
  on.clock.advance(301_000);
  expect(
    await eventually('the last recovery', async () => ((await outbox()).length > 3 ? outbox() : undefined)),
  ).toEqual([
    '[P1] http is critical',
    '[P1] Resolved: http is critical',
    '[P1] Again: http is critical',
    '[P1] Resolved: http is critical',
  ]);
});

test('the rules of day one are made once; a deleted one stays deleted', async () => {
  const { alerting } = await startAlerting();
  await alerting.api.ensureDefaultRules();
  const rules = await alerting.api.rules();
  expect(rules.map((rule) => [rule.name, rule.origin])).toEqual([
    ['Check critical', 'default'],
    ['Disk nearly full', 'default'],
    ['Host down', 'default'],
  ]);
  await alerting.api.deleteRule(rules[0]?.id ?? '', BEN);
  await alerting.api.ensureDefaultRules();
  expect(await alerting.api.rules()).toHaveLength(2);
});
