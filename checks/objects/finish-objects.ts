// The last step of resolving: contacts, parents and groups of each object by name. Services
// are finished in finish-services.ts.

import { describeLoop, findLoops } from './find-loops.ts';
import type { PlacedService } from './multiply-services.ts';
import { lineOf } from './object-problems.ts';
import { parseCheckCommand } from '../macros/parse-check-command.ts';
import { nameOf, type GroupMembers } from './resolve-groups.ts';
import type { EffectiveObject } from './resolve-templates.ts';
import type {
  Notified,
  ResolvedCommand,
  ResolvedContact,
  ResolvedGroup,
  ResolvedHost,
  ServiceRef,
} from './resolved-site.ts';
import {
  compareText,
  headFirst,
  knownNames,
  tellUnknown,
  textOf,
  type ObjectIndex,
  type SiteContext,
} from './site-context.ts';

const byName = (a: { name: string }, b: { name: string }): number => compareText(a.name, b.name);

export const placeOf = ({ object }: EffectiveObject) => ({ file: object.file, line: object.line });

export function finishHosts(context: SiteContext, hostGroups: GroupMembers<string>): ResolvedHost[] {
  const groupsOf = groupsByMember(hostGroups);
  const parents = parentsOf(context);
  return context.hosts.all
    .map((effective): ResolvedHost => {
      const name = nameOf(effective);
      checkCommandsAndPeriods(context, effective, CHECK_PERIODS);
      return {
        name,
        values: effective.values,
        definedAt: placeOf(effective),
        parents: parents.get(name) ?? [],
        groups: groupsOf.get(name) ?? [],
        ...contactsOf(context, effective),
        ...(effective.object.ownCheck && { ownCheck: effective.object.ownCheck }),
      };
    })
    .toSorted(byName);
}

export const CHECK_PERIODS = ['check_period', 'notification_period'];

/** Parents as Nagios lists them. In a loop, nobody keeps the parents that are on it. */
function parentsOf(context: SiteContext): Map<string, string[]> {
  const parents = new Map(
    context.hosts.all.map((host) => [nameOf(host), headFirst(knownNames(context, host, 'parents', context.hosts))]),
  );
  for (const loop of findLoops(parents)) {
    for (const name of loop.component) {
      parents.set(name, parents.get(name)?.filter((parent) => !loop.component.has(parent)) ?? []);
      const host = context.hosts.get(name)?.object;
      if (host === undefined) continue;
      const message = `Hosts are each other's parents in a loop: ${describeLoop(loop)}. '${name}' keeps only its other parents.`;
      context.problems.tell(host, 'value left out', message, lineOf(host, 'parents'));
    }
  }
  return parents;
}

export const contactsOf = (context: SiteContext, effective: EffectiveObject): Notified => ({
  contacts: headFirst(knownNames(context, effective, 'contacts', context.contacts)),
  contactGroups: headFirst(knownNames(context, effective, 'contact_groups', context.contactGroups)),
});

/** Names that lead nowhere are told; where they are used they count as not given. */
export function checkCommandsAndPeriods(
  context: SiteContext,
  effective: EffectiveObject,
  periods: readonly string[],
): void {
  for (const directive of periods) knownNames(context, effective, directive, context.timePeriods);
  const handler = textOf(effective, 'event_handler');
  const commands = [
    ...(handler === undefined ? [] : [{ directive: 'event_handler', call: handler }]),
    ...(effective.object.type === 'host' ? callOf(effective, 'check_command') : []),
  ];
  for (const { directive, call } of commands) {
    const name = parseCheckCommand(call).command;
    if (!context.commands.has(name)) tellUnknown(context, effective, directive, [name]);
  }
}

const callOf = (effective: EffectiveObject, directive: string) => {
  const call = textOf(effective, directive);
  return call === undefined ? [] : [{ directive, call }];
};

/** Groups of each member, by name. */
export function groupsByMember<Member>(groups: GroupMembers<Member>): Map<Member, string[]> {
  const found = new Map<Member, string[]>();
  for (const [group, members] of groups) {
    for (const member of members) {
      const names = found.get(member);
      if (names === undefined) found.set(member, [group]);
      else names.push(group);
    }
  }
  for (const names of found.values()) names.sort(compareText);
  return found;
}

export const finishGroups = (
  index: ObjectIndex,
  members: GroupMembers<string>,
  order: 'by name' | 'as added',
): ResolvedGroup<string>[] =>
  index.all
    .map((effective) => {
      const name = nameOf(effective);
      const added = members.get(name) ?? [];
      const sorted = order === 'by name' ? added.toSorted(compareText) : [...added];
      return { name, values: effective.values, definedAt: placeOf(effective), members: sorted };
    })
    .toSorted(byName);

/** A service whose definition lost against another of the same name still counts as its member, as in Nagios. */
export const finishServiceGroups = (
  index: ObjectIndex,
  members: GroupMembers<PlacedService>,
): ResolvedGroup<ServiceRef>[] =>
  index.all
    .map((effective) => {
      const name = nameOf(effective);
      const refs = (members.get(name) ?? []).map(({ hostName, description }) => ({ hostName, description }));
      const sorted = refs.toSorted(
        (a, b) => compareText(a.hostName, b.hostName) || compareText(a.description, b.description),
      );
      return { name, values: effective.values, definedAt: placeOf(effective), members: sorted };
    })
    .toSorted(byName);

export function finishContacts(context: SiteContext, contactGroups: GroupMembers<string>): ResolvedContact[] {
  const groupsOf = groupsByMember(contactGroups);
  return context.contacts.all
    .map((effective): ResolvedContact => {
      const name = nameOf(effective);
      checkCommandsAndPeriods(context, effective, ['host_notification_period', 'service_notification_period']);
      return {
        name,
        values: effective.values,
        definedAt: placeOf(effective),
        groups: groupsOf.get(name) ?? [],
        hostCommands: headFirst(knownNames(context, effective, 'host_notification_commands', context.commands)),
        serviceCommands: headFirst(knownNames(context, effective, 'service_notification_commands', context.commands)),
      };
    })
    .toSorted(byName);
}

export const finishCommands = (context: SiteContext): ResolvedCommand[] =>
  context.commands.all
    .map((effective) => ({
      name: nameOf(effective),
      values: effective.values,
      definedAt: placeOf(effective),
      commandLine: textOf(effective, 'command_line') ?? '',
    }))
    .toSorted(byName);
