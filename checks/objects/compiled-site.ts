// What the runtime takes of a resolved site: numbers, milliseconds, whole words for states,
// and settings in the shape in which they are stored.

import type { HostState, ServiceState } from '#kernel/domain/check-state.ts';
import type { CheckDetails } from '../check-details.ts';
import type { NotificationOption, StoredCheckSettings } from '../check-settings.ts';
import type { Place } from './monitoring-object.ts';
import type { ObjectProblem } from './object-problems.ts';

/** What is run for a host or service, how often, and how its results are judged. */
export interface CompiledCheck {
  object: 'host' | 'service';
  hostName: string;
  /** Description of the service; undefined for the check of the host itself. */
  name?: string;
  displayName: string;
  kind: string;
  spec: unknown;
  intervalMs: number;
  retryIntervalMs: number;
  maxAttempts: number;
  timeoutMs: number;
  settings: StoredCheckSettings;
  details: CheckDetails;
  /** Host groups of a host, service groups of a service. */
  groups: string[];
  definedAt: Place;
}

export interface CompiledHost {
  name: string;
  displayName: string;
  alias: string;
  address: string;
  groups: string[];
  parents: string[];
  /** Also of a host that is never checked: passive results and its services go by them. */
  settings: StoredCheckSettings;
  maxAttempts: number;
  details: CheckDetails;
  /** A host without a command has none, and counts as up. */
  check?: CompiledCheck;
  definedAt: Place;
}

export interface CompiledDependency {
  masterHost: string;
  masterService?: string;
  dependentHost: string;
  dependentService?: string;
  purpose: 'execution' | 'notification';
  /** Of the master, in which the dependent is held back. */
  states: (ServiceState | HostState | 'pending')[];
  period?: string;
  inheritsParent: boolean;
  definedAt: Place;
}

/** Whom else to tell, from the `first` to the `last` notification of a problem; last 0 = without end. */
export interface CompiledEscalation {
  hostName: string;
  serviceName?: string;
  first: number;
  last: number;
  intervalSec: number;
  period: string | null;
  /** null = all. */
  options: NotificationOption[] | null;
  contacts: string[];
  contactGroups: string[];
  definedAt: Place;
}

export interface CompiledContact {
  name: string;
  alias: string;
  email?: string;
  pager?: string;
  /** `address1` to `address6`, by number. */
  addresses: Record<string, string>;
  groups: string[];
  /** Of problems of hosts, and of services. */
  hosts: ContactNotifications;
  services: ContactNotifications;
  minimumImportance: number;
  canSubmitCommands: boolean;
  vars: Record<string, string>;
  definedAt: Place;
}

export interface ContactNotifications {
  isEnabled: boolean;
  period: string | null;
  /** null = all. */
  options: NotificationOption[] | null;
  /** Names of Nagios commands. */
  commands: string[];
}

export interface CompiledGroup<Member> {
  name: string;
  alias: string;
  notes?: string;
  notesUrl?: string;
  actionUrl?: string;
  members: Member[];
  definedAt: Place;
}

export interface CompiledSite {
  hosts: CompiledHost[];
  services: CompiledCheck[];
  hostGroups: CompiledGroup<string>[];
  serviceGroups: CompiledGroup<{ hostName: string; name: string }>[];
  dependencies: CompiledDependency[];
  /** As time-period/compile-periods.ts reads them. */
  timePeriods: { name: string; definition: Record<string, string>; definedAt: Place }[];
  contacts: CompiledContact[];
  contactGroups: CompiledGroup<string>[];
  commands: { name: string; commandLine: string; definedAt: Place }[];
  escalations: CompiledEscalation[];
  problems: ObjectProblem[];
}
