// What a set becomes when it is applied, applied again, changed and removed; and what is
// refused, in which words.

import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { readAuditTrail } from '#store/audit-trail.ts';
import { ENGINEER, checkCounts, checkNames, messagesOf, openObjectSite, yamlSet } from './object-site.ts';

const SITE = `
kind: Command
metadata: {name: probe}
spec: {commandLine: /bin/true $ARG1$}
---
kind: ServiceTemplate
metadata: {name: slow}
spec: {interval: 10m, maxAttempts: 5}
---
kind: HostTemplate
metadata: {name: server}
spec: {command: probe, vars: {SITE: ams}}
---
kind: Host
metadata: {name: core}
spec: {use: [server], address: 10.0.0.1}
---
kind: Host
metadata: {name: web-1}
spec: {use: [server], address: 10.0.0.2, parents: [core], hostGroups: [web]}
---
kind: HostGroup
metadata: {name: web}
spec: {alias: Web servers}
---
kind: TimePeriod
metadata: {name: office}
spec: {days: {monday: "09:00-17:00"}}
---
kind: Service
metadata: {name: slow one}
spec: {use: [slow], hosts: [web-1], command: probe, arguments: [a, "b!c"]}
---
kind: Service
metadata: {name: ssh}
spec: {hostGroups: [web], check: {kind: tcp, settings: {port: 22}}, checkPeriod: office}
---
kind: Service
metadata: {name: uptime}
spec:
  applyTo: {where: [{var: SITE, is: ams}]}
  command: probe
---
kind: ServiceDependency
spec: {hosts: [web-1], services: [ssh], dependentServices: [slow one], notificationFailureOptions: [c, u]}
`;

const request = (text: string, name = 'apply:site') => ({ name, documents: yamlSet(text) });

test('a set becomes hosts, checks, parents, a dependency, a period and a group, in one transaction', async () => {
  const { db, objects, inventory } = await openObjectSite();
  const outcome = await objects.api.apply(ENGINEER, request(SITE));
  expect(messagesOf(outcome)).toEqual([]);
  expect(outcome).toMatchObject({ outcome: 'applied', isRefusable: false });
  expect(await checkNames(db)).toEqual([
    'core/alive plugin',
    'core/uptime plugin',
    'web-1/alive plugin',
    'web-1/slow one plugin',
    'web-1/ssh tcp',
    'web-1/uptime plugin',
  ]);
  const slow = await db.selectFrom('check').selectAll().where('name', '=', 'slow one').executeTakeFirstOrThrow();
  expect(slow).toMatchObject({
    spec: { commandLine: '/bin/true $ARG1$', arguments: ['a', 'b!c'], failureState: 'critical' },
    ...{ interval_sec: 600, retry_interval_sec: 60, max_attempts: 5, timeout_sec: 60, owner: 'apply:site' },
  });
  expect(slow.details).toMatchObject({
    values: { max_check_attempts: { value: '5', from: 'template slow (apply:site/site.yaml:8)' } },
  });
  const { rows: ties } = await sql`select h.name, p.name as parent from host_parent t
    join host h on h.id = t.host_id join host p on p.id = t.parent_id`.execute(db);
  expect(ties).toEqual([{ name: 'web-1', parent: 'core' }]);
  expect(await db.selectFrom('check_dependency').select(['purpose', 'states']).execute()).toEqual([
    { purpose: 'notification', states: ['unknown', 'critical'] },
  ]);
  expect(await db.selectFrom('time_period').selectAll().execute()).toEqual([
    { name: 'office', definition: { alias: 'office', monday: '09:00-17:00' }, owner: 'apply:site' },
  ]);
  expect(await inventory.listGroups()).toMatchObject([{ name: 'web', description: 'Web servers' }]);
  const trail = await readAuditTrail(db, { limit: 10 });
  expect(trail.find(({ action }) => action === 'objects.apply')).toMatchObject({
    actor: 'user:anna',
    object: 'object_set:apply:site',
    details: { checks: { created: 6, changed: 0, deleted: 0, unchanged: 0 } },
  });
  const { rows: told } = await sql<{ data: unknown }>`select data from event where kind = 'objects.applied'`.execute(
    db,
  );
  expect(told).toEqual([{ data: { owner: 'apply:site', by: 'user:anna', created: 6, updated: 0, deleted: 0 } }]);
});

test('applied again nothing changes; lines that moved are no change', async () => {
  const { db, objects } = await openObjectSite();
  await objects.api.apply(ENGINEER, request(SITE));
  const again = await objects.api.apply(ENGINEER, request(`# a line more\n\n${SITE}`));
  expect(checkCounts(again)).toEqual({ created: 0, changed: 0, deleted: 0, unchanged: 6 });
  expect(again.changes.objects.counts).toEqual({ created: 0, changed: 0, deleted: 0, unchanged: 11 });
  expect(again.changes.ties).toEqual({ parents: 0, dependencies: 0, timePeriods: 0, resources: 0 });
  const slow = await db.selectFrom('check').select('details').where('name', '=', 'slow one').executeTakeFirstOrThrow();
  expect(slow.details).toMatchObject({
    values: { max_check_attempts: { from: 'template slow (apply:site/site.yaml:10)' } },
  });
});

test('a changed template changes exactly its children, and the preview says which values', async () => {
  const { db, objects } = await openObjectSite();
  await objects.api.apply(ENGINEER, request(SITE));
  const before = await db.selectFrom('check').select(['id', 'name', 'version']).orderBy('id').execute();
  const changed = SITE.replace('maxAttempts: 5', 'maxAttempts: 7');
  const preview = await objects.api.preview(request(changed));
  expect(preview.outcome).toBe('preview');
  expect(preview.changes.checks.changed).toEqual([
    {
      ...{ hostName: 'web-1', object: 'service', name: 'slow one' },
      values: [{ name: 'maxAttempts', before: 5, after: 7 }],
    },
  ]);
  expect(await db.selectFrom('check').select(['id', 'name', 'version']).orderBy('id').execute()).toEqual(before);
  await objects.api.apply(ENGINEER, request(changed));
  const after = await db.selectFrom('check').select(['id', 'name', 'version']).orderBy('id').execute();
  expect(after).toEqual(before.map((row) => (row.name === 'slow one' ? { ...row, version: 2 } : row)));
});

test('removing a set removes its checks and ties, and keeps its hosts: to retire one is a decision', async () => {
  const { db, objects, inventory } = await openObjectSite();
  await objects.api.apply(ENGINEER, request(SITE));
  const outcome = await objects.api.removeSet(ENGINEER, 'apply:site');
  expect(outcome).toMatchObject({ outcome: 'applied', changes: { hosts: { left: ['core', 'web-1'] } } });
  expect(await checkNames(db)).toEqual([]);
  for (const table of ['host_parent', 'check_dependency', 'time_period', 'monitoring_object', 'object_set'] as const)
    expect(await db.selectFrom(table).selectAll().execute(), table).toEqual([]);
  expect(await inventory.listGroups()).toEqual([]);
  const { items } = await inventory.listHosts({ limit: 10 });
  expect(items.map(({ name, lifecycle }) => [name, lifecycle])).toEqual([
    ['core', 'in_service'],
    ['web-1', 'in_service'],
  ]);
});

test('a YAML set with any error is refused whole, with every problem at its line', async () => {
  const { db, objects } = await openObjectSite();
  const broken = SITE.replace('use: [slow]', 'use: [slwo]')
    .replace('port: 22', 'prot: 22')
    .replace('kind: Command', 'kind: Comand');
  const outcome = await objects.api.apply(ENGINEER, request(broken));
  expect(outcome).toMatchObject({ outcome: 'refused', isRefusable: true });
  expect(messagesOf(outcome)).toEqual(
    expect.arrayContaining([
      expect.stringContaining('site.yaml:2 kind: "Comand" is no kind of monitoring object'),
      expect.stringContaining("uses 'slwo', which is no service template"),
      expect.stringMatching(/^site\.yaml:3\d Service 'ssh': check\.settings/),
    ]),
  );
  expect(await checkNames(db)).toEqual([]);
  expect(await objects.api.listSets()).toEqual([]);
});

test('a name that two sets define is refused with both places; services of one set go onto hosts of the other', async () => {
  const { db, objects } = await openObjectSite();
  await objects.api.apply(ENGINEER, request(SITE));
  const second = `
kind: Host
metadata: {name: web-1}
spec: {address: 10.9.9.9}
---
kind: Service
metadata: {name: ssh}
spec: {use: [slow], hosts: [web-1], check: {kind: tcp, settings: {port: 2222}}}
`;
  const refused = await objects.api.apply(ENGINEER, request(second, 'apply:other'));
  expect(refused.outcome).toBe('refused');
  expect(messagesOf(refused)).toEqual([
    "site.yaml:2 Duplicate definition found for host 'web-1'; the one of apply:site/site.yaml:18 is kept.",
    expect.stringContaining("Duplicate definition found for service 'ssh' on host 'web-1'; the one of "),
  ]);
  const own = second.slice(second.indexOf('---')).replace('{name: ssh}', '{name: ssh 2}');
  expect(await objects.api.apply(ENGINEER, request(own, 'apply:other'))).toMatchObject({ outcome: 'applied' });
  expect(await checkNames(db)).toContain('web-1/ssh 2 tcp');

  const removal = await objects.api.removeSet(ENGINEER, 'apply:site');
  expect([removal.outcome, messagesOf(removal)]).toEqual([
    'refused',
    ["apply:other site.yaml:2 service 'web-1/ssh 2' uses 'slow', which is no service template. It is left out."],
  ]);
  const forced = await objects.api.removeSet(ENGINEER, 'apply:site', { acceptRest: true });
  // The host is still known to the inventory, and its service with it.
  expect([forced.outcome, await checkNames(db)]).toEqual(['applied', ['web-1/ssh 2 tcp']]);
});

test('hosts that are known already are joined by cluster and name, never by address', async () => {
  const { objects, inventory } = await openObjectSite();
  const known = await inventory.createHost(ENGINEER, { name: 'WEB-1', cluster: 'default', ip: '10.5.5.5' });
  const elsewhere = await inventory.createHost(ENGINEER, { name: 'core', cluster: 'lab', ip: '10.0.0.1' });
  const outcome = await objects.api.apply(ENGINEER, request(SITE));
  expect(outcome.changes.hosts).toMatchObject({ created: ['core'], joined: ['web-1'] });
  expect(await inventory.getHost(known)).toMatchObject({
    name: 'WEB-1',
    aliases: [{ kind: 'nagios', value: 'web-1' }],
    groups: [{ name: 'web' }],
  });
  expect(await inventory.getHost(elsewhere)).toMatchObject({ aliases: [] });
  // Renamed in the inventory, it is still the one that objects mean.
  const { version } = await inventory.getHost(known);
  await inventory.updateHost(ENGINEER, known, { version, name: 'shop-front' });
  expect(await objects.api.apply(ENGINEER, request(SITE))).toMatchObject({
    changes: { hosts: { counts: { created: 0, joined: 0 } }, checks: { counts: { created: 0, deleted: 0 } } },
  });
});

test('a check that somebody made by hand stays, and stands in the way with both named', async () => {
  const { db, objects, inventory } = await openObjectSite();
  const hostId = await inventory.createHost(ENGINEER, { name: 'web-1', cluster: 'default' });
  await sql`insert into "check" (id, name, host_id, kind, spec, interval_sec, retry_interval_sec, max_attempts,
    timeout_sec, created_at_ms, updated_at_ms)
    values (gen_random_uuid(), 'ssh', ${hostId}, 'tcp', '{"port": 22}', 60, 15, 3, 10, 0, 0)`.execute(db);
  const outcome = await objects.api.apply(ENGINEER, request(SITE));
  expect([outcome.outcome, messagesOf(outcome)]).toEqual([
    'refused',
    [
      "site.yaml:34 Host 'web-1' has a check 'ssh' that no document made. Delete or rename that one, or leave this one out.",
    ],
  ]);
});

test('loops of templates, parents, groups and dependencies are refused with their names', async () => {
  const { objects } = await openObjectSite();
  const loops = `
kind: HostTemplate
metadata: {name: a}
spec: {use: [b]}
---
kind: HostTemplate
metadata: {name: b}
spec: {use: [a]}
---
kind: Host
metadata: {name: x}
spec: {use: [a], parents: [y]}
---
kind: Host
metadata: {name: y}
spec: {parents: [x]}
`;
  const outcome = await objects.api.apply(ENGINEER, request(loops));
  expect(outcome.outcome).toBe('refused');
  expect(messagesOf(outcome).join('\n')).toMatch(/a → b → a|b → a → b/);
  expect(messagesOf(outcome).join('\n')).toMatch(/x → y → x/);
});

test('what is exported applies back to the same', async () => {
  const { objects } = await openObjectSite();
  await objects.api.apply(ENGINEER, request(SITE));
  const exported = await objects.api.exportSet('apply:site');
  const again = await objects.api.preview(request(exported));
  expect(messagesOf(again)).toEqual([]);
  expect(again.changes.objects.counts).toEqual({ created: 0, changed: 0, deleted: 0, unchanged: 11 });
  expect(checkCounts(again)).toEqual({ created: 0, changed: 0, deleted: 0, unchanged: 6 });
});
