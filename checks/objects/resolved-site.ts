// The resolved objects of a site: every service on its host, every group with its members,
// every dependency as a pair. Values are text still, each with its origin.

import type { StateLetters } from './directive-value.ts';
import type { EffectiveValues, OwnCheck, Place } from './monitoring-object.ts';
import type { ObjectProblem } from './object-problems.ts';
import type { PeriodLine } from './period-line.ts';

interface ResolvedObject {
  definedAt: Place;
  values: EffectiveValues;
}

export interface ServiceRef {
  hostName: string;
  description: string;
}

export interface Notified {
  contacts: string[];
  contactGroups: string[];
}

export interface ResolvedHost extends ResolvedObject, Notified {
  name: string;
  parents: string[];
  /** Every group that it belongs to, from either side. */
  groups: string[];
  ownCheck?: OwnCheck;
}

export interface ResolvedService extends ResolvedObject, ServiceRef, Notified {
  parents: ServiceRef[];
  groups: string[];
  ownCheck?: OwnCheck;
  /** Set when a rule ("for every host where …") made it. */
  isByRule: boolean;
}

export interface ResolvedGroup<Member> extends ResolvedObject {
  name: string;
  members: Member[];
}

export interface ResolvedContact extends ResolvedObject {
  name: string;
  groups: string[];
  hostCommands: string[];
  serviceCommands: string[];
}

export interface ResolvedCommand extends ResolvedObject {
  name: string;
  /** Macros are not expanded. */
  commandLine: string;
}

export interface ResolvedPeriod extends ResolvedObject {
  name: string;
  excludes: string[];
  days: PeriodLine[];
}

/** One pair for one purpose. Without descriptions it is between hosts. */
export interface ResolvedDependency {
  definedAt: Place;
  master: { hostName: string; description?: string };
  dependent: { hostName: string; description?: string };
  purpose: 'execution' | 'notification';
  states: StateLetters;
  period?: string;
  inheritsParent: boolean;
}

export interface ResolvedEscalation extends ResolvedObject, Notified {
  hostName: string;
  description?: string;
}

/** Sorted by name (services by host and description), as the object cache of Nagios is. */
export interface ResolvedSite {
  hosts: ResolvedHost[];
  services: ResolvedService[];
  hostGroups: ResolvedGroup<string>[];
  serviceGroups: ResolvedGroup<ServiceRef>[];
  contacts: ResolvedContact[];
  contactGroups: ResolvedGroup<string>[];
  commands: ResolvedCommand[];
  timePeriods: ResolvedPeriod[];
  dependencies: ResolvedDependency[];
  escalations: ResolvedEscalation[];
  problems: ObjectProblem[];
}
