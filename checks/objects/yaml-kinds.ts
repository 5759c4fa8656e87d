// Kinds of YAML documents, and how their keys are called: camelCase of the Nagios directives,
// and the shorter names that people would guess.

import { directivesOf } from './directive-table.ts';
import type { ObjectType } from './monitoring-object.ts';

interface KindOfDocument {
  type: ObjectType;
  isTemplate: boolean;
}

const kind = (type: ObjectType, isTemplate = false): KindOfDocument => ({ type, isTemplate });

export const OBJECT_KINDS: ReadonlyMap<string, KindOfDocument> = new Map([
  ['Host', kind('host')],
  ['Service', kind('service')],
  ['HostGroup', kind('hostgroup')],
  ['ServiceGroup', kind('servicegroup')],
  ['Command', kind('command')],
  ['TimePeriod', kind('timeperiod')],
  ['Contact', kind('contact')],
  ['ContactGroup', kind('contactgroup')],
  ['HostDependency', kind('hostdependency')],
  ['ServiceDependency', kind('servicedependency')],
  ['HostEscalation', kind('hostescalation')],
  ['ServiceEscalation', kind('serviceescalation')],
  ['HostTemplate', kind('host', true)],
  ['ServiceTemplate', kind('service', true)],
  ['ContactTemplate', kind('contact', true)],
  ['HostGroupTemplate', kind('hostgroup', true)],
  ['ServiceGroupTemplate', kind('servicegroup', true)],
  ['CommandTemplate', kind('command', true)],
  ['TimePeriodTemplate', kind('timeperiod', true)],
  ['ContactGroupTemplate', kind('contactgroup', true)],
  ['HostDependencyTemplate', kind('hostdependency', true)],
  ['ServiceDependencyTemplate', kind('servicedependency', true)],
  ['HostEscalationTemplate', kind('hostescalation', true)],
  ['ServiceEscalationTemplate', kind('serviceescalation', true)],
]);

const SHORTER: Readonly<Record<string, string>> = {
  hosts: 'host_name',
  hostGroups: 'hostgroup_name',
  services: 'service_description',
  serviceGroups: 'servicegroup_name',
  dependentHosts: 'dependent_host_name',
  dependentHostGroups: 'dependent_hostgroup_name',
  dependentServices: 'dependent_service_description',
  dependentServiceGroups: 'dependent_servicegroup_name',
  command: 'check_command',
  timeout: 'check_timeout',
  maxAttempts: 'max_check_attempts',
  interval: 'check_interval',
};
const SHORTER_OF: Readonly<Partial<Record<ObjectType, Readonly<Record<string, string>>>>> = {
  host: { hostGroups: 'hostgroups' },
  service: { serviceGroups: 'servicegroups' },
  contact: { contactGroups: 'contactgroups' },
  command: { commandLine: 'command_line' },
  hostgroup: { hosts: 'members', groups: 'hostgroup_members' },
  contactgroup: { contacts: 'members', groups: 'contactgroup_members' },
  servicegroup: { services: 'members', groups: 'servicegroup_members' },
};

const camelCase = (directive: string): string =>
  directive.replaceAll(/_([a-z0-9])/g, (_all, letter: string) => letter.toUpperCase());

/** Key of `spec` → name of the directive. Days of time periods are no keys of this table. */
export function specKeys(type: ObjectType): Map<string, string> {
  const directives = directivesOf(type);
  const names = new Set(directives.map(({ name }) => name));
  const camel = directives.flatMap(({ name, aliases }) =>
    [name, ...aliases].map((each) => [camelCase(each), name] as const),
  );
  const shorter = Object.entries({ ...SHORTER, ...SHORTER_OF[type] }).filter(([, name]) => names.has(name));
  return new Map([...camel, ...shorter]);
}

/** Directive that `metadata.name` fills, for what is no template. */
export const nameDirective = (type: ObjectType): string | undefined =>
  type === 'service'
    ? 'service_description'
    : type.endsWith('dependency') || type.endsWith('escalation')
      ? undefined
      : `${type}_name`;
