// Desired state from its definition to the row of drift, with agents that answer by events.

import { afterEach, beforeEach, expect, test } from 'vitest';
import type { DesiredStateSpec } from '#inventory/api.ts';
import { SYSTEM } from '#kernel/domain/actor.ts';
import { openInventory, type Harness } from './harness.ts';

let h: Harness;
beforeEach(async () => (h = await openInventory()));
afterEach(() => h.close());

const motd = (template = 'port {{ vars.port }}\n'): DesiredStateSpec => ({
  kind: 'file',
  path: '/etc/motd',
  template,
  mode: '0644',
});

async function define(hostIds: string[], spec: DesiredStateSpec = motd(), groupIds: string[] = []): Promise<string> {
  const id = await h.api.createDesiredState(SYSTEM, {
    name: 'motd',
    spec,
    target: { hostIds, groupIds },
    enabled: true,
  });
  await h.inventory.drain();
  return id;
}

const lastRequest = () => [...h.requests.values()].at(-1) ?? expect.unreachable();
const statuses = async () => (await h.api.listDrift({ limit: 100 })).map(({ status }) => status);
const driftEvents = async () => (await h.eventKinds()).filter((kind) => kind.startsWith('drift.'));

const found = (desiredStateId: string, status: 'in_sync' | 'drifted' | 'failed', version = 1) => ({
  result: {
    items: [{ desiredStateId, version, status, changed: false, summary: `it is ${status}`, diff: '-a\n+b\n' }],
  },
});

test('a new definition is compared at once, with the host’s own variables', async () => {
  const { hostId, agentId } = await h.join('web-1');
  await h.api.updateHost(SYSTEM, hostId, { version: 1, variables: { port: 8080 } });
  const id = await define([hostId]);
  expect(lastRequest()).toMatchObject({
    agentId,
    action: 'desired_state',
    body: {
      mode: 'report',
      items: [{ desiredStateId: id, version: 1, kind: 'file', content: 'port 8080\n', mode: '0644' }],
    },
  });
  expect(await statuses()).toEqual(['pending']);
});

test('drift is found once, kept while it lasts, and cleared once', async () => {
  const { hostId } = await h.join('web-1');
  const id = await define([hostId], motd('x'));
  for (const status of ['drifted', 'drifted', 'in_sync', 'in_sync'] as const) {
    h.clock.advance(1000);
    await h.answer(lastRequest(), found(id, status));
  }
  expect(await driftEvents()).toEqual(['drift.found', 'drift.cleared']);
  expect(await statuses()).toEqual(['in_sync']);
  expect((await h.api.getDesiredState(id)).counts).toEqual({ in_sync: 1, drifted: 0, failed: 0, pending: 0 });
});

test('the diff and since when are shown; the host counts its drift', async () => {
  const { hostId } = await h.join('web-1');
  const id = await define([hostId], motd('x'));
  const sinceMs = h.clock.nowMs();
  await h.answer(lastRequest(), found(id, 'drifted'));
  h.clock.advance(60_000);
  await h.answer(lastRequest(), found(id, 'drifted'));
  expect(await h.api.listDrift({ hostId, limit: 10 })).toMatchObject([
    { status: 'drifted', diff: '-a\n+b\n', sinceMs, checkedAtMs: sinceMs + 60_000, desiredStateName: 'motd' },
  ]);
  expect((await h.api.getHost(hostId)).driftCount).toBe(1);
});

test('an answer about an older version, or one that comes late, is no news', async () => {
  const { hostId } = await h.join('web-1');
  const id = await define([hostId], motd('x'));
  const old = lastRequest();
  await h.api.updateDesiredState(SYSTEM, id, { version: 1, spec: motd('y') });
  await h.inventory.drain();
  expect(lastRequest().requestId).not.toBe(old.requestId);
  await h.answer(old, found(id, 'drifted', 1));
  expect(await statuses()).toEqual(['pending']);
  h.clock.advance(5000);
  await h.answer(lastRequest(), found(id, 'in_sync', 2));
  h.clock.stepWall(-4000);
  await h.answer(lastRequest(), found(id, 'drifted', 2));
  expect(await statuses()).toEqual(['in_sync']);
});

test('an unknown variable is a failure that names it, and the host is not asked', async () => {
  const { hostId } = await h.join('web-1');
  await define([hostId]);
  expect(h.requests.size).toBe(0);
  expect(await h.api.listDrift({ limit: 1 })).toMatchObject([
    { status: 'failed', summary: expect.stringContaining('"vars.port" is not known') as string },
  ]);
});

test('an agent answers for its own host alone', async () => {
  const one = await h.join('one', { ip: '1' });
  const two = await h.join('two', { ip: '2' });
  const id = await define([one.hostId], motd('x'));
  await h.answer({ ...lastRequest(), agentId: two.agentId }, found(id, 'drifted'));
  expect(await h.api.listDrift({ hostId: one.hostId, limit: 1 })).toMatchObject([{ status: 'pending' }]);
});

test('a refusal by the host’s policy is a failure with its reason; silence is none', async () => {
  const { hostId } = await h.join('web-1');
  await define([hostId], motd('x'));
  await h.answer(lastRequest(), { status: 'expired', reason: 'not started in time' });
  expect(await statuses()).toEqual(['pending']);
  await h.answer(lastRequest(), { status: 'denied', reason: 'policy allows no desired_state' });
  expect((await h.api.listDrift({ limit: 1 }))[0]?.summary).toContain('policy allows no desired_state');
});

test('garbage in an answer is nothing', async () => {
  const { hostId } = await h.join('web-1');
  await define([hostId], motd('x'));
  for (const items of [7, [null, 'x', {}, { desiredStateId: 'x', version: 1, status: 'in_sync' }]])
    await h.answer(lastRequest(), { result: { items } });
  expect(await statuses()).toEqual(['pending']);
});

test('every period asks again, with an id of its own; within a period never twice, also when the agent reconnects', async () => {
  const { hostId } = await h.join('web-1');
  await define([hostId], motd('x'));
  const periods = 12;
  for (let i = 0; i < periods; i++) {
    // In steps of a tick, each of which looks for hosts that are due.
    for (let second = 0; second < 300; second += 30) {
      h.clock.advance(30_000);
      await h.inventory.drain();
    }
  }
  await h.tell({ kind: 'agent.connected', atMs: h.clock.nowMs(), hostId, data: { agentId: 'a', version: '0' } });
  expect(h.requests.size).toBe(periods + 1);
});

test('a host that leaves the group leaves the drift; a definition that is off has none', async () => {
  const { hostId } = await h.join('web-1');
  const groupId = await h.api.createGroup(SYSTEM, { name: 'web', hostIds: [hostId] });
  const id = await define([], motd('x'), [groupId]);
  expect(await statuses()).toEqual(['pending']);
  await h.api.updateGroup(SYSTEM, groupId, { version: 1, hostIds: [] });
  await h.inventory.drain();
  expect(await statuses()).toEqual([]);
  await h.api.updateGroup(SYSTEM, groupId, { version: 2, hostIds: [hostId] });
  await h.inventory.drain();
  expect(await statuses()).toEqual(['pending']);
  await h.api.updateDesiredState(SYSTEM, id, { version: 1, enabled: false });
  await h.inventory.drain();
  expect(await statuses()).toEqual([]);
});

test('a catalog for some definitions holds those alone, for a retired host none', async () => {
  const { hostId } = await h.join('web-1');
  const id = await define([hostId], motd('x'));
  await h.api.createDesiredState(SYSTEM, {
    name: 'ssh runs',
    spec: { kind: 'service', service: 'ssh', running: true },
    target: { hostIds: [hostId], groupIds: [] },
    enabled: true,
  });
  expect((await h.api.catalogFor(hostId)).items.map(({ name }) => name)).toEqual(['motd', 'ssh runs']);
  expect((await h.api.catalogFor(hostId, [id])).items.map(({ name }) => name)).toEqual(['motd']);
  await h.api.retireHost(SYSTEM, hostId);
  expect((await h.api.catalogFor(hostId)).items).toEqual([]);
});

test('a name that is taken, a path that climbs, a stale edit: refused with their code', async () => {
  await define([]);
  await expect(define([])).rejects.toMatchObject({ code: 'name_taken' });
  const climbing: DesiredStateSpec = { kind: 'file', path: '/a/../etc/passwd', template: '', mode: '0644' };
  await expect(define([], climbing)).rejects.toMatchObject({ code: 'path_refused' });
});
