// What of Nagios has another home in Plexus, or none: said once for each directive and main
// setting that a configuration really uses, so that nobody finds out later.

import type { MainEntry } from '#wire/nagios-config.ts';
import { readFlag } from './directive-value.ts';
import type { MonitoringObject } from './monitoring-object.ts';

/**
 * 'taken': works here. 'kept': stored and shown, nothing acts on it. 'not used': has no meaning here, and nothing is
 * missing. 'not supported': Nagios does something that Plexus does not.
 */
export type FeatureVerdict = 'taken' | 'kept' | 'not used' | 'not supported';

export interface FeatureNote {
  /** A directive (`host.obsess`) or a setting of the main file. */
  name: string;
  /** How many objects say it; 1 for a setting. */
  count: number;
  verdict: FeatureVerdict;
  why: string;
}

type Note = readonly [FeatureVerdict, string];

const EVENT_HANDLER: Note = [
  'kept',
  'event handlers are not run; a reflex in Plexus does this, with a guard and a proof.',
];
const PICTURE: Note = ['not used', 'Plexus draws its own icons and maps.'];
const RETENTION: Note = ['not used', 'states are always kept over a restart.'];

/** Directives that are read, and do less here than in Nagios. */
const DIRECTIVES: ReadonlyMap<string, Note> = new Map<string, Note>([
  ['event_handler', EVENT_HANDLER],
  ['obsess', ['not supported', 'no command is run after each result; every result is in the event log.']],
  ['parallelize_check', ['not used', 'checks always run beside each other.']],
  ['process_perf_data', ['not used', 'performance data always goes into the metric history.']],
  ['retain_status_information', RETENTION],
  ['retain_nonstatus_information', RETENTION],
  ['icon_image', PICTURE],
  ['icon_image_alt', PICTURE],
  ['vrml_image', PICTURE],
  ['statusmap_image', PICTURE],
  ['2d_coords', PICTURE],
  ['3d_coords', PICTURE],
  ['can_submit_commands', ['kept', 'what a person may do in Plexus follows from the role of the account.']],
]);

/** Directives that do nothing unusual unless they are on, or off. */
const ONLY_WHEN: ReadonlyMap<string, boolean> = new Map([
  ['obsess', true],
  ['parallelize_check', false],
  ['process_perf_data', false],
  ['retain_status_information', false],
  ['retain_nonstatus_information', false],
]);

export function directiveNotes(objects: readonly MonitoringObject[]): FeatureNote[] {
  const counts = new Map<string, FeatureNote>();
  for (const { type, values } of objects) {
    for (const [directive, { text }] of values) {
      const note = DIRECTIVES.get(directive);
      const when = ONLY_WHEN.get(directive);
      if (note === undefined || text === null || (when !== undefined && readFlag(text) !== when)) continue;
      const name = `${type}.${directive}`;
      const known = counts.get(name);
      if (known === undefined) counts.set(name, { name, count: 1, verdict: note[0], why: note[1] });
      else known.count++;
    }
  }
  return [...counts.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

const TAKEN: Note = ['taken', ''];
const COMMAND_AFTER: Note = ['not supported', 'no command is run after each result; events can be sent on instead.'];
const GLOBAL_HANDLER: Note = ['not supported', 'event handlers are not run; a reflex in Plexus does this.'];
const SWITCHED_OFF: Note = [
  'not supported',
  'Nagios has it off for the whole site; here it is on until you turn it off per object.',
];

const SETTINGS: ReadonlyMap<string, Note> = new Map<string, Note>([
  ...[
    'cfg_file',
    'cfg_dir',
    'resource_file',
    'interval_length',
    'use_regexp_matching',
    'use_true_regexp_matching',
    'allow_empty_hostgroup_assignment',
    'service_check_timeout',
    'host_check_timeout',
    'passive_host_checks_are_soft',
    'use_aggressive_host_checking',
    'low_host_flap_threshold',
    'high_host_flap_threshold',
    'low_service_flap_threshold',
    'high_service_flap_threshold',
    'enable_flap_detection',
  ].map((key) => [key, TAKEN] as const),
  ['broker_module', ['not supported', 'modules of the event broker cannot be loaded; Livestatus is built in.']],
  ['ocsp_command', COMMAND_AFTER],
  ['ochp_command', COMMAND_AFTER],
  ['global_host_event_handler', GLOBAL_HANDLER],
  ['global_service_event_handler', GLOBAL_HANDLER],
  ['service_perfdata_command', COMMAND_AFTER],
  ['host_perfdata_command', COMMAND_AFTER],
  ['service_perfdata_file', ['not supported', 'performance data goes into the metric history, into no file.']],
  ['host_perfdata_file', ['not supported', 'performance data goes into the metric history, into no file.']],
  ['use_timezone', ['not supported', 'time periods follow the time zone of the server, or their own use_timezone.']],
]);

const SWITCHES = [
  'enable_notifications',
  'execute_service_checks',
  'execute_host_checks',
  'accept_passive_service_checks',
  'accept_passive_host_checks',
];

/** Every setting of the main file once, the ones that need a look first. */
export function settingNotes(entries: readonly MainEntry[]): FeatureNote[] {
  const notes = Array.from(
    Map.groupBy(entries, ({ key }) => key),
    ([name, given]): FeatureNote => {
      const isOff = SWITCHES.includes(name) && !readFlag(given.at(-1)?.value ?? '1');
      const [verdict, why] = isOff
        ? SWITCHED_OFF
        : (SETTINGS.get(name) ?? ['not used', 'Plexus has settings of its own for this, or no need of it.']);
      return { name, count: given.length, verdict, why };
    },
  );
  return notes.toSorted((a, b) => ORDER.indexOf(a.verdict) - ORDER.indexOf(b.verdict));
}

const ORDER: readonly FeatureVerdict[] = ['not supported', 'kept', 'taken', 'not used'];
