// Builds the site that a recording was made on, from its object file and main settings.

import { HOST_STATES, SERVICE_STATES, type HostState, type ServiceState } from '#kernel/domain/check-state.ts';
import type { NotificationOption } from '#checks/check-settings.ts';
import type { MachineSettings } from '#checks/machine/settings.ts';
import type { Contact, Dependency, Escalation } from '#checks/machine/surroundings.ts';
import { listOf, readDefinitions, type Definition } from './nagios-definitions.ts';
import {
  connect,
  contactNamed,
  hostNode,
  serviceNode,
  siteWith,
  type AnyNode,
  type HostNode,
  type ServiceNode,
} from './site-nodes.ts';

type Kind = AnyNode['object'];

/** As each row of the recording names them. */
export interface Program {
  passive_host_checks_are_soft: boolean;
  use_aggressive_host_checking: boolean;
}

export interface RecordedDefinitions {
  /** Hosts by name, services by `host;service`. */
  nodes: Map<string, AnyNode>;
  /** Command lines by object, with the arguments of the check filled in. */
  commands: Map<string, string>;
}

const FURTHER: Record<string, 'recovery' | 'flapping' | 'downtime'> = { r: 'recovery', f: 'flapping', s: 'downtime' };

function stateOfLetter(kind: Kind, letter: string): ServiceState | HostState {
  const states: readonly (ServiceState | HostState)[] = kind === 'host' ? HOST_STATES : SERVICE_STATES;
  const state = letter === 'o' ? states[0] : states.find((each) => each !== 'up' && each.startsWith(letter));
  if (state === undefined) throw new Error(`no state of a ${kind} has the letter ${letter}`);
  return state;
}

/** null = all. */
function optionsOf(kind: Kind, letters: string | undefined): NotificationOption[] | null {
  const list = listOf(letters);
  if (list.length === 0 || list.includes('a')) return null;
  return list.filter((letter) => letter !== 'n').map((letter) => FURTHER[letter] ?? stateOfLetter(kind, letter));
}

const statesOf = (kind: Kind, letters: string | undefined): (ServiceState | HostState)[] | null =>
  optionsOf(kind, letters) as (ServiceState | HostState)[] | null;

const isOn = (value: string | undefined, otherwise: boolean): boolean =>
  value === undefined ? otherwise : value === '1';

export function buildRecordedSite(
  objectFile: string,
  main: Record<string, string>,
  program: Program,
): RecordedDefinitions {
  const definitions = readDefinitions(objectFile);
  const ofType = (type: string): Definition['values'][] =>
    definitions.filter((definition) => definition.type === type).map(({ values }) => values);
  const site = siteWith({
    translatesPassiveHosts: isOn(main['translate_passive_host_checks'], false),
    looksAtMastersEarly: isOn(main['enable_predictive_service_dependency_checks'], true),
    hostFreshForMs: Number(main['cached_host_check_horizon'] ?? 15) * 1000,
  });
  const unitSec = Number(main['interval_length'] ?? 60);

  function settingsOf(kind: Kind, values: Definition['values']): Partial<MachineSettings> {
    const intervalSec = (name: string, otherwise: number): number => Number(values[name] ?? otherwise) * unitSec;
    return {
      maxAttempts: Number(values['max_check_attempts']),
      intervalMs: intervalSec('check_interval', 5) * 1000,
      retryIntervalMs: intervalSec('retry_interval', 1) * 1000,
      activeChecks: isOn(values['active_checks_enabled'], true),
      passiveChecks: isOn(values['passive_checks_enabled'], true),
      initialState: stateOfLetter(kind, values['initial_state'] ?? 'o'),
      isVolatile: isOn(values['is_volatile'], false),
      flap: {
        isEnabled: isOn(values['flap_detection_enabled'], true) && isOn(main['enable_flap_detection'], true),
        lowPercent: Number(values['low_flap_threshold'] ?? main[`low_${kind}_flap_threshold`]),
        highPercent: Number(values['high_flap_threshold'] ?? main[`high_${kind}_flap_threshold`]),
        states: statesOf(kind, values['flap_detection_options']),
      },
      freshness: {
        isEnabled: isOn(values['check_freshness'], false) && isOn(main[`check_${kind}_freshness`], false),
        thresholdSec: Number(values['freshness_threshold'] ?? 0),
      },
      stalking: values['stalking_options'] === undefined ? [] : (statesOf(kind, values['stalking_options']) ?? []),
      notifications: {
        isEnabled: isOn(values['notifications_enabled'], true),
        // 24x7 is the only period of the recordings.
        period: null,
        options: optionsOf(kind, values['notification_options']),
        intervalSec: intervalSec('notification_interval', 30),
        firstDelaySec: intervalSec('first_notification_delay', 0),
      },
      countsPassive: program.passive_host_checks_are_soft,
      isAggressive: program.use_aggressive_host_checking,
    };
  }

  const contactsOf = (kind: Kind, names: string | undefined): Contact[] =>
    ofType('contact')
      .filter((values) => listOf(names).includes(values['contact_name'] ?? ''))
      .map((values) =>
        contactNamed(values['contact_name'] ?? '', {
          options: optionsOf(kind, values[`${kind}_notification_options`]),
        }),
      );
  const escalationOf = (kind: Kind, values: Definition['values']): Escalation => ({
    first: Number(values['first_notification'] ?? 1),
    last: Number(values['last_notification'] ?? 0),
    intervalSec:
      values['notification_interval'] === undefined ? null : Number(values['notification_interval']) * unitSec,
    period: null,
    options: optionsOf(kind, values['escalation_options']),
    contacts: contactsOf(kind, values['contacts']),
  });

  const nodes = new Map<string, AnyNode>();
  const commands = new Map<string, string>();
  const lines = new Map(ofType('command').map((values) => [values['command_name'], values['command_line'] ?? '']));
  const finish = <NodeKind extends AnyNode>(node: NodeKind, values: Definition['values']): NodeKind => {
    node.contacts = contactsOf(node.object, values['contacts']);
    nodes.set(node.id, node);
    const [command, ...args] = (values['check_command'] ?? '').split('!');
    const line = lines.get(command);
    if (line !== undefined)
      commands.set(
        node.id,
        line.replaceAll(/\$ARG(\d)\$/g, (_, n: string) => args[Number(n) - 1] ?? ''),
      );
    return node;
  };
  const hosts = new Map<string, HostNode>();
  for (const values of ofType('host')) {
    const host = finish(hostNode(site, values['host_name'] ?? '', settingsOf('host', values)), values);
    hosts.set(host.name, host);
  }
  const hostNamed = (name: string | undefined): HostNode => {
    const host = hosts.get(name ?? '');
    if (!host) throw new Error(`the object file has no host ${String(name)}`);
    return host;
  };
  for (const values of ofType('host')) {
    for (const parent of listOf(values['parents'])) connect(hostNamed(parent), hostNamed(values['host_name']));
  }
  const services = new Map<string, ServiceNode>();
  for (const values of ofType('service')) {
    const host = hostNamed(values['host_name']);
    const service = finish(
      serviceNode(host, values['service_description'] ?? '', settingsOf('service', values)),
      values,
    );
    services.set(service.id, service);
  }
  for (const values of ofType('servicedependency')) {
    const master = services.get(`${values['host_name']};${values['service_description']}`);
    const dependent = services.get(
      `${values['dependent_host_name'] ?? values['host_name']};${values['dependent_service_description']}`,
    );
    if (master && dependent) dependent.dependencies.push(dependencyOn('service', master, values));
  }
  for (const values of ofType('hostdependency')) {
    hostNamed(values['dependent_host_name']).dependencies.push(
      dependencyOn('host', hostNamed(values['host_name']), values),
    );
  }
  for (const values of ofType('serviceescalation')) {
    services
      .get(`${values['host_name']};${values['service_description']}`)
      ?.escalations.push(escalationOf('service', values));
  }
  for (const values of ofType('hostescalation'))
    hostNamed(values['host_name']).escalations.push(escalationOf('host', values));
  return { nodes, commands };

  function dependencyOn<State extends ServiceState | HostState>(
    kind: Kind,
    master: Dependency<State>['master'],
    values: Definition['values'],
  ): Dependency<State> {
    const criteria = (letters: string | undefined): (State | 'pending')[] =>
      listOf(letters)
        .filter((letter) => letter !== 'n')
        .map((letter) => (letter === 'p' ? 'pending' : (stateOfLetter(kind, letter) as State)));
    return {
      master,
      executionFailure: criteria(values['execution_failure_criteria']),
      notificationFailure: criteria(values['notification_failure_criteria']),
      period: null,
      inheritsParent: isOn(values['inherits_parent'], false),
      usesSoftStates: isOn(main['soft_state_dependencies'], false),
    };
  }
}
