// Finds the value of a macro by its name: of the present host and service, of others on
// demand, of groups with a delimiter, totals, times, resources.

import { expandMacros, type MacroLookup } from './expand-macros.ts';
import type { GroupFacts, HostFacts, MacroFacts, ServiceFacts } from './macro-facts.ts';
import {
  GROUP_MACROS,
  HOST_MACROS,
  NOTE_MACROS,
  SERVICE_MACROS,
  TOTAL_MACROS,
  type MacroTable,
} from './object-macros.ts';
import { TIME_MACROS } from './time-macros.ts';

export interface Macros {
  lookup: MacroLookup;
  /** Names that a lookup can answer without arguments, for the environment of a program; without $USERn$. */
  names(): string[];
}

/** Values are read when they are asked for, from the facts as they are then. */
export function createMacros(facts: MacroFacts): Macros {
  const lookup: MacroLookup = (name) => {
    const [base = '', first, ...rest] = name.split(':');
    // A service's description may have a colon in it.
    const second = rest.length > 0 ? rest.join(':') : undefined;
    const args = [first, second].filter((each) => each !== undefined);
    if (Object.hasOwn(TOTAL_MACROS, base)) return TOTAL_MACROS[base]?.(facts.totals(), facts.nowMs);
    if (Object.hasOwn(TIME_MACROS, base)) return TIME_MACROS[base]?.(facts, args);
    const resource = /^USER(\d{1,3})$/.exec(base)?.[1];
    if (resource !== undefined) return facts.resource(Number(resource));
    const group = /^(HOST|SERVICE)GROUP(ALIAS|NOTES|NOTESURL|ACTIONURL|MEMBERS)$/.exec(base);
    if (group) return groupValue(facts, group[1] === 'HOST' ? 'HOST' : 'SERVICE', group[2] ?? '', first);
    return hostValue(facts, base, first, second) ?? serviceValue(facts, base, first, second) ?? facts.process(name);
  };
  return { lookup, names: () => namesOf(facts) };
}

/** `HOSTSTATE`, `HOSTSTATE:web-1`, or `HOSTSTATE:group:,` for all members with a delimiter between. */
function hostValue(facts: MacroFacts, base: string, name?: string, delimiter?: string): string | undefined {
  const read = readerOf(HOST_MACROS, '_HOST', 'HOST', base, (host: HostFacts) => ({ ...facts, host }));
  if (!read) return undefined;
  if (delimiter !== undefined)
    return facts
      .findHostGroup(name ?? '')
      ?.members.map((host) => read(host, facts.nowMs))
      .join(delimiter);
  const host = name === undefined ? facts.host : facts.findHost(name);
  return host && read(host, facts.nowMs);
}

/**
 * `SERVICESTATE`, `SERVICESTATE:web-1:http`, `SERVICESTATE::http` on the present host, or, where there is no such service,
 * `SERVICESTATE:group:,`. Source: common/macros.c, grab_macro_value_r.
 */
function serviceValue(facts: MacroFacts, base: string, first?: string, second?: string): string | undefined {
  const withHost = (service: ServiceFacts): MacroFacts => {
    const host = facts.findHost(service.hostName);
    return { ...facts, service, ...(host && { host }) };
  };
  const read = readerOf(SERVICE_MACROS, '_SERVICE', 'SERVICE', base, withHost);
  if (!read) return undefined;
  if (first === undefined) return facts.service && read(facts.service, facts.nowMs);
  const service = facts.findService(first === '' ? (facts.host?.name ?? '') : first, second ?? '');
  if (service) return read(service, facts.nowMs);
  return facts
    .findServiceGroup(first)
    ?.members.map((each) => read(each, facts.nowMs))
    .join(second ?? '');
}

function readerOf<Facts extends HostFacts | ServiceFacts>(
  table: MacroTable<Facts>,
  customPrefix: '_HOST' | '_SERVICE',
  notePrefix: 'HOST' | 'SERVICE',
  base: string,
  factsOf: (object: Facts) => MacroFacts,
): ((object: Facts, nowMs: number) => string | undefined) | undefined {
  if (base.startsWith(customPrefix)) {
    const variable = base.slice(customPrefix.length).toUpperCase();
    return ({ customVariables }) => (Object.hasOwn(customVariables, variable) ? customVariables[variable] : undefined);
  }
  const note = base.startsWith(notePrefix) ? base.slice(notePrefix.length) : '';
  const field = Object.hasOwn(NOTE_MACROS, note) ? NOTE_MACROS[note] : undefined;
  if (field) return (object) => noteValue(object[field], field !== 'notes', factsOf(object));
  return Object.hasOwn(table, base) ? table[base] : undefined;
}

/** Notes may name macros, but no other notes: those would have no end. */
function noteValue(text: string, isUrl: boolean, facts: MacroFacts): string {
  const { lookup } = createMacros(facts);
  const withoutNotes: MacroLookup = (name) => (/NOTES(?:URL)?(?::|$)|ACTIONURL(?::|$)/.test(name) ? '' : lookup(name));
  return expandMacros(text, withoutNotes, { isUrl }).text;
}

function groupValue(facts: MacroFacts, kind: 'HOST' | 'SERVICE', field: string, name?: string): string | undefined {
  const groupName = name ?? (kind === 'HOST' ? facts.host : facts.service)?.groups[0] ?? '';
  let group: (GroupFacts & { members: string[] }) | undefined;
  if (kind === 'HOST') {
    const found = facts.findHostGroup(groupName);
    group = found && { ...found, members: found.members.map((host) => host.name) };
  } else {
    const found = facts.findServiceGroup(groupName);
    group = found && {
      ...found,
      members: found.members.flatMap(({ hostName, description }) => [hostName, description]),
    };
  }
  return group && GROUP_MACROS[field]?.(group, facts.nowMs);
}

function namesOf({ host, service }: MacroFacts): string[] {
  const notesOf = (kind: string): string[] => Object.keys(NOTE_MACROS).map((note) => kind + note);
  return [
    ...(host ? [...Object.keys(HOST_MACROS), ...notesOf('HOST')] : []),
    ...(service ? [...Object.keys(SERVICE_MACROS), ...notesOf('SERVICE')] : []),
    ...Object.keys(host?.customVariables ?? {}).map((name) => `_HOST${name}`),
    ...Object.keys(service?.customVariables ?? {}).map((name) => `_SERVICE${name}`),
    ...Object.keys(TOTAL_MACROS),
    ...Object.keys(TIME_MACROS).filter((name) => !name.endsWith('VALIDTIME')),
  ];
}
