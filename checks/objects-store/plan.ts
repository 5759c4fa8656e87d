// Wanted rows beside those that are there → what is made, changed and deleted. Nothing is
// written, nothing is asked: the same plan is a preview and an order.

import type { RuleHost } from '#inventory/api.ts';
import type { CheckRef, WantedCheck, WantedDependency, WantedHost, WantedRows } from './wanted-rows.ts';
import type { JoinedHosts } from './join-hosts.ts';

/** Rows that sets have made, and the names of checks that others have. */
export interface CurrentRows {
  checks: { id: string; hostId: string; object: 'host' | 'service'; name: string; owner: string; digest: string }[];
  /** Made by hand, or by Plexus itself. */
  foreign: { hostId: string; object: 'host' | 'service'; name: string }[];
  parents: { hostId: string; parentId: string }[];
  dependencies: {
    masterId: string;
    dependentId: string;
    purpose: string;
    states: string[];
    period: string | null;
    inheritsParent: boolean;
  }[];
  periods: { name: string; definition: Record<string, string>; owner: string | null }[];
}

export interface Plan {
  hosts: {
    create: WantedHost[];
    /** Known hosts that objects name for the first time. */
    join: { hostId: string; name: string; owner: string; isRetired: boolean }[];
    update: { hostId: string; name: string; ip: string | null; description: string }[];
  };
  checks: {
    create: WantedCheck[];
    /** `isMoved`: only the place changed where it is defined. */
    update: (WantedCheck & { id: string; hostId: string; isMoved: boolean })[];
    delete: CurrentRows['checks'];
    unchanged: number;
  };
  parents: {
    add: WantedRows['parents'];
    remove: CurrentRows['parents'];
  };
  dependencies: {
    add: WantedDependency[];
    remove: { masterId: string; dependentId: string; purpose: string }[];
  };
  periods: { put: WantedRows['periods']; remove: string[] };
  groups: WantedRows['groups'];
  /** Checks that cannot be made: somebody made one of that name by hand. */
  blocked: WantedCheck[];
  /** Of hosts that are known already, by the name that objects use. */
  hostIds: [name: string, hostId: string][];
}

export function planRows(wanted: WantedRows, current: CurrentRows, joined: JoinedHosts): Plan {
  const idOf = (name: string): string | undefined => joined.hostNamed(name)?.id;
  const { checks, blocked, idOfCheck } = planChecks(wanted.checks, current, idOf);
  const refused = new Set(blocked.map(refText));
  const possible = new Set(wanted.checks.map(refText).filter((ref) => !refused.has(ref)));
  const dependencies = wanted.dependencies.filter(
    ({ master, dependent }) => possible.has(refText(master)) && possible.has(refText(dependent)),
  );
  const names = new Set(wanted.checks.map(({ hostName }) => hostName));
  for (const { hostNames } of wanted.groups) for (const name of hostNames) names.add(name);
  for (const { parentName } of wanted.parents) names.add(parentName);
  return {
    hosts: planHosts(wanted.hosts, joined),
    checks,
    blocked,
    parents: planParents(wanted.parents, current.parents, idOf),
    dependencies: planDependencies(dependencies, current.dependencies, idOfCheck),
    periods: planPeriods(wanted.periods, current.periods),
    groups: wanted.groups,
    hostIds: [...names].flatMap((name): [string, string][] => {
      const id = idOf(name);
      return id === undefined ? [] : [[name, id]];
    }),
  };
}

const refText = ({ hostName, object, name }: CheckRef): string => `${hostName}\0${object}\0${name}`;

/** True when applying the plan would write nothing of its own. */
export const isEmptyPlan = ({ hosts, checks, parents, dependencies, periods }: Plan): boolean =>
  [
    ...[hosts.create, hosts.join, hosts.update, checks.create, checks.update, checks.delete],
    ...[parents.add, parents.remove, dependencies.add, dependencies.remove, periods.put, periods.remove],
  ].every((list) => list.length === 0);

function planHosts(wanted: readonly WantedHost[], joined: JoinedHosts): Plan['hosts'] {
  const plan: Plan['hosts'] = { create: [], join: [], update: [] };
  for (const host of wanted) {
    const known = joined.hostNamed(host.name);
    if (known === undefined) plan.create.push(host);
    else {
      const { id: hostId, isRetired } = known;
      if (!known.objectNames.includes(host.name))
        plan.join.push({ hostId, name: host.name, owner: host.owner, isRetired });
      if (isToldOtherwise(host, known))
        plan.update.push({ hostId, name: known.name, ip: host.ip, description: host.description });
    }
  }
  return plan;
}

/** What an agent or metrics tell of a host is better than what somebody wrote. */
const isToldOtherwise = (host: WantedHost, known: RuleHost): boolean =>
  known.isOnlyObject && (known.ip !== host.ip || known.description !== host.description);

const keyOf = (hostId: string, object: string, name: string): string => `${hostId}\0${object}\0${name}`;

function planChecks(
  wanted: readonly WantedCheck[],
  current: CurrentRows,
  idOf: (hostName: string) => string | undefined,
) {
  const known = new Map(current.checks.map((row) => [keyOf(row.hostId, row.object, row.name), row]));
  const foreign = new Set(current.foreign.map((row) => keyOf(row.hostId, row.object, row.name)));
  const hostsWithOwn = new Set(current.foreign.filter(({ object }) => object === 'host').map(({ hostId }) => hostId));
  const checks: Plan['checks'] = { create: [], update: [], delete: [], unchanged: 0 };
  const blocked: Plan['blocked'] = [];
  const kept = new Set<string>();
  for (const check of wanted) {
    const hostId = idOf(check.hostName);
    const key = hostId === undefined ? undefined : keyOf(hostId, check.object, check.name);
    const row = key === undefined ? undefined : known.get(key);
    const isBlocked =
      key !== undefined &&
      hostId !== undefined &&
      (foreign.has(key) || (check.object === 'host' && hostsWithOwn.has(hostId)));
    if (isBlocked) blocked.push(check);
    else if (row === undefined || hostId === undefined) checks.create.push(check);
    else {
      kept.add(row.id);
      if (row.digest === check.digest && row.owner === check.owner) checks.unchanged++;
      else {
        const isMoved = half(row.digest) === half(check.digest);
        checks.update.push({ ...check, id: row.id, hostId, isMoved });
      }
    }
  }
  checks.delete = current.checks.filter(({ id }) => !kept.has(id));
  const idOfCheck = ({ hostName, object, name }: CheckRef): string | undefined => {
    const hostId = idOf(hostName);
    return hostId === undefined ? undefined : known.get(keyOf(hostId, object, name))?.id;
  };
  return { checks, blocked, idOfCheck };
}

const half = (digest: string): string => digest.slice(0, digest.indexOf(':'));

function planParents(
  wanted: WantedRows['parents'],
  current: CurrentRows['parents'],
  idOf: (hostName: string) => string | undefined,
): Plan['parents'] {
  const key = (hostId: string, parentId: string): string => `${hostId} ${parentId}`;
  const there = new Set(current.map(({ hostId, parentId }) => key(hostId, parentId)));
  const kept = new Set<string>();
  const add = wanted.filter(({ hostName, parentName }) => {
    const [hostId, parentId] = [idOf(hostName), idOf(parentName)];
    if (hostId === undefined || parentId === undefined) return true;
    kept.add(key(hostId, parentId));
    return !there.has(key(hostId, parentId));
  });
  return { add, remove: current.filter(({ hostId, parentId }) => !kept.has(key(hostId, parentId))) };
}

function planDependencies(
  wanted: readonly WantedDependency[],
  current: CurrentRows['dependencies'],
  idOfCheck: (ref: CheckRef) => string | undefined,
): Plan['dependencies'] {
  type Pair = Pick<CurrentRows['dependencies'][number], 'masterId' | 'dependentId' | 'purpose'>;
  const key = ({ masterId, dependentId, purpose }: Pair): string => `${masterId} ${dependentId} ${purpose}`;
  const there = new Map(current.map((row) => [key(row), row]));
  const kept = new Set<string>();
  const add = wanted.filter((dependency) => {
    const [masterId, dependentId] = [idOfCheck(dependency.master), idOfCheck(dependency.dependent)];
    if (masterId === undefined || dependentId === undefined) return true;
    const pair = key({ masterId, dependentId, purpose: dependency.purpose });
    const row = there.get(pair);
    const isSame =
      row?.period === dependency.period &&
      row.inheritsParent === dependency.inheritsParent &&
      row.states.toSorted().join() === dependency.states.toSorted().join();
    if (isSame) kept.add(pair);
    return !isSame;
  });
  return { add, remove: current.filter((row) => !kept.has(key(row))) };
}

function planPeriods(wanted: WantedRows['periods'], current: CurrentRows['periods']): Plan['periods'] {
  const text = (definition: Record<string, string>): string => JSON.stringify(Object.entries(definition).toSorted());
  const there = new Map(current.map((row) => [row.name, row]));
  const names = new Set(wanted.map(({ name }) => name));
  return {
    put: wanted.filter(({ name, definition, owner }) => {
      const row = there.get(name);
      return row === undefined || row.owner !== owner || text(row.definition) !== text(definition);
    }),
    remove: current.filter(({ name, owner }) => owner !== null && !names.has(name)).map(({ name }) => name),
  };
}
