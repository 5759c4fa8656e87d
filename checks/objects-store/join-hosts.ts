// Which host of the inventory an object means: by the name that objects know it under, else
// by equal cluster and case-folded name, never by address. Source: architecture §4.1.

import type { RuleHost } from '#inventory/api.ts';
import type { MatchedHost } from '../objects/host-matcher.ts';

export interface NamedHost {
  name: string;
  cluster: string;
}

export interface JoinedHosts {
  /** Of a host that objects define, and of one that only the inventory knows. Undefined: it is to be made. */
  hostNamed(name: string): RuleHost | undefined;
  /** Hosts as rules see them, by the names that objects may use. Retired ones are not among them. */
  matched: MatchedHost[];
}

/** `defined`: hosts that objects define, each name once. */
export function joinHosts(defined: readonly NamedHost[], inventory: readonly RuleHost[]): JoinedHosts {
  const byObjectName = new Map<string, RuleHost>();
  const byName = new Map<string, RuleHost>();
  for (const host of inventory) {
    for (const name of host.objectNames) byObjectName.set(name, host);
    const key = folded(host);
    const known = byName.get(key);
    if (known === undefined || (known.isRetired && !host.isRetired)) byName.set(key, host);
  }
  const joined = new Map<string, RuleHost>();
  const taken = new Set<string>();
  for (const each of defined) {
    const host = byObjectName.get(each.name) ?? byName.get(folded(each));
    if (host === undefined || taken.has(host.id)) continue;
    taken.add(host.id);
    joined.set(each.name, host);
  }
  const definedNames = new Set(defined.map(({ name }) => name));
  const matched = Array.from(joined, ([name, host]) => toMatched(name, host));
  for (const host of inventory) {
    if (taken.has(host.id) || host.isRetired) continue;
    // Two clusters may have a host of one name; the second one is told apart by its cluster.
    const isFree = !definedNames.has(host.name) && !joined.has(host.name);
    const name = isFree ? host.name : `${host.cluster}/${host.name}`;
    if (joined.has(name)) continue;
    joined.set(name, host);
    matched.push(toMatched(name, host));
  }
  return { matched, hostNamed: (name) => joined.get(name) };
}

const folded = ({ cluster, name }: NamedHost): string => `${cluster}\0${name.toLowerCase()}`;

const toMatched = (name: string, { cluster, groups, variables, facts }: RuleHost): MatchedHost => ({
  name,
  cluster,
  groups,
  vars: Object.fromEntries(
    Object.entries(variables).map(([key, value]) => [
      key.toUpperCase(),
      typeof value === 'object' ? JSON.stringify(value) : String(value),
    ]),
  ),
  facts,
});
