// Hosts of the scene as the server knows them: joining, groups, desired state with a
// few hosts that drifted from it.

import type { Clock } from '#kernel/clock.ts';
import { AppError } from '#kernel/errors.ts';
import { decodeJoinToken, type JoinToken } from '#wire/join-token.ts';
import { JoinTokenCreated } from '#web/contract/agents.ts';
import { DesiredState, DesiredStateList, HostGroup } from '#web/contract/desired-state.ts';
import { HostList } from '#web/contract/inventory.ts';
import { RunDetail, RunStarted } from '#web/contract/remediation.ts';
import type { Fleet } from '../fleet.ts';
import type { ApiClient } from './api-client.ts';

const LOOK_MS = 300;
const DAY_SEC = 86_400;

export interface SceneDeps {
  api: ApiClient;
  clock: Clock;
  /** Aborts when the demo is to end. */
  signal: AbortSignal;
}

/** Asks until the answer is not undefined. Throws `not_in_time`. */
export async function waitFor<Value>(
  deps: Pick<SceneDeps, 'clock' | 'signal'>,
  what: { name: string; withinMs: number; missing?(): string },
  ask: () => Promise<Value | undefined>,
): Promise<Value> {
  const untilMs = deps.clock.monotonicMs() + what.withinMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (deps.signal.aborted) throw new AppError('stopped', 'The demo was stopped.');
    if (deps.clock.monotonicMs() > untilMs)
      throw new AppError('not_in_time', `Waited ${what.withinMs / 1000} s in vain: ${what.missing?.() ?? what.name}.`);
    await deps.clock.sleep(LOOK_MS, deps.signal);
  }
}

/** One token for each cluster, since a token says where its hosts belong. */
export async function makeJoinTokens(
  api: ApiClient,
  clusters: readonly string[],
  uses: number,
): Promise<Map<string, JoinToken>> {
  const tokens = new Map<string, JoinToken>();
  for (const cluster of clusters) {
    const request = { note: `demo, cluster ${cluster}`, approve: true, uses, ttlSec: DAY_SEC, cluster };
    const { token } = await api.post('/join-tokens', request, JoinTokenCreated);
    const decoded = decodeJoinToken(token);
    if (!decoded.ok)
      throw new AppError('bad_join_token', `The server made a token that cannot be read: ${decoded.reason}.`);
    tokens.set(cluster, decoded.value);
  }
  return tokens;
}

/** Id by name, once every host sends metrics and its agent has reported. */
export function waitForHosts(deps: SceneDeps, names: readonly string[]): Promise<Map<string, string>> {
  const ids = new Map<string, string>();
  const missing = () => names.filter((name) => !ids.has(name));
  const what = {
    name: 'every host is up and has reported',
    withinMs: 60_000 + names.length * 200,
    missing: () => `these hosts are not up or have not reported: ${missing().join(', ')}`,
  };
  return waitFor(deps, what, async () => {
    const { items } = await deps.api.get('/hosts?limit=1000', HostList);
    for (const { name, id, reporting, reportedAt } of items)
      if (reporting === 'up' && reportedAt !== null) ids.set(name, id);
    return missing().length === 0 ? ids : undefined;
  });
}

export async function waitForRun(deps: SceneDeps, runId: string): Promise<void> {
  await waitFor(deps, { name: `run ${runId} has ended`, withinMs: 60_000 }, async () => {
    const run = await deps.api.get(`/runs/${runId}`, RunDetail);
    return run.finishedAt ?? undefined;
  });
}

const OWNERS: Readonly<Record<string, string>> = { web: 'Shop team', batch: 'Data team', db: 'Platform team' };

/** Group id by cluster name. */
export async function makeGroups(
  deps: SceneDeps,
  hostIdsOf: (cluster: string) => string[],
  clusters: readonly string[],
): Promise<Map<string, string>> {
  const groups = new Map<string, string>();
  for (const cluster of clusters) {
    const group = {
      name: `${cluster} servers`,
      description: `Every host of the cluster ${cluster}`,
      variables: { environment: 'production', owner: OWNERS[cluster] ?? 'Operations', backlog: 4096 },
      hostIds: hostIdsOf(cluster),
    };
    groups.set(cluster, (await deps.api.post('/groups', group, HostGroup)).id);
  }
  const canary = {
    name: 'canary',
    description: 'Hosts that get everything first',
    hostIds: hostIdsOf('web').slice(0, 2),
  };
  await deps.api.post('/groups', canary, HostGroup);
  return groups;
}

const MOTD = `{{ host.name }} ({{ vars.environment }})
Belongs to: {{ vars.owner }}
Changes by hand are found, shown, and put right.
`;
const SYSCTL = `# Managed by Plexus
net.core.somaxconn = {{ vars.backlog }}
net.ipv4.tcp_max_syn_backlog = {{ vars.backlog }}
`;
const SYSCTL_BY_HAND = `# Managed by Plexus
net.core.somaxconn = 128
net.ipv4.tcp_max_syn_backlog = 4096
# quick fix before the sale, take out again!
`;
const SYSCTL_PATH = '/etc/sysctl.d/60-web.conf';
const DRIFTED_HOSTS = 2;

/**
 * What hosts should be like, put right everywhere but on the last web hosts: there
 * somebody changed a file by hand and stopped a service.
 */
export async function makeDesiredState(
  deps: SceneDeps,
  fleet: Fleet,
  scene: { groups: ReadonlyMap<string, string>; webHosts: readonly string[]; hostIds: ReadonlyMap<string, string> },
): Promise<void> {
  const { api } = deps;
  const drifted = scene.webHosts.slice(-DRIFTED_HOSTS);
  for (const name of drifted) fleet.agentOf(name)?.root.writeFile(SYSCTL_PATH, SYSCTL_BY_HAND);
  const stopped = fleet.agentOf(drifted[0] ?? '');
  stopped?.root.removeFile('/run/varnish.pid');

  const all = { hostIds: [], groupIds: [...scene.groups.values()] };
  const web = { hostIds: [], groupIds: [scene.groups.get('web') ?? ''] };
  const file = (path: string, template: string) => ({ kind: 'file', path, template, mode: '0644' });
  const define = async (name: string, spec: Record<string, unknown>, target: typeof all) =>
    (await api.post('/desired-state', { name, spec, target }, DesiredState)).id;
  const motd = await define('Message of the day', file('/etc/motd', MOTD), all);
  await define('Kernel settings of web servers', file(SYSCTL_PATH, SYSCTL), web);
  await define('Cache of web servers', { kind: 'service', service: 'varnish', running: true }, web);
  await waitFor(deps, { name: 'hosts are compared with their desired state', withinMs: 60_000 }, async () => {
    const { items } = await api.get('/desired-state', DesiredStateList);
    return items.every(({ counts }) => counts.pending === 0 && counts.drifted + counts.in_sync > 0) || undefined;
  });
  const hosts = [...scene.hostIds];
  const untouched = hosts.filter(([name]) => !drifted.includes(name));
  const idsOf = (entries: typeof hosts) => entries.map(([, id]) => id);
  for (const part of [{ hostIds: idsOf(untouched) }, { hostIds: idsOf(hosts), desiredStateId: motd }]) {
    const { runId } = await api.post('/drift/apply', part, RunStarted);
    await waitForRun(deps, runId);
  }
}
