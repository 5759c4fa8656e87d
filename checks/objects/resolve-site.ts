// Objects of all sources → one resolved site: templates, groups, services on their hosts,
// dependencies and escalations as pairs, loops refused. Pure; never throws on any input.

import type { MatchedHost } from './host-matcher.ts';
import { describeObject, type MonitoringObject, type ObjectType } from './monitoring-object.ts';
import { createNameExpander, type RegexMode } from './name-list.ts';
import { createProblemList, type ProblemList } from './object-problems.ts';
import { resolveDependencies } from './resolve-dependencies.ts';
import { resolveEscalations } from './resolve-escalations.ts';
import { resolveContactGroups, resolveHostGroups } from './resolve-groups.ts';
import { resolvePeriods } from './resolve-periods.ts';
import { resolveServiceGroups } from './resolve-service-groups.ts';
import { resolveTemplates, type EffectiveObject } from './resolve-templates.ts';
import { multiplyServices } from './multiply-services.ts';
import type { ResolvedSite } from './resolved-site.ts';
import { indexObjects, type SiteContext } from './site-context.ts';
import { finishServices } from './finish-services.ts';
import { finishCommands, finishContacts, finishGroups, finishHosts, finishServiceGroups } from './finish-objects.ts';
import { matchedHosts } from './rule-hosts.ts';

export interface ResolveSettings {
  /** `use_regexp_matching`, `use_true_regexp_matching`. */
  regex: RegexMode;
  /** `allow_empty_hostgroup_assignment`. */
  allowsEmptyGroups: boolean;
  /** Hosts that are known without an object. */
  inventory: readonly MatchedHost[];
}

export function resolveSite(objects: readonly MonitoringObject[], settings: ResolveSettings): ResolvedSite {
  const problems = createProblemList();
  const effective = resolveTemplates(objects, problems);
  const context = createContext(effective, settings, problems);
  const registered = (type: ObjectType) =>
    effective.filter(({ object }) => object.type === type && object.isRegistered);

  const contactGroups = resolveContactGroups(context);
  const hostGroups = resolveHostGroups(context);
  const ruleHosts = matchedHosts(context, hostGroups, settings.inventory);
  const placed = multiplyServices(context, registered('service'), hostGroups, ruleHosts);
  const serviceGroups = resolveServiceGroups(context, placed);
  const sources = { placed, hostGroups, serviceGroups };

  const hosts = finishHosts(context, hostGroups);
  const services = finishServices(context, placed, serviceGroups, hosts);
  const dependencies = resolveDependencies(context, sources, [
    ...registered('hostdependency'),
    ...registered('servicedependency'),
  ]);
  const escalations = resolveEscalations(context, sources, services, [
    ...registered('hostescalation'),
    ...registered('serviceescalation'),
  ]);
  return {
    hosts,
    services,
    hostGroups: finishGroups(context.hostGroups, hostGroups, 'by name'),
    serviceGroups: finishServiceGroups(context.serviceGroups, serviceGroups),
    contacts: finishContacts(context, contactGroups),
    contactGroups: finishGroups(context.contactGroups, contactGroups, 'as added'),
    commands: finishCommands(context),
    timePeriods: resolvePeriods(context),
    dependencies,
    escalations,
    problems: problems.found,
  };
}

function createContext(
  effective: readonly EffectiveObject[],
  settings: ResolveSettings,
  problems: ProblemList,
): SiteContext {
  const inventory = new Map(settings.inventory.map((host) => [host.name, host]));
  const index = (type: ObjectType, alsoKnown?: (name: string) => boolean) =>
    indexObjects(type, effective, problems, alsoKnown);
  return {
    problems,
    expander: createNameExpander(settings.regex),
    allowsEmptyGroups: settings.allowsEmptyGroups,
    hosts: index('host', (name) => inventory.has(name)),
    inventory,
    hostGroups: index('hostgroup'),
    serviceGroups: index('servicegroup'),
    contacts: index('contact'),
    contactGroups: index('contactgroup'),
    commands: indexObjects('command', effective.filter(isRunnable(problems)), problems),
    timePeriods: index('timeperiod'),
  };
}

const isRunnable =
  (problems: ProblemList) =>
  ({ object, values }: EffectiveObject): boolean => {
    const runs = object.type !== 'command' || !object.isRegistered || Boolean(values.get('command_line')?.text);
    if (!runs) problems.tell(object, 'object skipped', `${describeObject(object)} has no command_line.`);
    return runs;
  };
