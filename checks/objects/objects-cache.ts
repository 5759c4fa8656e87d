// The resolved site as Nagios 4.4 writes it into its objects.cache: the way to put our
// resolving beside that of a running Nagios, attribute by attribute. Source: spec §7, [src].

import { findDirective } from './directive-table.ts';
import {
  readDecimal,
  readFlag,
  readInteger,
  readIntervalSec,
  readNames,
  readOptions,
  type StateLetters,
} from './directive-value.ts';
import type { EffectiveValues, ObjectType } from './monitoring-object.ts';
import type {
  ResolvedDependency,
  ResolvedEscalation,
  ResolvedPeriod,
  ResolvedSite,
  ServiceRef,
} from './resolved-site.ts';

export interface CacheObject {
  type: ObjectType;
  attributes: Map<string, string>;
}

/** `intervalLengthSec`: what one unit of check_interval stands for. */
export function toObjectsCache(site: ResolvedSite, intervalLengthSec: number): CacheObject[] {
  const write = (type: ObjectType, values: EffectiveValues, plan: readonly Attribute[], given: Given): CacheObject => ({
    type,
    attributes: attributesOf({ type, values, intervalLengthSec }, plan, given),
  });
  return [
    ...site.timePeriods.map(cachePeriod),
    ...site.commands.map(({ name, commandLine, values }) =>
      write('command', values, ['command_name', 'command_line'], { command_name: name, command_line: commandLine }),
    ),
    ...site.contactGroups.map(({ name, members, values }) =>
      write('contactgroup', values, ['contactgroup_name', 'alias', 'members'], {
        contactgroup_name: name,
        alias: textOf(values, 'alias') ?? name,
        members: members.join(','),
      }),
    ),
    ...site.hostGroups.map(({ name, members, values }) =>
      write('hostgroup', values, ['hostgroup_name', ...GROUP], {
        hostgroup_name: name,
        alias: textOf(values, 'alias') ?? name,
        members: members.join(','),
      }),
    ),
    ...site.serviceGroups.map(({ name, members, values }) =>
      write('servicegroup', values, ['servicegroup_name', ...GROUP], {
        servicegroup_name: name,
        alias: textOf(values, 'alias') ?? name,
        members: members.map(pairOf).join(','),
      }),
    ),
    ...site.contacts.map(({ name, values, hostCommands, serviceCommands }) =>
      write('contact', values, CONTACT, {
        contact_name: name,
        alias: textOf(values, 'alias') ?? name,
        host_notification_commands: hostCommands.join(','),
        service_notification_commands: serviceCommands.join(','),
      }),
    ),
    ...site.hosts.map(({ name, values, parents, contacts, contactGroups }) =>
      write('host', values, HOST, {
        host_name: name,
        alias: textOf(values, 'alias') ?? name,
        address: textOf(values, 'address') ?? name,
        parents: parents.join(','),
        contacts: contacts.join(','),
        contact_groups: contactGroups.join(','),
      }),
    ),
    ...site.services.map(({ hostName, description, values, parents, contacts, contactGroups }) =>
      write('service', values, SERVICE, {
        host_name: hostName,
        service_description: description,
        parents:
          parents.length === 1 && parents[0]?.hostName === hostName
            ? parents[0].description
            : parents.map(pairOf).join(','),
        contacts: contacts.join(','),
        contact_groups: contactGroups.join(','),
      }),
    ),
    ...site.dependencies.map(cacheDependency),
    ...site.escalations.map((escalation) => cacheEscalation(escalation, intervalLengthSec)),
  ];
}

const pairOf = ({ hostName, description }: ServiceRef): string => `${hostName},${description}`;

/** An attribute that is left out when empty, or one that is always written, with its default. */
type Attribute = string | readonly [name: string, fallback: string];
type Given = Readonly<Record<string, string>>;

const DOCUMENTATION: readonly Attribute[] = ['notes', 'notes_url', 'action_url'];
const GROUP: readonly Attribute[] = ['alias', 'members', ...DOCUMENTATION];
const RETAINED: readonly Attribute[] = [
  ['retain_status_information', '1'],
  ['retain_nonstatus_information', '1'],
];
const NOTIFIED: readonly Attribute[] = [
  'check_period',
  'check_command',
  'event_handler',
  'contacts',
  'contact_groups',
  'notification_period',
  // 4.4.6 does not keep what was configured.
  ['initial_state', 'o'],
  ['importance', '0'],
  ['check_interval', '5'],
  ['retry_interval', '1'],
  ['max_check_attempts', '3'],
];
const JUDGED: readonly Attribute[] = [
  ['active_checks_enabled', '1'],
  ['passive_checks_enabled', '1'],
  ['obsess', '1'],
  ['event_handler_enabled', '1'],
  ['low_flap_threshold', '0'],
  ['high_flap_threshold', '0'],
  ['flap_detection_enabled', '1'],
  ['flap_detection_options', 'a'],
  ['freshness_threshold', '0'],
  ['check_freshness', '0'],
  ['notification_options', 'a'],
  ['notifications_enabled', '1'],
  ['notification_interval', '30'],
  ['first_notification_delay', '0'],
  ['stalking_options', 'n'],
  ['process_perf_data', '1'],
  'icon_image',
  'icon_image_alt',
];
const HOST: readonly Attribute[] = [
  'host_name',
  'display_name',
  'alias',
  'address',
  'parents',
  ...NOTIFIED,
  ...JUDGED,
  'vrml_image',
  'statusmap_image',
  '2d_coords',
  '3d_coords',
  ...DOCUMENTATION,
  ...RETAINED,
];
const SERVICE: readonly Attribute[] = [
  'host_name',
  'service_description',
  'display_name',
  'parents',
  ...NOTIFIED,
  ['is_volatile', '0'],
  ['parallelize_check', '1'],
  ...JUDGED,
  ...DOCUMENTATION,
  ...RETAINED,
];
const CONTACT: readonly Attribute[] = [
  'contact_name',
  'alias',
  'service_notification_period',
  'host_notification_period',
  ['service_notification_options', 'n'],
  ['host_notification_options', 'n'],
  'service_notification_commands',
  'host_notification_commands',
  'email',
  'pager',
  ...['1', '2', '3', '4', '5', '6'].map((n) => `address${n}`),
  ['minimum_importance', '0'],
  ['host_notifications_enabled', '1'],
  ['service_notifications_enabled', '1'],
  ['can_submit_commands', '1'],
  ...RETAINED,
];

interface Written {
  type: ObjectType;
  values: EffectiveValues;
  intervalLengthSec: number;
}

function attributesOf(written: Written, plan: readonly Attribute[], given: Given): Map<string, string> {
  const attributes = new Map<string, string>();
  for (const attribute of plan) {
    const [name, fallback] = typeof attribute === 'string' ? [attribute, ''] : attribute;
    const configured = name === 'initial_state' ? undefined : textOf(written.values, name);
    const text = given[name] ?? configured ?? fallback;
    // The defaults of intervals are numbers of units.
    const unitSec = text === fallback ? written.intervalLengthSec : 1;
    if (text !== '') attributes.set(name, formatValue(written, name, text, unitSec));
  }
  for (const [name, { text }] of written.values) {
    if (name.startsWith('_')) attributes.set(name, text ?? 'null');
  }
  return attributes;
}

const textOf = (values: EffectiveValues, name: string): string | undefined => values.get(name)?.text ?? undefined;

function formatValue({ type, intervalLengthSec }: Written, name: string, text: string, unitSec: number): string {
  const definition = findDirective(type, name);
  if (definition === undefined) return text;
  switch (definition.kind) {
    case 'interval':
      return ((readIntervalSec(text, unitSec) ?? 0) / intervalLengthSec).toFixed(6);
    case 'decimal':
      return (readDecimal(text) ?? 0).toFixed(6);
    case 'seconds':
    case 'integer':
      return String(Math.trunc(readIntervalSec(text) ?? 0));
    case 'flag':
      return name === 'parallelize_check' ? String(readInteger(text) ?? 0) : readFlag(text) ? '1' : '0';
    case 'options':
      return formatOptions(readOptions(text, definition.letters ?? ''), upLetter(type, name));
    case 'coordinates':
      return formatCoordinates(name, text);
    case 'text':
    case 'reference':
    case 'list':
    case 'command':
    case 'state':
      return text;
    default:
      return definition.kind satisfies never;
  }
}

/** Nagios writes the letter for UP as `u` where it stalks hosts or looks for their flapping; it reads `o`. */
const upLetter = (type: ObjectType, name: string): string =>
  type === 'host' && (name === 'stalking_options' || name === 'flap_detection_options') ? 'u' : 'o';

function formatOptions(options: StateLetters | { accepted: string }, up: string): string {
  if (options === 'all') return 'a';
  if ('accepted' in options || options.length === 0) return 'n';
  return options.map((letter) => (letter === 'o' ? up : letter)).join(',');
}

function formatCoordinates(name: string, text: string): string {
  const numbers = readNames(text).map((part) => readDecimal(part) ?? 0);
  return numbers.map((number) => (name === '2d_coords' ? String(Math.trunc(number)) : number.toFixed(6))).join(',');
}

function cachePeriod({ name, values, excludes, days }: ResolvedPeriod): CacheObject {
  const attributes = new Map([['timeperiod_name', name]]);
  attributes.set('alias', textOf(values, 'alias') ?? name);
  if (excludes.length > 0) attributes.set('exclude', excludes.toReversed().join(','));
  // Those of weekdays are sorted, those of dates stand at the head of a list.
  for (const { day, isWeekday, times } of days) {
    attributes.set(day, (isWeekday ? times.toSorted() : times.toReversed()).join(','));
  }
  return { type: 'timeperiod', attributes };
}

function cacheDependency({
  master,
  dependent,
  purpose,
  states,
  period,
  inheritsParent,
}: ResolvedDependency): CacheObject {
  const entries: [string, string | undefined][] = [
    ['host_name', master.hostName],
    ['service_description', master.description],
    ['dependent_host_name', dependent.hostName],
    ['dependent_service_description', dependent.description],
    ['dependency_period', period],
    ['inherits_parent', inheritsParent ? '1' : '0'],
    [`${purpose}_failure_options`, formatOptions(states, 'o')],
  ];
  const attributes = new Map<string, string>();
  for (const [name, value] of entries) if (value !== undefined) attributes.set(name, value);
  return { type: master.description === undefined ? 'hostdependency' : 'servicedependency', attributes };
}

function cacheEscalation(escalation: ResolvedEscalation, intervalLengthSec: number): CacheObject {
  const { hostName, description, values, contacts, contactGroups } = escalation;
  const type = description === undefined ? 'hostescalation' : 'serviceescalation';
  const given: Given = {
    host_name: hostName,
    service_description: description ?? '',
    contacts: contacts.join(','),
    contact_groups: contactGroups.join(','),
  };
  return { type, attributes: attributesOf({ type, values, intervalLengthSec }, ESCALATION, given) };
}

const ESCALATION: readonly Attribute[] = [
  'host_name',
  'service_description',
  // -2 is how Nagios says that nothing was given.
  ['first_notification', '-2'],
  ['last_notification', '-2'],
  ['notification_interval', '0'],
  'escalation_period',
  ['escalation_options', 'a'],
  'contacts',
  'contact_groups',
];
