// One host, many names; what packets, agents and people may do to it.

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SYSTEM } from '#kernel/domain/actor.ts';
import type { AgentReport, NewEvent } from '#kernel/domain/event.ts';
import { verifyAuditTrail } from '#store/audit-trail.ts';
import { openInventory, type Harness } from './harness.ts';

let h: Harness;
beforeEach(async () => (h = await openInventory({ mostHostsPerCluster: 5 })));
afterEach(() => h.close());

const seen = (name: string, hostKey = name, more: { agentId?: string; cluster?: string } = {}): NewEvent => ({
  kind: 'host.seen',
  atMs: h.clock.nowMs(),
  data: { cluster: 'default', hostKey, name, ip: hostKey, ...more },
});
const quiet = (name: string, atMs: number): NewEvent => ({
  kind: 'host.quiet',
  atMs,
  data: { cluster: 'default', hostKey: name, name, silentSec: 80 },
});
const back = (name: string, atMs: number): NewEvent => ({
  kind: 'host.back',
  atMs,
  data: { cluster: 'default', hostKey: name, name },
});
const names = async (includeRetired = false) =>
  (await h.api.listHosts({ limit: 100, includeRetired })).items.map((host) => host.name);
const only = async () => {
  const { items } = await h.api.listHosts({ limit: 2 });
  expect(items).toHaveLength(1);
  return items[0] ?? expect.unreachable();
};

describe('identity', () => {
  test('a host that is heard becomes a row, once, however often it is heard', async () => {
    await h.tell(seen('web-1'), seen('web-1'));
    await h.tell(seen('web-1'));
    expect(await only()).toMatchObject({ name: 'web-1', cluster: 'default', reporting: 'up' });
    expect((await h.eventKinds()).filter((kind) => kind === 'host.created')).toHaveLength(1);
  });

  test('a new address of the same name in the same cluster is the same host; in another cluster it is not', async () => {
    await h.tell(seen('Web-1', '10.0.0.1'), seen('web-1', '10.0.0.2'), seen('web-1', '10.0.0.1', { cluster: 'other' }));
    const { items } = await h.api.listHosts({ limit: 10 });
    expect(items.map((host) => host.cluster).sort()).toEqual(['default', 'other']);
  });

  test('the same address under two names in two clusters is two hosts: never joined on IP', async () => {
    await h.tell(seen('a', '10.0.0.1'), seen('b', '10.0.0.1', { cluster: 'other' }));
    expect(await names()).toEqual(['a', 'b']);
  });

  test('enrolment first, packets after: the heartbeat’s agent id joins them, whatever the name', async () => {
    const { agentId, hostId } = await h.join('web-1.example');
    await h.tell(seen('web-1', '10.9.9.9', { agentId, cluster: 'prod' }));
    expect(await only()).toMatchObject({ id: hostId, name: 'web-1.example', cluster: 'prod', agentIds: [agentId] });
    expect(await h.api.seriesOfHost(hostId)).toEqual({ cluster: 'prod', host: 'web-1' });
    expect(await h.api.findHostIdBySeries('prod', 'WEB-1')).toBe(hostId);
  });

  test('packets first under another name: the packets’ host is folded into the agent’s', async () => {
    await h.tell(seen('alias', '10.0.0.9'));
    const packetsHost = await only();
    const { agentId, hostId } = await h.join('web-1');
    await h.tell(seen('alias', '10.0.0.9', { agentId }));
    expect(await names()).toEqual(['web-1']);
    expect(await h.api.findHostIdBySeries('default', 'alias')).toBe(hostId);
    expect((await h.api.getHost(packetsHost.id)).mergedInto).toBe(hostId);
    expect((await h.api.getHost(hostId)).reporting).toBe('up');
  });

  test('packets first under the same name: the agent joins that host', async () => {
    await h.tell(seen('web-1'));
    const { id } = await only();
    expect((await h.join('WEB-1')).hostId).toBe(id);
  });

  test('a heartbeat that comes before the enrolment loses nothing', async () => {
    await h.tell(seen('web-1', '10.0.0.1', { agentId: 'agent-before' }));
    const { id } = await only();
    expect((await h.join('other-name', { agentId: 'agent-before' })).hostId).toBe(id);
  });

  test('clones of one image share a name, not a host; a reinstalled agent at the same address does', async () => {
    const first = await h.join('localhost', { ip: '10.0.0.1' });
    const clone = await h.join('localhost', { ip: '10.0.0.2' });
    const reinstalled = await h.join('localhost', { ip: '10.0.0.1' });
    expect(clone.hostId).not.toBe(first.hostId);
    expect(reinstalled.hostId).toBe(first.hostId);
  });

  test('enrolling twice is the same host', async () => {
    const first = await h.join('web-1', { agentId: 'a1' });
    expect((await h.join('web-1', { agentId: 'a1' })).hostId).toBe(first.hostId);
  });

  test('made-up names fill a cluster to its bound and no further; the known go on', async () => {
    for (let batch = 0; batch < 4; batch++)
      await h.tell(...Array.from({ length: 50 }, (_, i) => seen(`made-up-${batch}-${i}`)));
    expect(await names()).toHaveLength(5);
    await h.tell(quiet('made-up-0-1', h.clock.nowMs() + 1), seen('real', 'real', { cluster: 'other' }));
    expect((await h.api.listHosts({ limit: 10, reporting: 'down' })).items).toHaveLength(1);
    expect(await names()).toContain('real');
  });
});

describe('reporting', () => {
  test('quiet and back, and an old word that comes late changes nothing', async () => {
    const t = h.clock.nowMs();
    await h.tell(seen('web-1'));
    await h.tell(quiet('web-1', t + 80_000));
    expect(await only()).toMatchObject({ reporting: 'down', reportingSinceMs: t + 80_000 });
    await h.tell(back('web-1', t + 100_000), quiet('web-1', t + 90_000));
    expect(await only()).toMatchObject({ reporting: 'up', reportingSinceMs: t + 100_000 });
  });

  test('a collector that begins anew is told who reported, under every key, the latest first', async () => {
    await h.tell(seen('web-1', 'old/key', { cluster: 'a/b' }));
    await h.tell(seen('web-1', 'new', { cluster: 'a/b' }), seen('down', 'down'), seen('retired', 'retired'));
    await h.tell(quiet('down', h.clock.nowMs() + 1));
    const retired = (await h.api.listHosts({ limit: 10, search: 'retired' })).items[0]?.id ?? '';
    await h.api.retireHost(SYSTEM, retired);
    expect(await h.api.reportingHosts()).toEqual([
      {
        name: 'web-1',
        keys: [
          { cluster: 'a/b', hostKey: 'new' },
          { cluster: 'a/b', hostKey: 'old/key' },
        ],
      },
    ]);
  });

  test('a host nobody ever heard of cannot go quiet', async () => {
    await h.tell(quiet('ghost', 1));
    expect(await names()).toEqual([]);
  });
});

describe('reports', () => {
  const report = (change: Partial<AgentReport> = {}): AgentReport => ({
    facts: { 'kernel.release': '6.1' },
    packages: [{ name: 'bash', version: '5.1' }],
    services: [{ name: 'ssh', state: 'running' }],
    processes: [{ name: 'init', pid: 1 }],
    ...change,
  });
  const reported = (agentId: string, atMs: number, what: AgentReport): NewEvent => ({
    kind: 'agent.reported',
    atMs,
    data: { agentId, report: what },
  });

  test('the newest report stands, a late older one changes nothing, and what changed is told once', async () => {
    const { agentId, hostId } = await h.join('web-1');
    await h.tell(reported(agentId, 2000, report()));
    await h.tell(reported(agentId, 3000, report({ facts: { 'kernel.release': '6.2' } })));
    await h.tell(reported(agentId, 1000, report({ facts: { 'kernel.release': '5.0' } })));
    await h.tell(reported(agentId, 3000, report({ facts: { 'kernel.release': '6.2' } })));
    expect(await h.api.getHost(hostId)).toMatchObject({
      facts: { 'kernel.release': '6.2' },
      packages: [{ name: 'bash', version: '5.1' }],
      reportedAtMs: 3000,
    });
    expect((await h.eventKinds()).filter((kind) => kind === 'host.changed')).toHaveLength(1);
  });

  test('a report of absurd size is cut to its bounds', async () => {
    const { agentId, hostId } = await h.join('web-1');
    const packages = Array.from({ length: 25_000 }, (_, i) => ({ name: `p${i}`, version: '1' }));
    await h.tell(reported(agentId, 1, report({ packages })));
    expect((await h.api.getHost(hostId)).packages).toHaveLength(20_000);
  });

  test('an agent that nobody knows reports to nobody', async () => {
    await h.tell(reported('no-such-agent', 1, report()));
    expect(await names()).toEqual([]);
  });
});

describe('people', () => {
  test('a retired host is hidden and no target; packets do not bring it back, a person does', async () => {
    const { hostId } = await h.join('web-1');
    await h.tell(seen('web-1'));
    await h.api.retireHost(SYSTEM, hostId);
    await h.tell(seen('web-1'), seen('web-1', '10.7.7.7'));
    expect(await names()).toEqual([]);
    expect(await names(true)).toEqual(['web-1']);
    expect(await h.api.hostIdsOf({ hostIds: [hostId], groupIds: [] })).toEqual([]);
    await h.api.reviveHost(SYSTEM, hostId);
    expect(await names()).toEqual(['web-1']);
  });

  test('a machine that joins anew under a retired name is a new host, and its metrics follow it', async () => {
    const old = await h.join('web-1');
    await h.tell(seen('web-1', '10.0.0.1', { agentId: old.agentId }));
    await h.api.retireHost(SYSTEM, old.hostId);
    const fresh = await h.join('web-1');
    expect(fresh.hostId).not.toBe(old.hostId);
    await h.tell(seen('web-1', '10.0.0.1', { agentId: fresh.agentId }));
    expect(await h.api.findHostIdBySeries('default', 'web-1')).toBe(fresh.hostId);
  });

  test('two editors: the second is told, not overwritten', async () => {
    const { hostId } = await h.join('web-1');
    await h.api.updateHost(SYSTEM, hostId, { version: 1, owner: 'anna', variables: { port: 1 } });
    await expect(h.api.updateHost(SYSTEM, hostId, { version: 1, owner: 'ben' })).rejects.toMatchObject({
      code: 'stale_version',
      status: 409,
    });
    expect(await h.api.getHost(hostId)).toMatchObject({ owner: 'anna', version: 2 });
  });

  test('merged hosts: names, groups and series follow; both are in the audit trail, which holds', async () => {
    const a = await h.join('a');
    await h.tell(seen('b'));
    const b = await h.api.findHostIdBySeries('default', 'b');
    const group = await h.api.createGroup(SYSTEM, { name: 'g', hostIds: [b ?? ''] });
    await h.api.mergeHosts(SYSTEM, a.hostId, b ?? '');
    expect((await h.api.getGroup(group)).hostIds).toEqual([a.hostId]);
    expect((await h.api.getHost(a.hostId)).aliases).toContainEqual({ kind: 'gmond', value: 'default/b' });
    await h.tell(seen('b'));
    expect(await names()).toEqual(['a']);
    expect(await verifyAuditTrail(h.db)).toEqual({ entries: 2 });
  });

  test('targets: hosts by name and by group, each once, in order', async () => {
    const ids: string[] = [];
    for (const name of ['c', 'a', 'b']) ids.push((await h.join(name, { ip: name })).hostId);
    const groupId = await h.api.createGroup(SYSTEM, { name: 'g', hostIds: ids.slice(0, 2) });
    const targets = await h.api.hostIdsOf({ hostIds: [ids[1] ?? '', ids[2] ?? '', 'no-uuid'], groupIds: [groupId] });
    expect(targets.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
  });

  test('pages: each host once, also with equal names', async () => {
    for (const [i, name] of ['x', 'x', 'X', 'y'].entries()) await h.tell(seen(name, `k${i}`, { cluster: `c${i}` }));
    const found: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await h.api.listHosts({ limit: 1, ...(cursor && { cursor }) });
      found.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor;
    } while (cursor);
    expect(new Set(found).size).toBe(4);
    expect(found).toHaveLength(4);
    await expect(h.api.listHosts({ limit: 1, cursor: 'garbage' })).rejects.toMatchObject({ code: 'bad_cursor' });
  });

  test('a search takes % and _ for what they are', async () => {
    await h.tell(seen('web_1'), seen('web-1'));
    expect((await h.api.listHosts({ limit: 10, search: 'B_1' })).items.map(({ name }) => name)).toEqual(['web_1']);
  });

  test('an id that is no uuid is an id that does not exist', async () => {
    await expect(h.api.getHost('1; drop table host')).rejects.toMatchObject({ code: 'not_found' });
    expect((await h.api.namesOf(['x'])).size).toBe(0);
  });
});
