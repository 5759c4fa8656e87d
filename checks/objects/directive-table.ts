// Every directive of every type of object: its names, what kind of value it takes, what it
// refers to. One table for reading, checking, inheriting and compiling. Source: spec §7, [src].

import type { ObjectType } from './monitoring-object.ts';

/**
 * `list` can be appended with `+`. `interval` counts in interval_length, `seconds` does not. `options` are letters
 * or words of states.
 */
export type ValueKind =
  | 'text'
  | 'reference'
  | 'list'
  | 'integer'
  | 'decimal'
  | 'interval'
  | 'seconds'
  | 'flag'
  | 'options'
  | 'state'
  | 'command'
  | 'coordinates';

export interface DirectiveDefinition {
  name: string;
  kind: ValueKind;
  /** Other names that Nagios reads. */
  aliases: readonly string[];
  refersTo?: ObjectType;
  /** Of options and states, besides `n` and `a`. */
  letters?: string;
  /** Why it has no effect any more. */
  obsolete?: string;
}

type More = Partial<Omit<DirectiveDefinition, 'name' | 'kind'>>;

const directive =
  (kind: ValueKind) =>
  (name: string, more: More = {}): DirectiveDefinition => ({ name, kind, aliases: [], ...more });
const text = directive('text');
const reference = directive('reference');
const list = directive('list');
const integer = directive('integer');
const decimal = directive('decimal');
const interval = directive('interval');
const seconds = directive('seconds');
const flag = directive('flag');
const options = directive('options');
const command = directive('command');

const period = (name: string): DirectiveDefinition => reference(name, { refersTo: 'timeperiod' });
const obsolete = (name: string): DirectiveDefinition =>
  text(name, { obsolete: 'Nagios 4 ignores it, and so does Plexus' });

const HOSTS = { refersTo: 'host' } as const;
const HOST_GROUPS = { refersTo: 'hostgroup' } as const;
const SERVICES = { refersTo: 'service' } as const;
const SERVICE_GROUPS = { refersTo: 'servicegroup' } as const;

const CONTACTS = [
  list('contacts', { refersTo: 'contact' }),
  list('contact_groups', { refersTo: 'contactgroup' }),
] as const;
const DOCUMENTATION = [text('notes'), text('notes_url'), text('action_url')] as const;

/** What hosts and services share. */
const CHECKED = [
  text('display_name'),
  ...CONTACTS,
  command('check_command'),
  period('check_period'),
  // Ours; Nagios has one for all services and one for all hosts.
  seconds('check_timeout'),
  command('event_handler'),
  flag('event_handler_enabled'),
  interval('check_interval', { aliases: ['normal_check_interval'] }),
  interval('retry_interval', { aliases: ['retry_check_interval'] }),
  integer('max_check_attempts'),
  flag('passive_checks_enabled'),
  flag('check_freshness'),
  seconds('freshness_threshold'),
  decimal('low_flap_threshold'),
  decimal('high_flap_threshold'),
  flag('flap_detection_enabled'),
  flag('notifications_enabled'),
  period('notification_period'),
  interval('notification_interval'),
  interval('first_notification_delay'),
  flag('process_perf_data'),
  flag('retain_status_information'),
  flag('retain_nonstatus_information'),
  integer('importance', { aliases: ['hourly_value'] }),
  ...DOCUMENTATION,
  text('icon_image'),
  text('icon_image_alt'),
  obsolete('failure_prediction_enabled'),
  obsolete('failure_prediction_options'),
] as const;

const MASTER_HOST_NAMES = ['host', 'master_host', 'master_host_name'];
const DEPENDENT_HOSTS = [
  list('host_name', { ...HOSTS, aliases: MASTER_HOST_NAMES }),
  list('hostgroup_name', { ...HOST_GROUPS, aliases: ['hostgroup', 'hostgroups'] }),
  list('dependent_host_name', { ...HOSTS, aliases: ['dependent_host'] }),
  list('dependent_hostgroup_name', { ...HOST_GROUPS, aliases: ['dependent_hostgroup', 'dependent_hostgroups'] }),
  period('dependency_period'),
  flag('inherits_parent'),
] as const;
const failure = (what: string, letters: string): DirectiveDefinition =>
  options(`${what}_failure_criteria`, { letters, aliases: [`${what}_failure_options`] });

const ESCALATED = [
  list('host_name', { ...HOSTS, aliases: ['host'] }),
  list('hostgroup_name', { ...HOST_GROUPS, aliases: ['hostgroup', 'hostgroups'] }),
  ...CONTACTS,
  integer('first_notification'),
  integer('last_notification'),
  interval('notification_interval'),
  period('escalation_period'),
] as const;

const TABLE: Readonly<Record<ObjectType, readonly DirectiveDefinition[]>> = {
  host: [
    text('host_name'),
    text('alias'),
    text('address'),
    list('parents', HOSTS),
    list('hostgroups', { ...HOST_GROUPS, aliases: ['host_groups'] }),
    ...CHECKED,
    flag('active_checks_enabled', { aliases: ['checks_enabled'] }),
    flag('obsess', { aliases: ['obsess_over_host'] }),
    directive('state')('initial_state', { letters: 'odu' }),
    options('flap_detection_options', { letters: 'odu' }),
    options('notification_options', { letters: 'durfs' }),
    options('stalking_options', { letters: 'oduN' }),
    text('vrml_image'),
    text('statusmap_image', { aliases: ['gd2_image'] }),
    directive('coordinates')('2d_coords'),
    directive('coordinates')('3d_coords'),
  ],
  service: [
    list('host_name', { ...HOSTS, aliases: ['host', 'hosts'] }),
    list('hostgroup_name', { ...HOST_GROUPS, aliases: ['hostgroup', 'hostgroups'] }),
    text('service_description', { aliases: ['description'] }),
    list('servicegroups', { ...SERVICE_GROUPS, aliases: ['service_groups'] }),
    list('parents', SERVICES),
    ...CHECKED,
    flag('active_checks_enabled'),
    flag('obsess', { aliases: ['obsess_over_service'] }),
    flag('is_volatile'),
    flag('parallelize_check'),
    directive('state')('initial_state', { letters: 'owuc' }),
    options('flap_detection_options', { letters: 'owuc' }),
    options('notification_options', { letters: 'wucrfs' }),
    options('stalking_options', { letters: 'owucN' }),
  ],
  hostgroup: [
    text('hostgroup_name'),
    text('alias'),
    list('members', HOSTS),
    list('hostgroup_members', HOST_GROUPS),
    ...DOCUMENTATION,
  ],
  servicegroup: [
    text('servicegroup_name'),
    text('alias'),
    list('members', SERVICES),
    list('servicegroup_members', SERVICE_GROUPS),
    ...DOCUMENTATION,
  ],
  command: [text('command_name'), text('command_line')],
  timeperiod: [text('timeperiod_name'), text('alias'), list('exclude', { refersTo: 'timeperiod' })],
  contact: [
    text('contact_name'),
    text('alias'),
    list('contactgroups', { refersTo: 'contactgroup', aliases: ['contact_groups'] }),
    text('email'),
    text('pager'),
    ...['1', '2', '3', '4', '5', '6'].map((n) => text(`address${n}`)),
    period('host_notification_period'),
    period('service_notification_period'),
    list('host_notification_commands', { refersTo: 'command' }),
    list('service_notification_commands', { refersTo: 'command' }),
    options('host_notification_options', { letters: 'durfs' }),
    options('service_notification_options', { letters: 'wucrfs' }),
    flag('host_notifications_enabled'),
    flag('service_notifications_enabled'),
    flag('can_submit_commands'),
    flag('retain_status_information'),
    flag('retain_nonstatus_information'),
    integer('minimum_importance', { aliases: ['minimum_value'] }),
  ],
  contactgroup: [
    text('contactgroup_name'),
    text('alias'),
    list('members', { refersTo: 'contact' }),
    list('contactgroup_members', { refersTo: 'contactgroup' }),
  ],
  hostdependency: [...DEPENDENT_HOSTS, failure('execution', 'odup'), failure('notification', 'odup')],
  servicedependency: [
    ...DEPENDENT_HOSTS,
    list('servicegroup_name', { ...SERVICE_GROUPS, aliases: ['servicegroup', 'servicegroups'] }),
    list('service_description', {
      ...SERVICES,
      aliases: ['description', 'master_description', 'master_service_description'],
    }),
    list('dependent_servicegroup_name', {
      ...SERVICE_GROUPS,
      aliases: ['dependent_servicegroup', 'dependent_servicegroups'],
    }),
    list('dependent_service_description', { ...SERVICES, aliases: ['dependent_description'] }),
    failure('execution', 'owucp'),
    failure('notification', 'owucp'),
  ],
  hostescalation: [...ESCALATED, options('escalation_options', { letters: 'dur' })],
  serviceescalation: [
    ...ESCALATED,
    list('servicegroup_name', { ...SERVICE_GROUPS, aliases: ['servicegroup', 'servicegroups'] }),
    list('service_description', { ...SERVICES, aliases: ['description'] }),
    options('escalation_options', { letters: 'wucr' }),
  ],
};

const BY_NAME = new Map(
  Object.entries(TABLE).map(([type, definitions]) => [
    type,
    new Map(definitions.flatMap((entry) => [entry.name, ...entry.aliases].map((name) => [name, entry] as const))),
  ]),
);

/** By any of its names. */
export const findDirective = (type: ObjectType, name: string): DirectiveDefinition | undefined =>
  BY_NAME.get(type)?.get(name);

export const directivesOf = (type: ObjectType): readonly DirectiveDefinition[] => TABLE[type];

/** Types whose objects carry `_NAME` variables. */
export const hasCustomVariables = (type: ObjectType): boolean =>
  type === 'host' || type === 'service' || type === 'contact';
