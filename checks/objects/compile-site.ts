// A resolved site → what the runtime takes. Pure; everything that is dropped or changed on
// the way is told.

import { splitCommandLine } from '../macros/command-line.ts';
import { compileAttempts, compileCheck, type RunnableCommand } from './compile-check.ts';
import { compileContact } from './compile-contact.ts';
import { compileDependencies, compileEscalations } from './compile-ties.ts';
import { compileDetails, compileSettings, createExplainer } from './compile-settings.ts';
import type { CompiledCheck, CompiledGroup, CompiledHost, CompiledSite } from './compiled-site.ts';
import { createProblemList, type ProblemList } from './object-problems.ts';
import { readValues } from './read-values.ts';
import type { ResolvedGroup, ResolvedHost, ResolvedPeriod, ResolvedService, ResolvedSite } from './resolved-site.ts';
import type { SiteSettings } from './site-settings.ts';

interface CompileContext {
  site: SiteSettings;
  hasPeriod(name: string): boolean;
  command(name: string): RunnableCommand | undefined;
  problems: ProblemList;
  explain: ReturnType<typeof createExplainer>;
}

export function compileSite(site: ResolvedSite, settings: SiteSettings): CompiledSite {
  const periods = new Set(site.timePeriods.map(({ name }) => name));
  const commands = new Map(
    site.commands.map(({ name, commandLine }) => [name, { commandLine, line: splitCommandLine(commandLine) }]),
  );
  const context: CompileContext = {
    site: settings,
    hasPeriod: (name) => periods.has(name),
    command: (name) => commands.get(name),
    problems: createProblemList(),
    explain: createExplainer(),
  };
  return {
    hosts: site.hosts.map((host) => compileHost(host, context)),
    services: site.services.map((service) => compileService(service, context)).filter((check) => check !== undefined),
    hostGroups: site.hostGroups.map((group) => compileGroup(group, group.members)),
    serviceGroups: site.serviceGroups.map((group) => compileGroup(group, serviceMembers(group))),
    dependencies: compileDependencies(site.dependencies),
    timePeriods: site.timePeriods.map(compilePeriod),
    contacts: site.contacts.map((contact) => compileContact(contact, context.hasPeriod)),
    contactGroups: site.contactGroups.map((group) => compileGroup(group, group.members)),
    commands: site.commands.map(({ name, commandLine, definedAt }) => ({ name, commandLine, definedAt })),
    escalations: compileEscalations(site.escalations, context.hasPeriod),
    problems: context.problems.found,
  };
}

function compileHost(host: ResolvedHost, context: CompileContext): CompiledHost {
  const { name, values, groups, parents, definedAt, ownCheck } = host;
  const read = readValues('host', values);
  const settings = compileSettings({ object: 'host', read, settings: context.site, hasPeriod: context.hasPeriod });
  const details = {
    ...compileDetails({ ...host, read, explain: context.explain }),
    ...(groups.length > 0 && { hostGroups: groups }),
  };
  const check = compileCheck(
    { object: 'host', hostName: name, definedAt, read, groups, settings, details, ...(ownCheck && { ownCheck }) },
    context,
  );
  return {
    name,
    displayName: read.text('display_name') ?? name,
    alias: read.text('alias') ?? name,
    address: read.text('address') ?? name,
    groups,
    parents,
    settings,
    maxAttempts: compileAttempts(read),
    details,
    ...(check && { check }),
    definedAt,
  };
}

function compileService(service: ResolvedService, context: CompileContext): CompiledCheck | undefined {
  const { hostName, description, values, groups, definedAt, ownCheck } = service;
  const read = readValues('service', values);
  const settings = compileSettings({ object: 'service', read, settings: context.site, hasPeriod: context.hasPeriod });
  const details = compileDetails({ ...service, read, explain: context.explain });
  const source = {
    object: 'service' as const,
    hostName,
    name: description,
    definedAt,
    read,
    groups,
    settings,
    details,
  };
  return compileCheck({ ...source, ...(ownCheck && { ownCheck }) }, context);
}

/** Each once, though Nagios lists a service twice that two definitions put into a group. */
function serviceMembers({ members }: ResolvedGroup<{ hostName: string; description: string }>) {
  const once = new Map(
    members.map(({ hostName, description }) => [
      JSON.stringify([hostName, description]),
      { hostName, name: description },
    ]),
  );
  return [...once.values()];
}

function compileGroup<Member>(
  { name, values, definedAt }: Omit<ResolvedGroup<unknown>, 'members'>,
  members: Member[],
): CompiledGroup<Member> {
  const text = (directive: string) => values.get(directive)?.text ?? undefined;
  const [notes, notesUrl, actionUrl] = [text('notes'), text('notes_url'), text('action_url')];
  return {
    name,
    alias: text('alias') ?? name,
    ...(notes !== undefined && { notes }),
    ...(notesUrl !== undefined && { notesUrl }),
    ...(actionUrl !== undefined && { actionUrl }),
    members,
    definedAt,
  };
}

function compilePeriod({
  name,
  values,
  excludes,
  days,
  definedAt,
}: ResolvedPeriod): CompiledSite['timePeriods'][number] {
  const alias = values.get('alias')?.text ?? name;
  const definition = {
    alias,
    ...(excludes.length > 0 && { exclude: excludes.join(',') }),
    ...Object.fromEntries(days.map(({ day, times }) => [day, times.join(',')])),
  };
  return { name, definition, definedAt };
}
