// The one shape of hosts, services and all that belongs to them, whether a Nagios file or
// a YAML document defined them: directives by their Nagios names, as text, with their place.

import type { HostMatcher } from './host-matcher.ts';

export const OBJECT_TYPES = [
  'host',
  'service',
  'hostgroup',
  'servicegroup',
  'command',
  'timeperiod',
  'contact',
  'contactgroup',
  'hostdependency',
  'servicedependency',
  'hostescalation',
  'serviceescalation',
] as const;
export type ObjectType = (typeof OBJECT_TYPES)[number];

export interface Place {
  file: string;
  /** From 1. */
  line: number;
}

/** A directive as it was written. null = the word `null`, which ends inheritance. */
export interface WrittenValue {
  text: string | null;
  line: number;
}

/** A check of one of our own kinds, instead of a Nagios command. Its settings are judged by the kind. */
export interface OwnCheck {
  kind: string;
  settings: unknown;
}

export interface MonitoringObject extends Place {
  type: ObjectType;
  /** Name as a template: what `use` asks for. */
  name?: string;
  /** Off: a template only. */
  isRegistered: boolean;
  use: string[];
  /**
   * By canonical directive name; custom variables as `_NAME`; days of a time period as the object cache of
   * Nagios writes them. Intervals without a unit count in `interval_length`.
   */
  values: Map<string, WrittenValue>;
  ownCheck?: OwnCheck;
  /** Services: every host that this matches has it. */
  applyTo?: HostMatcher;
}

/** Where a value came from: the object itself, or a template of that name; the line of the directive. */
export interface Origin extends Place {
  template?: string;
  /** Set when it came from another kind of object: a service's contacts from its host. */
  impliedBy?: 'host' | 'service';
}

/** Lists that were appended with `+` have one origin for each part, outermost template first. */
export interface EffectiveValue {
  text: string | null;
  origins: readonly Origin[];
}

export type EffectiveValues = ReadonlyMap<string, EffectiveValue>;

/** Name by which people know an object in a message. */
export function describeObject(object: MonitoringObject): string {
  const text = (directive: string): string | undefined => object.values.get(directive)?.text ?? undefined;
  const named = text(`${object.type}_name`) ?? text('host_name') ?? object.name ?? text('hostgroup_name');
  const service = text('service_description');
  const name = service === undefined ? named : named === undefined ? service : `${named}/${service}`;
  if (name === undefined) return object.type;
  return `${object.type} '${name.length > 80 ? `${name.slice(0, 80)}…` : name}'`;
}
