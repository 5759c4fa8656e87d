// What a decision may ask of the world around an object. The runtime's own nodes fill
// these shapes by having the fields, so that a result costs no object for its surroundings.
//
// What must be consistent: `current` of every neighbour is its last decided state, so a
// site decides one result at a time; parents, children and masters name objects of the
// same site, without loops (refused when they are configured).

import type { HostState, ServiceState } from '#kernel/domain/check-state.ts';
import type { NotificationOption } from '../check-settings.ts';
import type { CheckState, HostCheckState, ObjectState } from './check-state.ts';
import type { SiteRules } from './settings.ts';

export interface Site {
  readonly rules: SiteRules;
  /** Whether a named time period holds at an instant; never throws. */
  isInPeriod(name: string, atMs: number): boolean;
}

export interface Contact {
  readonly name: string;
  /** For this kind of object: `host_notifications_enabled`, or the service twin. */
  readonly isEnabled: boolean;
  readonly period: string | null;
  /** null = all. */
  readonly options: readonly NotificationOption[] | null;
  readonly minimumImportance: number;
}

export interface Escalation {
  /** Notification numbers, both ends included; `last` 0 = for ever. */
  readonly first: number;
  readonly last: number;
  /** null = as the object says. */
  readonly intervalSec: number | null;
  readonly period: string | null;
  /** States that it holds for; null = all. */
  readonly options: readonly NotificationOption[] | null;
  readonly contacts: readonly Contact[];
}

/** Service parents of Nagios 4 are dependencies with `executionFailure: ['critical', 'unknown']` that inherit. */
export interface Dependency<State extends ObjectState> {
  readonly master: {
    readonly id: string;
    readonly name: string;
    readonly current: CheckState<State>;
    readonly dependencies: readonly Dependency<State>[];
  };
  /** States of the master in which our active check is not run. */
  readonly executionFailure: readonly (State | 'pending')[];
  /** States of the master in which nobody is told of us. */
  readonly notificationFailure: readonly (State | 'pending')[];
  /** Holds only then; null = always. */
  readonly period: string | null;
  /** What the master depends on counts too. */
  readonly inheritsParent: boolean;
  /** `soft_state_dependencies`: a soft state of the master counts already. */
  readonly usesSoftStates: boolean;
}

/** What every object has around it. */
export interface Around<State extends ObjectState> {
  readonly site: Site;
  readonly dependencies: readonly Dependency<State>[];
  /** null = who is told is decided by alerting's routes. */
  readonly contacts: readonly Contact[] | null;
  readonly escalations: readonly Escalation[];
  /** The host that a service is on; null for a host. */
  readonly host: HostOfService | null;
}

export interface HostOfService {
  readonly id: string;
  readonly name: string;
  readonly current: HostCheckState;
  readonly dependencies: readonly Dependency<HostState>[];
}

export interface AroundService extends Around<ServiceState> {
  readonly host: HostOfService;
}

export interface HostNeighbour {
  readonly id: string;
  readonly current: HostCheckState;
}

export interface AroundHost extends Around<HostState> {
  readonly host: null;
  readonly parents: readonly HostNeighbour[];
  readonly children: readonly HostNeighbour[];
}
