// Rules see what the inventory sees: a host that joins, a fact that changes, a group that
// fills; and only objects that were changed by a person are another version.

import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { ENGINEER, checkNames, messagesOf, openObjectSite, yamlSet } from './object-site.ts';

const RULE = `
kind: Service
metadata: {name: apt}
spec:
  applyTo: {where: [{fact: os.family, is: debian}]}
  check: {kind: tcp, settings: {port: 22}}
---
kind: Service
metadata: {name: http}
spec:
  applyTo: {where: [{group: web*}]}
  check: {kind: tcp, settings: {port: 80}}
`;

test('a rule takes in hosts as they come to match, and lets go of those that do not any more', async () => {
  const { db, objects, inventory } = await openObjectSite();
  await objects.start(new AbortController().signal);
  await objects.api.apply(ENGINEER, { name: 'apply:site', documents: yamlSet(RULE) });
  expect(await checkNames(db)).toEqual([]);
  const hostId = await inventory.createHost(ENGINEER, { name: 'a', cluster: 'default' });
  await sql`update host set facts = '{"os.family": "debian"}' where id = ${hostId}`.execute(db);
  const follow = () => objects.drain();
  await follow();
  expect(await checkNames(db)).toEqual(['a/apt tcp']);
  await inventory.createGroup(ENGINEER, { name: 'webs', hostIds: [hostId] });
  await sql`update host set facts = '{}' where id = ${hostId}`.execute(db);
  await follow();
  expect(await checkNames(db)).toEqual(['a/http tcp']);
  const told = await db
    .selectFrom('event')
    .select('data')
    .where('kind', '=', 'objects.applied')
    .orderBy('id')
    .execute();
  expect(told.slice(1).map(({ data }) => data)).toEqual([
    { owner: 'rules', by: 'system', created: 1, updated: 0, deleted: 0 },
    { owner: 'rules', by: 'system', created: 1, updated: 0, deleted: 1 },
  ]);
  await objects.stop();
});

test('a rule is explained for every host: what holds, or the first condition that does not', async () => {
  const { objects, inventory } = await openObjectSite();
  const hostId = await inventory.createHost(ENGINEER, { name: 'web-1', cluster: 'default' });
  await inventory.createHost(ENGINEER, { name: 'db-1', cluster: 'default' });
  await inventory.createGroup(ENGINEER, { name: 'webs', hostIds: [hostId] });
  const rule = RULE.slice(RULE.indexOf('---') + 4);
  expect(await objects.api.testRule(rule)).toMatchObject({
    matching: 1,
    hosts: [
      { hostName: 'web-1', hostId, matches: true },
      { hostName: 'db-1', matches: false, because: 'it is not in group web* (it is in none)' },
    ],
  });
  await expect(objects.api.testRule('kind: Service\nmetadata: {name: x}\n')).rejects.toMatchObject({
    code: 'bad_rule',
  });
});

test('one object is changed in its set; an old version and another set stay out', async () => {
  const { objects } = await openObjectSite();
  await objects.api.apply(ENGINEER, { name: 'apply:site', documents: yamlSet(RULE) });
  const { items } = await objects.api.listObjects({ type: 'service', search: 'ht', offset: 0, limit: 10 });
  const [http] = items;
  const detail = await objects.api.getObject(http?.id ?? '');
  expect(detail.rule).toBe('all of (in group web*)');
  const edit = { owner: 'apply:site', id: detail.id, version: detail.version };
  const bad = await objects.api.applyEdit(ENGINEER, { ...edit, yaml: detail.yaml.replace('kind: tcp', 'kind: tpc') });
  // On no host yet, it is judged all the same.
  expect([bad.outcome, messagesOf(bad).at(0)]).toEqual([
    'refused',
    expect.stringContaining(`console:1 Service 'http': check.kind: "tpc" is no kind of check`),
  ]);
  const slower = detail.yaml.replace('spec:', 'spec:\n  interval: 10m');
  expect((await objects.api.applyEdit(ENGINEER, { ...edit, yaml: slower })).outcome).toBe('applied');
  const broken = await objects.api.previewEdit({ ...edit, version: 2, yaml: detail.yaml.replace('group:', 'grup:') });
  expect(messagesOf(broken).join()).toContain('Did you mean group?');
  await expect(objects.api.applyEdit(ENGINEER, { ...edit, yaml: detail.yaml })).rejects.toMatchObject({
    code: 'stale_version',
  });
  expect((await objects.api.deleteObject(ENGINEER, detail.id)).outcome).toBe('applied');
  expect((await objects.api.listObjects({ offset: 0, limit: 10 })).total).toBe(1);
});
