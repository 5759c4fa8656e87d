// A small site as Nagios people have it, on the real engine and a real database: two web
// hosts and a database behind a router, groups, a time period, and a command.

import { AppError } from '#kernel/errors.ts';
import { uuidv7 } from '#kernel/ids.ts';
import { silentLogger } from '#kernel/log.ts';
import { createEngineDoor, type EngineDoor } from '#checks/passive/engine-door.ts';
import { passCommand } from '#checks/passive/command-lines.ts';
import type { PassiveResult, PassiveVia } from '#checks/passive/door.ts';
import { toStoredEvent } from '#store/event-log.ts';
import { json } from '#store/json.ts';
import type { Db } from '#store/postgres.ts';
import { parseCommand } from '#wire/external-command.ts';
import { openScriptedChecks } from '../scripted-checks.ts';

const DAY_SEC = 86_400;

/** Host → its services. `bare` has no check of its own. */
const SITE = { router: [], 'web-1': ['http', 'ssh'], 'web-2': ['http'], 'db-1': ['postgres'], bare: [] } as const;
type HostName = keyof typeof SITE;

export type NagiosSite = Awaited<ReturnType<typeof openNagiosSite>>;

export async function openNagiosSite() {
  const checks = await openScriptedChecks();
  const { db, clock } = checks;
  const atMs = clock.nowMs();
  const hostIds = new Map<string, string>();
  const ids = new Map<string, string>();

  async function addCheck(host: string, name: string, object: 'host' | 'service'): Promise<void> {
    const id = uuidv7(atMs);
    ids.set(object === 'host' ? host : `${host}/${name}`, id);
    await db
      .insertInto('check')
      .values({
        ...{
          id,
          name,
          object,
          host_id: hostIds.get(host) ?? '',
          kind: 'scripted',
          spec: json({ key: `${host}/${name}` }),
        },
        ...{ interval_sec: DAY_SEC, retry_interval_sec: DAY_SEC, max_attempts: 3, timeout_sec: 10 },
        ...{ created_at_ms: atMs, updated_at_ms: atMs },
        service_groups: object === 'service' && name === 'http' ? ['shop'] : [],
        details: json({ command: 'check-it!1', contacts: ['ops'], ...(host === 'web-1' && { vars: { RACK: '7' } }) }),
      })
      .execute();
    await db.insertInto('check_state').values({ check_id: id }).execute();
  }

  for (const [at, name] of Object.keys(SITE).entries()) {
    hostIds.set(name, uuidv7(atMs));
    await db
      .insertInto('host')
      .values({ id: hostIds.get(name) ?? '', name, ip: `10.0.0.${at + 1}`, cluster: 'c', created_at_ms: atMs })
      .execute();
    if (name !== 'bare') await addCheck(name, 'alive', 'host');
    for (const service of SITE[name as HostName]) await addCheck(name, service, 'service');
  }
  for (const [host, parent] of [
    ['web-1', 'router'],
    ['web-2', 'router'],
    ['db-1', 'web-1'],
  ] as const)
    await db
      .insertInto('host_parent')
      .values({ host_id: hostIds.get(host) ?? '', parent_id: hostIds.get(parent) ?? '' })
      .execute();
  const groupId = uuidv7(atMs);
  await db.insertInto('host_group').values({ id: groupId, name: 'webs', created_at_ms: atMs }).execute();
  for (const host of ['web-1', 'web-2'])
    await db
      .insertInto('host_group_member')
      .values({ group_id: groupId, host_id: hostIds.get(host) ?? '' })
      .execute();
  await db
    .insertInto('time_period')
    .values({ name: 'workhours', definition: json({ alias: 'At work', monday: '09:00-17:00' }) })
    .execute();
  await addObjects(db, atMs);

  const engine = await checks.startRunner();
  const door: EngineDoor = createEngineDoor({
    ...{ db, clock, log: silentLogger, site: engine.site, requests: engine.requests },
  });

  async function untilKnown(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
    await checks.until(what, async () => {
      clock.advance(1);
      return holds();
    });
  }
  // Every active check has run once, so that runs which a test asks for stand out.
  await untilKnown('all ran once', () => checks.runs.length >= ids.size);
  await untilKnown('all first results are in', async () => {
    const rows = await db.selectFrom('check_state').select('state').where('state', '=', 'pending').execute();
    return rows.length === 0;
  });

  const idOf = (name: string): string => ids.get(name) ?? hostIds.get(name) ?? '';
  return {
    ...checks,
    engine,
    door,
    idOf,
    hostIdOf: (name: string): string => hostIds.get(name) ?? '',
    untilKnown,
    node: (name: string) => {
      const node = engine.site.objects.get(idOf(name)) ?? engine.site.hosts.get(idOf(name));
      if (!node) throw new Error(`${name} is not in the site`);
      return node;
    },
    check: (name: string) => db.selectFrom('check').selectAll().where('id', '=', idOf(name)).executeTakeFirstOrThrow(),
    state: (name: string) =>
      db.selectFrom('check_state').selectAll().where('check_id', '=', idOf(name)).executeTakeFirstOrThrow(),
    /** `web-1/http` or `web-1`; resolves when it is counted. */
    async result(name: string, code: number, more: Partial<PassiveResult> = {}): Promise<string> {
      const [hostName = '', serviceName] = name.split('/');
      const verdict = door.submitResult({
        ...{ hostName, ...(serviceName !== undefined && { serviceName }), code, output: `says ${code}` },
        ...{ atMs: clock.nowMs(), via: 'nsca' as const },
        ...more,
      });
      if (verdict === 'taken') await untilKnown('the result is written', () => door.counters().waiting === 0);
      return verdict;
    },
    /** `done`, or the code of the refusal; `$now` + seconds stands for instants. */
    async order(line: string, via: PassiveVia = 'command_file'): Promise<string> {
      const nowSec = Math.floor(clock.nowMs() / 1000);
      const text = line.replaceAll(/\$now(\+\d+)?/g, (_, more?: string) => String(nowSec + Number(more ?? 0)));
      const read = parseCommand(text);
      if (!read.ok) throw new Error(`${text}: ${read.reason} at ${read.at}`);
      try {
        await passCommand(door, read.value.command, { via, atMs: clock.nowMs() });
        return 'done';
      } catch (error) {
        if (error instanceof AppError) return error.code;
        throw error;
      }
    },
    audit: () =>
      db
        .selectFrom('audit_entry')
        .select(['actor', 'action', 'object', 'result', 'source', 'details'])
        .orderBy('seq')
        .execute(),
    async events(kind: string) {
      const rows = await db.selectFrom('event').selectAll().where('kind', '=', kind).orderBy('id').execute();
      return rows.map(toStoredEvent);
    },
    async close(): Promise<void> {
      await door.stop();
      await checks.close();
    },
  };
}

async function addObjects(to: Db, atMs: number): Promise<void> {
  await to
    .insertInto('object_set')
    .values({ name: 'site', kind: 'nagios', cluster: 'c', settings: '{}', applied_at_ms: atMs, applied_by: 'test' })
    .execute();
  const objects = [
    ['command', 'check-it', [['command_line', '/bin/true $ARG1$']], []],
    ['contact', 'ops', [['alias', 'Operations']], ['generic']],
    ['contactgroup', 'admins', [['members', 'ops']], []],
    ['servicegroup', 'shop', [['alias', 'The shop']], []],
  ] as const;
  const rows = objects.map(([type, name, values, use]) => ({
    ...{ id: uuidv7(atMs), type, name, owner: 'site', created_at_ms: atMs, updated_at_ms: atMs },
    body: json({ isRegistered: true, use, values }),
  }));
  const template = { template: 'generic', isRegistered: false, use: [], values: [['email', 'ops@example.org']] };
  await to
    .insertInto('monitoring_object')
    .values([
      ...rows,
      {
        ...rows[0],
        id: uuidv7(atMs),
        type: 'contact',
        name: 'generic',
        owner: 'site',
        created_at_ms: atMs,
        updated_at_ms: atMs,
        body: json(template),
      },
    ])
    .execute();
}
