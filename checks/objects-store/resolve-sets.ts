// All sets of objects together → one resolved site, and for each set what the runtime takes
// of it, with the settings of that set. Pure.

import type { RuleHost } from '#inventory/api.ts';
import type { CompiledSite } from '../objects/compiled-site.ts';
import { compileSite } from '../objects/compile-site.ts';
import type { MonitoringObject, Place } from '../objects/monitoring-object.ts';
import type { RegexMode } from '../objects/name-list.ts';
import type { ObjectProblem } from '../objects/object-problems.ts';
import { preflightWarnings } from '../objects/preflight-warnings.ts';
import { resolveSite } from '../objects/resolve-site.ts';
import type { ResolvedSite } from '../objects/resolved-site.ts';
import type { SiteSettings } from '../objects/site-settings.ts';
import { joinHosts, type JoinedHosts } from './join-hosts.ts';
import { fromStoredObject, type StoredObject } from './object-body.ts';
import { createFileLabels, type FileLabels } from './set-labels.ts';

/** A set as it is resolved: JSON-safe. */
export interface ObjectSet {
  name: string;
  kind: 'yaml' | 'nagios';
  cluster: string;
  settings: SiteSettings;
  objects: StoredObject[];
}

/** A problem, in the words of the set it belongs to. */
export interface SetProblem extends ObjectProblem {
  owner: string;
}

export interface ResolvedSets {
  hosts: JoinedHosts;
  /** Of all sets. */
  resolved: ResolvedSite;
  objects: ReadonlyMap<string, MonitoringObject[]>;
  compiled: ReadonlyMap<string, CompiledSite>;
  problems: SetProblem[];
  labels: FileLabels;
}

/** The first of two definitions of a name is kept: put the set that is new last. */
export function resolveSets(sets: readonly ObjectSet[], inventory: readonly RuleHost[]): ResolvedSets {
  const labels = createFileLabels();
  const objects = new Map(
    sets.map((set) => [
      set.name,
      set.objects.map((stored) => fromStoredObject(stored, labels.labelOf(set, stored.source.file))),
    ]),
  );
  const hosts = joinHosts(
    sets.flatMap((set) => hostNames(objects.get(set.name) ?? []).map((name) => ({ name, cluster: set.cluster }))),
    inventory,
  );
  const resolved = resolveSite([...objects.values()].flat(), {
    regex: strongest(sets.map(({ settings }) => settings.regex)),
    allowsEmptyGroups: sets.some(({ settings }) => settings.allowsEmptyGroups),
    inventory: hosts.matched,
  });
  const ownerOf = (place: Place): string => labels.fileOf(place.file)?.owner ?? '';
  const compiled = new Map(sets.map((set) => [set.name, compileSet(set, resolved, ownerOf)]));
  const found = [...resolved.problems, ...Array.from(compiled.values(), ({ problems }) => problems).flat()];
  const preflight = sets.some(({ kind }) => kind === 'nagios') ? preflightWarnings(resolved) : [];
  const nagios = new Set(sets.filter(({ kind }) => kind === 'nagios').map(({ name }) => name));
  return {
    hosts,
    resolved,
    objects,
    compiled,
    labels,
    problems: [...found, ...preflight.filter((problem) => nagios.has(ownerOf(problem)))].map((problem) =>
      toSetProblem(problem, labels),
    ),
  };
}

function hostNames(objects: readonly MonitoringObject[]): string[] {
  const names = objects
    .filter(({ type, isRegistered }) => type === 'host' && isRegistered)
    .map(({ values }) => values.get('host_name')?.text ?? '');
  return [...new Set(names)].filter((name) => name !== '');
}

function strongest(modes: readonly RegexMode[]): RegexMode {
  return modes.includes('all') ? 'all' : modes.includes('special') ? 'special' : 'off';
}

/** Time periods and commands of all sets are known to each of them. */
function compileSet(set: ObjectSet, resolved: ResolvedSite, ownerOf: (place: Place) => string): CompiledSite {
  const isOwn = ({ definedAt }: { definedAt: Place }): boolean => ownerOf(definedAt) === set.name;
  const site = compileSite(
    {
      hosts: resolved.hosts.filter(isOwn),
      services: resolved.services.filter(isOwn),
      hostGroups: resolved.hostGroups.filter(isOwn),
      serviceGroups: resolved.serviceGroups.filter(isOwn),
      contacts: resolved.contacts.filter(isOwn),
      contactGroups: resolved.contactGroups.filter(isOwn),
      dependencies: resolved.dependencies.filter(isOwn),
      escalations: resolved.escalations.filter(isOwn),
      commands: resolved.commands,
      timePeriods: resolved.timePeriods,
      problems: [],
    },
    set.settings,
  );
  return { ...site, commands: site.commands.filter(isOwn), timePeriods: site.timePeriods.filter(isOwn) };
}

const DUPLICATE_SERVICE = /^Duplicate definition found for service .*; the one of (?<file>.+):\d+ is kept\.$/s;

/** Two services of one name on one host are a habit in one configuration, and a mistake between two. */
function toSetProblem(problem: ObjectProblem, labels: FileLabels): SetProblem {
  const { owner = '', file = problem.file } = labels.fileOf(problem.file) ?? {};
  const other = DUPLICATE_SERVICE.exec(problem.message)?.groups?.['file'];
  const isBetweenSets = other !== undefined && labels.fileOf(other)?.owner !== owner;
  return {
    ...problem,
    ...(isBetweenSets && { severity: 'error', effect: 'object skipped' }),
    owner,
    file,
  };
}
