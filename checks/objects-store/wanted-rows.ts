// What sets of objects come to, as rows: checks of hosts and services, parents, dependencies,
// time periods and groups. Hosts go by the name that objects know them under. Pure.

import { sha256Hex } from '#kernel/ids.ts';
import type { CheckDetails } from '../check-details.ts';
import type { StoredCheckSettings } from '../check-settings.ts';
import type { CompiledCheck, CompiledHost, CompiledSite } from '../objects/compiled-site.ts';
import type { ResolvedSets } from './resolve-sets.ts';

export interface WantedCheck {
  hostName: string;
  object: 'host' | 'service';
  name: string;
  owner: string;
  kind: string;
  spec: unknown;
  intervalSec: number;
  retryIntervalSec: number;
  maxAttempts: number;
  timeoutSec: number;
  settings: StoredCheckSettings;
  details: CheckDetails;
  serviceGroups: string[];
  /** Two halves: what it is, and where that was said. */
  digest: string;
  definedAt: { file: string; line: number };
}

export interface WantedHost {
  name: string;
  cluster: string;
  owner: string;
  ip: string | null;
  description: string;
}

export interface WantedDependency {
  master: CheckRef;
  dependent: CheckRef;
  purpose: 'execution' | 'notification';
  states: string[];
  period: string | null;
  inheritsParent: boolean;
  owner: string;
}

export interface CheckRef {
  hostName: string;
  object: 'host' | 'service';
  name: string;
}

export interface WantedRows {
  hosts: WantedHost[];
  checks: WantedCheck[];
  parents: { hostName: string; parentName: string; owner: string }[];
  dependencies: WantedDependency[];
  periods: { name: string; definition: Record<string, string>; owner: string }[];
  groups: { name: string; description: string; owner: string; hostNames: string[] }[];
}

/** The one check of a host itself. */
const HOST_CHECK_NAME = 'alive';
const IP = /^(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-fA-F:]*:[0-9a-fA-F:.]+)$/;

export function wantedRows(sets: readonly { name: string; cluster: string }[], resolved: ResolvedSets): WantedRows {
  const rows: WantedRows = { hosts: [], checks: [], parents: [], dependencies: [], periods: [], groups: [] };
  for (const { name: owner, cluster } of sets) {
    const site = resolved.compiled.get(owner);
    if (site === undefined) continue;
    const toCheck = (check: CompiledCheck) => wantedCheck(check, owner, resolved);
    for (const host of site.hosts) {
      const { name, alias, parents } = host;
      const ip = IP.test(host.address) ? host.address : null;
      rows.hosts.push({ name, cluster, owner, ip, description: alias === name ? '' : alias });
      rows.checks.push(toCheck(host.check ?? hostWithoutCommand(host)));
      for (const parentName of parents) rows.parents.push({ hostName: name, parentName, owner });
    }
    for (const service of site.services) rows.checks.push(toCheck(service));
    rows.dependencies.push(...wantedDependencies(site, owner));
    for (const { name, definition } of site.timePeriods) rows.periods.push({ name, definition, owner });
    for (const { name, alias, members } of site.hostGroups)
      rows.groups.push({ name, description: alias === name ? '' : alias, owner, hostNames: members });
  }
  return rows;
}

/** Nagios takes such a host for up, and listens to what others report of it. Its variables and contacts count all the same. */
const hostWithoutCommand = ({
  name,
  displayName,
  settings,
  maxAttempts,
  details,
  groups,
  definedAt,
}: CompiledHost) => ({
  ...{ object: 'host' as const, hostName: name, displayName, kind: 'passive', spec: {} },
  ...{ intervalMs: 300_000, retryIntervalMs: 60_000, timeoutMs: 30_000 },
  ...{ maxAttempts, details, groups, definedAt },
  settings: { ...settings, activeChecks: false },
});

function wantedCheck(check: CompiledCheck, owner: string, { labels }: ResolvedSets): WantedCheck {
  const { object, hostName, kind, spec, settings, maxAttempts, definedAt } = check;
  const { values, ...details } = check.details;
  const row = {
    hostName,
    object,
    name: check.name ?? HOST_CHECK_NAME,
    kind,
    spec,
    intervalSec: check.intervalMs / 1000,
    retryIntervalSec: check.retryIntervalMs / 1000,
    maxAttempts,
    timeoutSec: check.timeoutMs / 1000,
    settings,
    serviceGroups: object === 'service' ? check.groups : [],
  };
  const half = (value: unknown): string => sha256Hex(JSON.stringify(value)).slice(0, 20);
  return {
    ...row,
    owner,
    details: check.details,
    digest: `${half([row, details])}:${half([owner, values])}`,
    definedAt: { file: labels.fileOf(definedAt.file)?.file ?? definedAt.file, line: definedAt.line },
  };
}

/** Two definitions for the same pair hold it back in the states of both; the first one's period counts. */
function wantedDependencies(site: CompiledSite, owner: string): WantedDependency[] {
  const found = new Map<string, WantedDependency>();
  for (const dependency of site.dependencies) {
    const { masterHost, masterService, dependentHost, dependentService, purpose, inheritsParent } = dependency;
    const wanted: WantedDependency = {
      master: checkRef(masterHost, masterService),
      dependent: checkRef(dependentHost, dependentService),
      purpose,
      states: dependency.states,
      period: dependency.period ?? null,
      inheritsParent,
      owner,
    };
    const key = JSON.stringify([wanted.master, wanted.dependent, purpose]);
    const known = found.get(key);
    if (known === undefined) found.set(key, wanted);
    else {
      known.states = [...new Set([...known.states, ...wanted.states])];
      known.inheritsParent ||= inheritsParent;
    }
  }
  return [...found.values()];
}

const checkRef = (hostName: string, service: string | undefined): CheckRef =>
  service === undefined
    ? { hostName, object: 'host', name: HOST_CHECK_NAME }
    : { hostName, object: 'service', name: service };
