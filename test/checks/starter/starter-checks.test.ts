// What a host begins with: by what it is and runs, made once, and never against the will
// of whoever deleted it.

import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { SYSTEM } from '#kernel/domain/actor.ts';
import type { AgentReport } from '#kernel/domain/event.ts';
import { uuidv7 } from '#kernel/ids.ts';
import { silentLogger } from '#kernel/log.ts';
import { createCheckCommands, type CheckCommands } from '#checks/check-commands.ts';
import { createDefaultChecks } from '#checks/default-checks.ts';
import { createKinds } from '#checks/kinds/all-kinds.ts';
import { checkOf, serverRules, STARTER_RULES } from '#checks/starter/starter-rules.ts';
import { createStarterChecks } from '#checks/starter/starter-checks.ts';
import { appendEvents, type EventConsumer } from '#store/event-log.ts';
import { writeSetting } from '#store/settings.ts';
import { openTestDatabase, type TestDatabase } from '#test/support/database.ts';
import { FakeClock } from '#test/support/fake-clock.ts';
import { quietKindDeps } from '../kind-deps.ts';

const clock = new FakeClock();
let database: TestDatabase;
let commands: CheckCommands;
let starter: EventConsumer;
let ensure: ReturnType<typeof createDefaultChecks>;

beforeAll(async () => {
  database = await openTestDatabase();
  const { db, notifications } = database;
  const common = { db, clock, log: silentLogger, notifications };
  const pluginRunner = { run: () => Promise.reject(new Error('nothing is run')) };
  const kinds = createKinds({ ...quietKindDeps, ...common, pluginRunner });
  commands = createCheckCommands({ db, clock, kinds: new Map(kinds.map((kind) => [kind.kind, kind])) });
  starter = createStarterChecks({ ...common, commands });
  ensure = createDefaultChecks({ db, clock, commands });
  await starter.start(new AbortController().signal);
});
afterAll(async () => {
  await starter.stop();
  await database.close();
});
afterEach(async () => {
  // A rule whose check the kinds refuse would be set aside here.
  expect(await database.db.selectFrom('consumer_failure').selectAll().execute()).toEqual([]);
});

async function addHost(lifecycle = 'in_service'): Promise<string> {
  const id = uuidv7(clock.nowMs());
  await database.db
    .insertInto('host')
    .values({ id, name: id, cluster: 'c', lifecycle, created_at_ms: clock.nowMs() })
    .execute();
  return id;
}

type Running = [name: string, state: AgentReport['services'][number]['state']];
const report = (services: Running[] = [], facts: AgentReport['facts'] = {}): AgentReport => ({
  ...{ facts, packages: [], processes: [] },
  services: services.map(([name, state]) => ({ name, state })),
});

async function reports(hostId: string, what: AgentReport): Promise<void> {
  const agentId = uuidv7(clock.nowMs());
  await appendEvents(database.db, [
    { kind: 'agent.reported', atMs: clock.nowMs(), hostId, data: { agentId, report: what } },
  ]);
  await starter.drain();
}

async function checksOf(hostId: string): Promise<string[]> {
  const rows = await database.db
    .selectFrom('check')
    .selectAll()
    .where('host_id', '=', hostId)
    .orderBy('name')
    .execute();
  return rows.map(({ name, origin }) => (origin === `starter:${name}` ? name : `${name} (${origin})`));
}

const ANY_HOST = ['clock', 'disk', 'disk full soon', 'inodes', 'load', 'memory'];

test('a host gets its checks with its first report, and more when it runs more', async () => {
  const hostId = await addHost();
  await reports(hostId, report([['nginx', 'stopped']]));
  expect(await checksOf(hostId)).toEqual(ANY_HOST);
  await reports(hostId, report([['nginx', 'running'], ['ssh', 'running'], ['postgresql@15-main', 'running']], { 'swap.bytes': 1e9 })); // prettier-ignore
  expect(await checksOf(hostId)).toEqual([
    ...ANY_HOST.slice(0, 3),
    'http',
    'inodes',
    'load',
    'memory',
    'service nginx (starter:web server)',
    'service postgresql@15-main (starter:postgresql)',
    'ssh',
    'swap',
  ]);
});

test('what was deleted or renamed does not come back', async () => {
  const hostId = await addHost();
  await reports(hostId, report());
  const rows = await database.db.selectFrom('check').selectAll().where('host_id', '=', hostId).execute();
  const idOf = (wanted: string) => rows.find(({ name }) => name === wanted)?.id ?? '';
  await commands.remove(SYSTEM, idOf('load'));
  await commands.update(SYSTEM, idOf('disk'), { name: 'room' });
  await reports(hostId, report([['cron', 'running']]));
  expect(await checksOf(hostId)).toEqual([
    'clock',
    'disk full soon',
    'inodes',
    'memory',
    'room (starter:disk)',
    'service cron (starter:cron)',
  ]);
});

test('a check of that name that somebody made stays as it is', async () => {
  const hostId = await addHost();
  await commands.create(SYSTEM, { name: 'load', hostId, kind: 'tcp', spec: { port: 1 } });
  await reports(hostId, report());
  expect(await checksOf(hostId)).toEqual(ANY_HOST.map((name) => (name === 'load' ? 'load (null)' : name)));
});

test('a host that is retired gets none', async () => {
  const hostId = await addHost('retired');
  await reports(hostId, report());
  expect(await checksOf(hostId)).toEqual([]);
});

test('this machine is checked before its agent has reported, with Plexus itself', async () => {
  const hostId = await addHost();
  const host = { id: hostId, name: 'this-machine' };
  await Promise.all([ensure(host, 'http://127.0.0.1:8080'), ensure(host, 'http://127.0.0.1:8080')]);
  const own = ['console', 'console port', 'plexus'];
  expect(await checksOf(hostId)).toEqual([...ANY_HOST, ...own].sort());
  await reports(hostId, report([['sshd', 'running']]));
  expect(await checksOf(hostId)).toEqual([...ANY_HOST, ...own, 'ssh'].sort());
});

test('an installation that has had its first checks gets only the new ones', async () => {
  const hostId = await addHost();
  await writeSetting(database.db, `checks.default:${hostId}`, true, clock.nowMs());
  await ensure({ id: hostId, name: 'this-machine' }, 'http://127.0.0.1:8080');
  expect(await checksOf(hostId)).toEqual(['clock', 'disk full soon', 'inodes', 'plexus']);
});

const held: [string, AgentReport | undefined, string[]][] = [
  ['nothing known', undefined, []],
  ['a container with the swap of its host', report([], { 'swap.bytes': 1e9, virtualization: 'container' }), []],
  ['a virtual machine with swap', report([], { 'swap.bytes': 1e9, virtualization: 'kvm' }), ['swap']],
  ['a machine without swap', report([], { 'swap.bytes': 0 }), []],
  ['a service that failed', report([['mariadb', 'failed']]), []],
  ['a name that only begins alike', report([['nginx-exporter', 'running']]), []],
  ['a database', report([['mariadb', 'running']]), ['mysql']],
];
test.each(held)('rules beyond those of any host for %s', (_, what, names) => {
  const special = STARTER_RULES.filter(({ when, name }) => when !== 'agent' && name !== '');
  expect(special.filter((rule) => checkOf(rule, what)).map(({ name }) => name)).toEqual(names);
});

test('no two rules make checks of the same name', () => {
  const names = [...STARTER_RULES, ...serverRules('http://[::1]:8080')].map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});
