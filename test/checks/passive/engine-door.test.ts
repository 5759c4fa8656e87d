// Results and orders from outside on the real engine and a real database: every command that
// people use does its work, and leaves its audit entry.

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { deleteOverComments } from '#checks/external-commands/comment-upkeep.ts';
import { openNagiosSite, type NagiosSite } from './nagios-site.ts';

let site: NagiosSite;
beforeAll(async () => {
  site = await openNagiosSite();
}, 60_000);
afterAll(() => site.close());

describe('a result', () => {
  test.each([
    ['web-1/http', 2, 'critical', 'soft'],
    ['web-1/http', 0, 'ok', 'hard'],
    ['web-1/ssh', 1, 'warning', 'soft'],
    ['web-1/ssh', 77, 'unknown', 'soft'],
    ['web-1/ssh', -1, 'unknown', 'hard'],
    ['db-1', 1, 'down', 'hard'],
    ['db-1', 2, 'unreachable', 'hard'],
    ['db-1', 0, 'up', 'hard'],
  ] as const)('of %s with code %i makes it %s', async (name, code, state, type) => {
    expect(await site.result(name, code)).toBe('taken');
    expect(await site.state(name)).toMatchObject({ state, state_type: type, via: 'nsca', output: `says ${code}` });
  });

  test('goes by the address of the host too, and by its name in any case', async () => {
    expect(await site.result('10.0.0.4/postgres', 1)).toBe('taken');
    expect(await site.result('DB-1/postgres', 0)).toBe('taken');
    expect(await site.state('db-1/postgres')).toMatchObject({ state: 'ok' });
  });

  test.each([
    ['nowhere/http', 0, 'unknown_host'],
    ['web-1/HTTP', 0, 'unknown_service'],
    ['db-1', 3, 'wrong_code'],
    ['bare', 1, 'passive_off'],
  ])('of %s with code %i is not taken: %s', async (name, code, verdict) => {
    expect(await site.result(name, code)).toBe(verdict);
  });

  test('for an object that nobody defined is counted and listed by its name', async () => {
    await site.result('nowhere/http', 0);
    const { results, unknown } = site.door.counters();
    expect(results.nsca).toMatchObject({
      taken: 10,
      unknown_host: 2,
      unknown_service: 1,
      wrong_code: 1,
      passive_off: 1,
    });
    expect(unknown.map(({ hostName, serviceName, results: count }) => [hostName, serviceName, count])).toEqual([
      ['nowhere', 'http', 2],
      ['web-1', 'HTTP', 1],
    ]);
  });
});

const open = (name: string) =>
  site.db
    .selectFrom('downtime')
    .selectAll()
    .where('host_id', '=', site.hostIdOf(name.split('/')[0] ?? ''))
    .where('status', 'in', ['pending', 'active'])
    .orderBy('id')
    .execute();

const noneIsOpen = async (): Promise<boolean> =>
  (await site.db.selectFrom('downtime').select('id').where('status', 'in', ['pending', 'active']).execute()).length ===
  0;

/** Objects in downtime now, as the engine has them. */
const inDowntime = () =>
  [...site.engine.site.objects.values()]
    .filter(({ current }) => current.downtimes.some(({ runsUntilMs }) => runsUntilMs !== null))
    .map((node) => (node.object === 'host' ? node.name : `${node.host.name}/${node.name}`))
    .toSorted();

describe('runs', () => {
  // A run under way is enough for whoever asks without a cause.
  beforeEach(async () => {
    await site.untilKnown('nothing runs', () => site.engine.counters().running === 0);
    site.runs.splice(0);
  });

  test.each([
    ['SCHEDULE_FORCED_SVC_CHECK;web-1;http;$now', ['web-1/http']],
    ['SCHEDULE_SVC_CHECK;web-1;http;$now', ['web-1/http']],
    ['SCHEDULE_FORCED_HOST_CHECK;router;$now', ['router/alive']],
    ['SCHEDULE_HOST_SVC_CHECKS;web-1;$now', ['web-1/http', 'web-1/ssh']],
    ['SCHEDULE_FORCED_HOST_SVC_CHECKS;web-1;1', ['web-1/http', 'web-1/ssh']],
  ])('%s runs %j', async (line, runs) => {
    expect(await site.order(line)).toBe('done');
    await site.untilKnown('they ran', () => site.runs.length >= runs.length);
    expect(site.runs.toSorted()).toEqual(runs);
  });

  test('a run for later waits for its time, and is remembered in the database', async () => {
    expect(await site.order('SCHEDULE_SVC_CHECK;web-2;http;$now+600')).toBe('done');
    await site.engine.drain();
    const { next_check_at_ms: nextAtMs } = await site.state('web-2/http');
    const leftMs = (nextAtMs ?? 0) - site.clock.nowMs();
    expect(leftMs).toBeGreaterThan(590_000);
    site.clock.advance(leftMs - 10);
    expect(site.runs).not.toContain('web-2/http');
    site.clock.advance(1000);
    await site.untilKnown('it ran', () => site.runs.includes('web-2/http'));
  });

  test('with active checks off only a forced one runs', async () => {
    await site.order('DISABLE_SVC_CHECK;web-1;ssh');
    await site.untilKnown('switched', () => !site.node('web-1/ssh').settings.activeChecks);
    expect(await site.order('SCHEDULE_SVC_CHECK;web-1;ssh;$now')).toBe('not_checked');
    expect(await site.order('SCHEDULE_FORCED_SVC_CHECK;web-1;ssh;$now')).toBe('done');
    await site.untilKnown('it ran', () => site.runs.includes('web-1/ssh'));
    await site.order('ENABLE_SVC_CHECK;web-1;ssh');
    await site.untilKnown('switched back', () => site.node('web-1/ssh').settings.activeChecks);
  });
});

describe('downtimes', () => {
  const WINDOW = '$now;$now+3600;1;0;0;anna;new disks; and more';

  test.each([
    [`SCHEDULE_HOST_DOWNTIME;web-1;${WINDOW}`, ['web-1']],
    [`SCHEDULE_SVC_DOWNTIME;web-1;http;${WINDOW}`, ['web-1/http']],
    [`SCHEDULE_HOST_SVC_DOWNTIME;web-1;${WINDOW}`, ['web-1/http', 'web-1/ssh']],
    [`SCHEDULE_AND_PROPAGATE_HOST_DOWNTIME;web-1;${WINDOW}`, ['db-1', 'web-1']],
    [`SCHEDULE_AND_PROPAGATE_TRIGGERED_HOST_DOWNTIME;router;${WINDOW}`, ['db-1', 'router', 'web-1', 'web-2']],
    [`SCHEDULE_HOSTGROUP_HOST_DOWNTIME;webs;${WINDOW}`, ['web-1', 'web-2']],
    [`SCHEDULE_HOSTGROUP_SVC_DOWNTIME;webs;${WINDOW}`, ['web-1/http', 'web-1/ssh', 'web-2/http']],
    [`SCHEDULE_SERVICEGROUP_HOST_DOWNTIME;shop;${WINDOW}`, ['web-1', 'web-2']],
    [`SCHEDULE_SERVICEGROUP_SVC_DOWNTIME;shop;${WINDOW}`, ['web-1/http', 'web-2/http']],
  ])('%s puts %j into downtime, and deleting by host takes it back', async (line, names) => {
    expect(await site.order(line)).toBe('done');
    await site.untilKnown('they are in downtime', () => inDowntime().length >= names.length);
    expect(inDowntime()).toEqual(names);
    for (const host of ['router', 'web-1', 'web-2', 'db-1'])
      expect(await site.order(`DEL_DOWNTIME_BY_HOST_NAME;${host}`)).toBe('done');
    await site.untilKnown('all are over', noneIsOpen);
  });

  test('author and comment are kept whole, and the actor is the command file', async () => {
    await site.order(`SCHEDULE_SVC_DOWNTIME;web-1;http;${WINDOW}`);
    const [row] = await open('web-1');
    expect(row).toMatchObject({ author: 'anna', comment: 'new disks; and more', is_fixed: true });
    expect((await site.audit()).at(-1)).toMatchObject({
      ...{ actor: 'command_file', source: 'command file', action: 'downtime.schedule', result: 'done' },
      ...{ object: expect.stringContaining('web-1/http'), details: { author: 'anna' } },
    });
    expect(await site.order(`DEL_HOST_DOWNTIME;${row?.id}`)).toBe('unknown_downtime');
    expect(await site.order(`DEL_SVC_DOWNTIME;${row?.id}`)).toBe('done');
    await site.untilKnown('it is over', noneIsOpen);
    expect(await site.order(`DEL_SVC_DOWNTIME;${row?.id}`)).toBe('unknown_downtime');
  });

  test('a flexible one begins with the problem, and takes the one that it triggers along', async () => {
    await site.order('SCHEDULE_SVC_DOWNTIME;web-1;http;$now;$now+3600;0;0;600;anna;maybe');
    const [flexible] = await open('web-1');
    await site.order(`SCHEDULE_HOST_DOWNTIME;web-2;$now;$now+3600;0;${flexible?.id};600;anna;along`);
    await site.engine.drain();
    expect(inDowntime()).toEqual([]);
    await site.result('web-1/http', 2);
    await site.untilKnown('both are in downtime', () => inDowntime().length >= 2);
    expect(inDowntime()).toEqual(['web-1/http', 'web-2']);
    await site.order('DEL_DOWNTIME_BY_HOST_NAME;web-1;http');
    await site.untilKnown('both are over', noneIsOpen);
    expect(inDowntime()).toEqual([]);
    await site.result('web-1/http', 0);
  });

  test('by host, service, start and comment only those that fit are deleted', async () => {
    await site.order('SCHEDULE_SVC_DOWNTIME;web-1;http;$now+100;$now+3600;1;0;0;anna;one');
    await site.order('SCHEDULE_SVC_DOWNTIME;web-1;http;$now+200;$now+3600;1;0;0;anna;two');
    await site.order('SCHEDULE_SVC_DOWNTIME;web-1;ssh;$now+200;$now+3600;1;0;0;anna;two');
    await site.engine.drain();
    await site.order('DEL_DOWNTIME_BY_HOST_NAME;web-1;http;;two');
    await site.untilKnown('one is gone', async () => (await open('web-1')).length === 2);
    const left = await open('web-1');
    expect(left.map(({ comment }) => comment)).toEqual(['one', 'two']);
    await site.order(`DEL_DOWNTIME_BY_HOST_NAME;web-1;;${(left[0]?.starts_at_ms ?? 0) / 1000}`);
    await site.untilKnown('another is gone', async () => (await open('web-1')).length === 1);
    await site.order('DEL_DOWNTIME_BY_HOST_NAME;web-1');
    await site.untilKnown('all are gone', noneIsOpen);
  });

  test.each([
    ['SCHEDULE_HOST_DOWNTIME;nowhere;$now;$now+60;1;0;0;a;c', 'unknown_host'],
    ['SCHEDULE_SVC_DOWNTIME;web-1;nothing;$now;$now+60;1;0;0;a;c', 'unknown_service'],
    ['SCHEDULE_HOSTGROUP_HOST_DOWNTIME;nobody;$now;$now+60;1;0;0;a;c', 'unknown_hostgroup'],
    ['SCHEDULE_SERVICEGROUP_SVC_DOWNTIME;nobody;$now;$now+60;1;0;0;a;c', 'unknown_servicegroup'],
    ['SCHEDULE_HOST_DOWNTIME;web-1;$now+60;$now;1;0;0;a;c', 'invalid_downtime'],
    ['SCHEDULE_HOST_DOWNTIME;web-1;1;2;1;0;0;a;c', 'invalid_downtime'],
    ['SCHEDULE_HOST_DOWNTIME;web-1;$now;$now+60;0;0;0;a;c', 'invalid_downtime'],
    ['SCHEDULE_HOST_DOWNTIME;web-1;$now;$now+60;1;999999;0;a;c', 'unknown_downtime'],
    ['DEL_DOWNTIME_BY_HOST_NAME;nowhere', 'unknown_host'],
  ])('%s is refused: %s', async (line, code) => {
    expect(await site.order(line)).toBe(code);
  });
});

describe('acknowledgements and comments', () => {
  const commentsOf = (name: string) =>
    site.db
      .selectFrom('check_comment')
      .select(['id', 'kind', 'author', 'comment', 'is_persistent', 'expires_at_ms'])
      .where('check_id', '=', site.idOf(name))
      .orderBy('id')
      .execute();

  test.each([
    [
      'ACKNOWLEDGE_SVC_PROBLEM;web-1;http;2;0;1;anna;on it',
      'web-1/http',
      2,
      'sticky',
      'REMOVE_SVC_ACKNOWLEDGEMENT;web-1;http',
    ],
    [
      'ACKNOWLEDGE_SVC_PROBLEM;web-1;http;1;1;0;anna;on it',
      'web-1/http',
      2,
      'normal',
      'REMOVE_SVC_ACKNOWLEDGEMENT;web-1;http',
    ],
    ['ACKNOWLEDGE_HOST_PROBLEM;web-2;2;0;1;anna;on it', 'web-2', 1, 'sticky', 'REMOVE_HOST_ACKNOWLEDGEMENT;web-2'],
    [
      'ACKNOWLEDGE_SVC_PROBLEM_EXPIRE;web-1;http;2;0;1;$now+60;anna;on it',
      ...(['web-1/http', 2, 'sticky', 'REMOVE_SVC_ACKNOWLEDGEMENT;web-1;http'] as const),
    ],
    [
      'ACKNOWLEDGE_HOST_PROBLEM_EXPIRE;web-2;2;0;1;$now+60;anna;on it',
      ...(['web-2', 1, 'sticky', 'REMOVE_HOST_ACKNOWLEDGEMENT;web-2'] as const),
    ],
  ] as const)('%s is kept at the problem until it is removed', async (line, name, code, kind, removal) => {
    expect(await site.order(line)).toBe('no_problem');
    await site.result(name, code);
    expect(await site.order(line)).toBe('done');
    await site.untilKnown('acknowledged', async () => (await site.state(name)).acknowledged === kind);
    expect((await site.events('check.acknowledged')).at(-1)).toMatchObject({ data: { by: 'anna', comment: 'on it' } });
    expect((await commentsOf(name)).at(-1)).toMatchObject({ kind: 'acknowledgement', author: 'anna' });
    expect(await site.order(removal)).toBe('done');
    await site.untilKnown('removed', async () => (await site.state(name)).acknowledged === 'none');
    await site.result(name, 0);
  });

  test('one that expires ends at its time', async () => {
    await site.result('web-1/http', 2);
    await site.order('ACKNOWLEDGE_SVC_PROBLEM_EXPIRE;web-1;http;2;0;1;$now+60;anna;a minute');
    await site.untilKnown('acknowledged', async () => (await site.state('web-1/http')).acknowledged === 'sticky');
    site.clock.advance(61_000);
    await site.untilKnown('over', async () => (await site.state('web-1/http')).acknowledged === 'none');
    await site.result('web-1/http', 0);
  });

  test('a comment is added, deleted by its number, and all of an object are deleted', async () => {
    await site.order('DEL_ALL_SVC_COMMENTS;web-1;http');
    await site.order('ADD_SVC_COMMENT;web-1;http;1;anna;one; two');
    await site.order('ADD_SVC_COMMENT;web-1;http;0;ben;three');
    const [first] = await commentsOf('web-1/http');
    expect(first).toMatchObject({ kind: 'user', author: 'anna', comment: 'one; two', is_persistent: true });
    expect((await site.events('check.commented')).at(-1)).toMatchObject({ data: { by: 'ben', comment: 'three' } });
    expect(await site.order(`DEL_HOST_COMMENT;${first?.id}`)).toBe('unknown_comment');
    expect(await site.order(`DEL_SVC_COMMENT;${first?.id}`)).toBe('done');
    expect((await commentsOf('web-1/http')).map(({ author }) => author)).toEqual(['ben']);
    expect(await site.order('DEL_ALL_SVC_COMMENTS;web-1;http')).toBe('done');
    expect(await commentsOf('web-1/http')).toEqual([]);
    await site.order('ADD_HOST_COMMENT;web-1;1;anna;of the host');
    expect(await commentsOf('web-1')).toHaveLength(1);
    await site.order('DEL_ALL_HOST_COMMENTS;web-1');
    expect(await commentsOf('web-1')).toEqual([]);
  });
});

test('comments whose time is over are deleted, and only those', async () => {
  const { db, clock } = site;
  const add = (kind: string, isPersistent: boolean, expiresAtMs: number | null) =>
    db
      .insertInto('check_comment')
      .values({
        ...{ host_id: site.hostIdOf('web-1'), check_id: site.idOf('web-1/http'), author: 'anna', comment: kind, kind },
        ...{ is_persistent: isPersistent, at_ms: clock.nowMs() - 120_000, expires_at_ms: expiresAtMs },
      })
      .returning('id')
      .executeTakeFirstOrThrow();
  const stay = [await add('user', false, null), await add('user', true, clock.nowMs() + 1000)];
  const kept = await add('acknowledgement', true, null);
  await add('acknowledgement', false, null);
  await add('user', true, clock.nowMs());
  await deleteOverComments(db, clock.nowMs());
  const left = await db
    .selectFrom('check_comment')
    .select('id')
    .where('host_id', '=', site.hostIdOf('web-1'))
    .execute();
  expect(left.map(({ id }) => id)).toEqual(expect.arrayContaining([...stay, kept].map(({ id }) => id)));
  expect(await deleteOverComments(db, clock.nowMs())).toBe(0);
});

describe('notifications', () => {
  test('a custom one passes the filters of the object, and forced passes them all', async () => {
    for (const [line, name] of [
      ['SEND_CUSTOM_SVC_NOTIFICATION;web-1;http;2;anna;look here', 'web-1/http'],
      ['SEND_CUSTOM_HOST_NOTIFICATION;web-1;3;anna;look here', 'web-1'],
    ] as const) {
      expect(await site.order(line)).toBe('done');
      await site.untilKnown('said', () => site.node(name).current.told.verdict?.type === 'custom');
      expect(site.node(name).current.told.verdict).toMatchObject({ outcome: 'sent' });
      expect((await site.events('check.commented')).at(-1)).toMatchObject({
        ...{ checkId: site.idOf(name), data: { by: 'anna', comment: 'look here' } },
      });
    }
  });

  test.each([
    ['DELAY_SVC_NOTIFICATION;web-1;http;$now+900', 'web-1/http'],
    ['DELAY_HOST_NOTIFICATION;web-1;$now+900', 'web-1'],
  ])('%s puts the next word off', async (line, name) => {
    expect(await site.order(line)).toBe('done');
    await site.untilKnown('put off', () => (site.node(name).current.told.nextAtMs ?? 0) > site.clock.nowMs() + 800_000);
  });

  test.each([
    ['SET_SVC_NOTIFICATION_NUMBER;web-1;http;4', 'web-1/http'],
    ['SET_HOST_NOTIFICATION_NUMBER;web-1;4', 'web-1'],
  ])('%s counts from there', async (line, name) => {
    expect(await site.order(line)).toBe('done');
    await site.untilKnown('counted', () => site.node(name).current.told.number === 4);
  });
});

type SwitchName = 'activeChecks' | 'passiveChecks' | 'notifications' | 'flap';
const isOn = (name: string, what: SwitchName): boolean => {
  const value = site.node(name).settings[what];
  return typeof value === 'boolean' ? value : value.isEnabled;
};

describe('switches', () => {
  test.each([
    ['SVC_CHECK;web-1;http', 'activeChecks', ['web-1/http']],
    ['HOST_CHECK;web-1', 'activeChecks', ['web-1']],
    ['PASSIVE_SVC_CHECKS;web-1;http', 'passiveChecks', ['web-1/http']],
    ['PASSIVE_HOST_CHECKS;web-1', 'passiveChecks', ['web-1']],
    ['SVC_NOTIFICATIONS;web-1;http', 'notifications', ['web-1/http']],
    ['HOST_NOTIFICATIONS;web-1', 'notifications', ['web-1']],
    ['SVC_FLAP_DETECTION;web-1;http', 'flap', ['web-1/http']],
    ['HOST_FLAP_DETECTION;web-1', 'flap', ['web-1']],
    ['HOST_SVC_CHECKS;web-1', 'activeChecks', ['web-1/http', 'web-1/ssh']],
    ['HOST_SVC_NOTIFICATIONS;web-1', 'notifications', ['web-1/http', 'web-1/ssh']],
    ['HOST_AND_CHILD_NOTIFICATIONS;web-1', 'notifications', ['web-1', 'db-1']],
    ['HOSTGROUP_HOST_CHECKS;webs', 'activeChecks', ['web-1', 'web-2']],
    ['HOSTGROUP_SVC_CHECKS;webs', 'activeChecks', ['web-1/http', 'web-1/ssh', 'web-2/http']],
    ['HOSTGROUP_HOST_NOTIFICATIONS;webs', 'notifications', ['web-1', 'web-2']],
    ['HOSTGROUP_SVC_NOTIFICATIONS;webs', 'notifications', ['web-1/http', 'web-2/http']],
    ['HOSTGROUP_PASSIVE_HOST_CHECKS;webs', 'passiveChecks', ['web-1', 'web-2']],
    ['HOSTGROUP_PASSIVE_SVC_CHECKS;webs', 'passiveChecks', ['web-1/http', 'web-2/http']],
    ['SERVICEGROUP_HOST_CHECKS;shop', 'activeChecks', ['web-1', 'web-2']],
    ['SERVICEGROUP_SVC_CHECKS;shop', 'activeChecks', ['web-1/http', 'web-2/http']],
    ['SERVICEGROUP_HOST_NOTIFICATIONS;shop', 'notifications', ['web-1', 'web-2']],
    ['SERVICEGROUP_SVC_NOTIFICATIONS;shop', 'notifications', ['web-1/http', 'web-2/http']],
    ['SERVICEGROUP_PASSIVE_HOST_CHECKS;shop', 'passiveChecks', ['web-1', 'web-2']],
    ['SERVICEGROUP_PASSIVE_SVC_CHECKS;shop', 'passiveChecks', ['web-1/http', 'web-2/http']],
  ] as const)('DISABLE_ and ENABLE_%s switch %s of %j', async (rest, what, names) => {
    expect(await site.order(`DISABLE_${rest}`)).toBe('done');
    await site.untilKnown('all are off', () => names.every((name) => !isOn(name, what)));
    expect(isOn('router', what)).toBe(true);
    expect((await site.check(names[0])).settings).not.toEqual({});
    expect(await site.order(`ENABLE_${rest}`)).toBe('done');
    await site.untilKnown('all are on', () => names.every((name) => isOn(name, what)));
    expect((await site.audit()).at(-1)).toMatchObject({ action: 'check.switch_on', actor: 'command_file' });
  });

  test('with passive checks off no result is taken', async () => {
    await site.order('DISABLE_PASSIVE_SVC_CHECKS;web-1;http');
    await site.untilKnown('off', () => !isOn('web-1/http', 'passiveChecks'));
    expect(await site.result('web-1/http', 2)).toBe('passive_off');
    await site.order('ENABLE_PASSIVE_SVC_CHECKS;web-1;http');
    await site.untilKnown('on', () => isOn('web-1/http', 'passiveChecks'));
    expect(await site.result('web-1/http', 0)).toBe('taken');
  });

  test.each([
    'DISABLE_SVC_EVENT_HANDLER;web-1;http',
    'ENABLE_HOST_EVENT_HANDLER;web-1',
    'START_OBSESSING_OVER_SVC;web-1;http',
    'STOP_OBSESSING_OVER_HOST;web-1',
    'DISABLE_NOTIFICATIONS',
    'ENABLE_EVENT_HANDLERS',
    'DISABLE_FLAP_DETECTION',
    'ENABLE_PERFORMANCE_DATA',
    'STOP_EXECUTING_SVC_CHECKS',
    'START_EXECUTING_HOST_CHECKS',
    'STOP_ACCEPTING_PASSIVE_SVC_CHECKS',
    'START_ACCEPTING_PASSIVE_HOST_CHECKS',
    'STOP_OBSESSING_OVER_SVC_CHECKS',
    'START_OBSESSING_OVER_HOST_CHECKS',
    'DISABLE_SERVICE_FRESHNESS_CHECKS',
    'ENABLE_HOST_FRESHNESS_CHECKS',
  ])('%s has no switch here: that is said, counted and in the audit trail', async (line) => {
    const before = site.door.counters().orders.command_file?.['no_such_switch'] ?? 0;
    expect(await site.order(line)).toBe('no_such_switch');
    expect(site.door.counters().orders.command_file?.['no_such_switch']).toBe(before + 1);
    expect((await site.audit()).at(-1)).toMatchObject({ result: 'refused', details: { why: expect.any(String) } });
  });

  test('a host without a check of its own has nothing to switch', async () => {
    expect(await site.order('DISABLE_HOST_CHECK;bare')).toBe('not_checked');
  });
});

describe('changes', () => {
  test.each([
    ['CHANGE_NORMAL_SVC_CHECK_INTERVAL;web-1;ssh;7', 'web-1/ssh', { interval_sec: 420 }],
    ['CHANGE_NORMAL_SVC_CHECK_INTERVAL;web-1;ssh;0.05', 'web-1/ssh', { interval_sec: 3, timeout_sec: 3 }],
    ['CHANGE_RETRY_SVC_CHECK_INTERVAL;web-1;ssh;2', 'web-1/ssh', { retry_interval_sec: 120 }],
    ['CHANGE_NORMAL_HOST_CHECK_INTERVAL;web-2;7', 'web-2', { interval_sec: 420 }],
    ['CHANGE_RETRY_HOST_CHECK_INTERVAL;web-2;2', 'web-2', { retry_interval_sec: 120 }],
    ['CHANGE_MAX_SVC_CHECK_ATTEMPTS;web-1;ssh;5', 'web-1/ssh', { max_attempts: 5 }],
    ['CHANGE_MAX_HOST_CHECK_ATTEMPTS;web-2;5', 'web-2', { max_attempts: 5 }],
    ['CHANGE_SVC_CHECK_TIMEPERIOD;web-1;ssh;workhours', 'web-1/ssh', { settings: { checkPeriod: 'workhours' } }],
    ['CHANGE_HOST_CHECK_TIMEPERIOD;web-2;workhours', 'web-2', { settings: { checkPeriod: 'workhours' } }],
    [
      'CHANGE_SVC_NOTIFICATION_TIMEPERIOD;web-1;ssh;workhours',
      ...(['web-1/ssh', { settings: { notifications: { period: 'workhours' } } }] as const),
    ],
    [
      'CHANGE_HOST_NOTIFICATION_TIMEPERIOD;web-2;workhours',
      ...(['web-2', { settings: { notifications: { period: 'workhours' } } }] as const),
    ],
    ['CHANGE_SVC_EVENT_HANDLER;web-1;ssh;restart-ssh', 'web-1/ssh', { details: { eventHandler: 'restart-ssh' } }],
    ['CHANGE_HOST_EVENT_HANDLER;web-2;reboot', 'web-2', { details: { eventHandler: 'reboot' } }],
    ['CHANGE_CUSTOM_SVC_VAR;web-1;ssh;_room;b 12', 'web-1/ssh', { details: { vars: { ROOM: 'b 12' } } }],
    ['CHANGE_CUSTOM_HOST_VAR;web-1;_rack;8', 'web-1', { details: { vars: { RACK: '8' } } }],
  ] as const)('%s is in the definition of %s', async (line, name, row) => {
    const { version } = await site.check(name);
    expect(await site.order(line)).toBe('done');
    expect(await site.check(name)).toMatchObject({ ...row, version: version + 1 });
    expect((await site.audit()).at(-1)).toMatchObject({ action: 'check.update', actor: 'command_file' });
    expect((await site.events('config.changed')).at(-1)).toMatchObject({ checkId: site.idOf(name) });
  });

  test('another command is one that is defined, with its arguments', async () => {
    expect(await site.order('CHANGE_SVC_CHECK_COMMAND;web-1;ssh;check-that!1')).toBe('unknown_command');
    expect(await site.order('CHANGE_SVC_CHECK_COMMAND;web-1;ssh;check-it!a b!c')).toBe('done');
    expect(await site.check('web-1/ssh')).toMatchObject({
      kind: 'plugin',
      spec: { commandLine: '/bin/true $ARG1$', arguments: ['a b', 'c'], failureState: 'critical' },
      details: { command: 'check-it!a b!c' },
    });
    expect((await site.audit()).at(-1)?.details).toEqual({ check_command: 'check-it' });
    expect(await site.order('CHANGE_HOST_CHECK_COMMAND;web-2;check-it')).toBe('done');
  });

  test('what is run is changed by engineers, not by whoever reaches Livestatus', async () => {
    expect(await site.order('CHANGE_SVC_CHECK_COMMAND;web-1;ssh;check-it', 'livestatus')).toBe('not_allowed');
    expect(await site.order('CHANGE_CUSTOM_HOST_VAR;web-1;_RACK;9', 'livestatus')).toBe('not_allowed');
    expect((await site.audit()).at(-1)).toMatchObject({ actor: 'livestatus', result: 'refused' });
    expect(await site.order('CHANGE_MAX_SVC_CHECK_ATTEMPTS;web-1;ssh;4', 'livestatus')).toBe('done');
  });

  test.each([
    ['CHANGE_SVC_CHECK_TIMEPERIOD;web-1;ssh;never', 'unknown_period'],
    ['CHANGE_CUSTOM_HOST_VAR;web-1;_a b;8', 'wrong_variable'],
    ['CHANGE_CUSTOM_CONTACT_VAR;ops;_X;8', 'no_such_switch'],
    ['CHANGE_MAX_HOST_CHECK_ATTEMPTS;bare;3', 'not_checked'],
    ['RESTART_PROCESS', 'not_by_command'],
    ['RESTART_PROGRAM', 'not_by_command'],
    ['SHUTDOWN_PROCESS', 'not_by_command'],
    ['SHUTDOWN_PROGRAM', 'not_by_command'],
    ['SAVE_STATE_INFORMATION', 'done'],
    ['READ_STATE_INFORMATION', 'done'],
  ])('%s: %s', async (line, outcome) => {
    expect(await site.order(line)).toBe(outcome);
  });
});
