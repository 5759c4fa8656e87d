// Services with all that belongs to them: contacts and times from their host where they have
// none of their own, parents, groups. Source: spec §7.2 (implied inheritance), [src].

import { parseCheckCommand } from '../macros/parse-check-command.ts';
import { readNames } from './directive-value.ts';
import { CHECK_PERIODS, checkCommandsAndPeriods, contactsOf, groupsByMember, placeOf } from './finish-objects.ts';
import type { EffectiveValue, EffectiveValues } from './monitoring-object.ts';
import type { PlacedService, PlacedServices } from './multiply-services.ts';
import { lineOf } from './object-problems.ts';
import type { GroupMembers } from './resolve-groups.ts';
import type { EffectiveObject } from './resolve-templates.ts';
import type { Notified, ResolvedHost, ResolvedService, ServiceRef } from './resolved-site.ts';
import { selectOnHost } from './select-services.ts';
import { compareText, tellUnknown, textOf, type SiteContext } from './site-context.ts';

export function finishServices(
  context: SiteContext,
  placed: PlacedServices,
  serviceGroups: GroupMembers<PlacedService>,
  hosts: readonly ResolvedHost[],
): ResolvedService[] {
  const hostsByName = new Map(hosts.map((host) => [host.name, host]));
  const groupsOf = groupsByMember(serviceGroups);
  // A thousand services of one definition have their contacts looked up, and told of, once.
  const ofDefinition = new Map<EffectiveObject, { notified: Notified; canRun: boolean }>();
  const known = (effective: EffectiveObject) => {
    let found = ofDefinition.get(effective);
    if (found === undefined) {
      checkCommandsAndPeriods(context, effective, CHECK_PERIODS);
      found = { notified: contactsOf(context, effective), canRun: canRun(context, effective) };
      ofDefinition.set(effective, found);
    }
    return found;
  };
  const withHostValues = createHostValues();
  const services: ResolvedService[] = [];
  for (const service of placed.winners()) {
    const { effective, hostName, description, by } = service;
    const own = known(effective);
    if (!own.canRun) continue;
    const host = hostsByName.get(hostName);
    const hasContacts = effective.values.has('contacts') || effective.values.has('contact_groups');
    const { contacts, contactGroups } = hasContacts || host === undefined ? own.notified : host;
    services.push({
      hostName,
      description,
      values: host === undefined ? effective.values : withHostValues(effective.values, host.values),
      definedAt: placeOf(effective),
      parents: serviceParents(context, placed, service),
      groups: groupsOf.get(service) ?? [],
      contacts,
      contactGroups,
      ...(effective.object.ownCheck && { ownCheck: effective.object.ownCheck }),
      isByRule: by === 'rule',
    });
  }
  return services.toSorted((a, b) => compareText(a.hostName, b.hostName) || compareText(a.description, b.description));
}

/**
 * Contacts, where a service has none at all, and when and how often people are told. Services that take the same
 * values from their hosts, as they do from one template, share the outcome.
 */
function createHostValues(): (values: EffectiveValues, ofHost: EffectiveValues) => EffectiveValues {
  const before = new Map<EffectiveValues, { taken: (EffectiveValue | undefined)[]; all: EffectiveValues }>();
  const implied = new Map<EffectiveValue, EffectiveValue>();
  const imply = (value: EffectiveValue): EffectiveValue => {
    const known = implied.get(value) ?? impliedValue(value, 'host');
    implied.set(value, known);
    return known;
  };
  return (values, ofHost) => {
    const hasContacts = values.has('contacts') || values.has('contact_groups');
    const taken = IMPLIED.map((name, at) => {
      const isOpen = at < 2 ? !hasContacts : !values.has(name);
      return isOpen ? ofHost.get(name) : undefined;
    });
    if (taken.every((value) => value === undefined)) return values;
    const known = before.get(values);
    if (known?.taken.every((value, at) => value === taken[at])) return known.all;
    const all = new Map(values);
    for (const [at, value] of taken.entries()) if (value !== undefined) all.set(IMPLIED[at] ?? '', imply(value));
    before.set(values, { taken, all });
    return all;
  };
}

const IMPLIED = ['contacts', 'contact_groups', 'notification_interval', 'notification_period'];

/** The value with "by way of its host" on every origin. */
export function impliedValue(value: EffectiveValue | undefined, impliedBy: 'host' | 'service'): EffectiveValue {
  return { text: value?.text ?? null, origins: (value?.origins ?? []).map((origin) => ({ ...origin, impliedBy })) };
}

function serviceParents(context: SiteContext, placed: PlacedServices, service: PlacedService): ServiceRef[] {
  const text = textOf(service.effective, 'parents');
  if (text === undefined) return [];
  const words = readNames(text);
  const pairs =
    words.length === 1
      ? [[service.hostName, words[0] ?? '']]
      : words.flatMap((host, at) => (at % 2 === 0 ? [[host, words[at + 1] ?? '']] : []));
  const found = pairs.map(([host = '', description = '']) => selectOnHost(context, placed, host, description));
  tellUnknown(
    context,
    service.effective,
    'parents',
    found.flatMap(({ unknown }) => unknown),
  );
  return found.flatMap(({ services }) => services.map(({ hostName, description }) => ({ hostName, description })));
}

/** A service without something to run is none. */
function canRun(context: SiteContext, effective: EffectiveObject): boolean {
  const { object } = effective;
  if (object.ownCheck !== undefined) return true;
  const call = textOf(effective, 'check_command');
  if (call !== undefined && context.commands.has(parseCheckCommand(call).command)) return true;
  const why =
    call === undefined
      ? 'has no check_command'
      : `runs '${parseCheckCommand(call).command}', which is not defined anywhere`;
  const description = textOf(effective, 'service_description') ?? '';
  context.problems.tell(object, 'object skipped', `Service '${description}' ${why}.`, lineOf(object, 'check_command'));
  return false;
}
