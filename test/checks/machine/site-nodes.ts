// A site in memory as the runtime keeps one: nodes that point at each other and are their
// own surroundings.

import type { HostState, ServiceState } from '#kernel/domain/check-state.ts';
import { checkSettings } from '#checks/check-settings.ts';
import {
  initialHostState,
  initialServiceState,
  type CheckState,
  type HostCheckState,
  type ObjectState,
  type ServiceCheckState,
} from '#checks/machine/check-state.ts';
import type { Decision, Effect } from '#checks/machine/effect.ts';
import { decideHostResult } from '#checks/machine/host-result.ts';
import { decideServiceResult } from '#checks/machine/service-result.ts';
import { DEFAULT_SITE_RULES, type MachineSettings, type SiteRules } from '#checks/machine/settings.ts';
import type { Around, Contact, Dependency, Escalation, Site } from '#checks/machine/surroundings.ts';

interface Node {
  id: string;
  name: string;
  site: Site;
  settings: MachineSettings;
  contacts: Contact[] | null;
  escalations: Escalation[];
}

export interface HostNode extends Node {
  object: 'host';
  current: HostCheckState;
  dependencies: Dependency<HostState>[];
  host: null;
  parents: HostNode[];
  children: HostNode[];
}

export interface ServiceNode extends Node {
  object: 'service';
  current: ServiceCheckState;
  dependencies: Dependency<ServiceState>[];
  host: HostNode;
}

export type AnyNode = HostNode | ServiceNode;

export const siteWith = (
  rules: Partial<SiteRules> = {},
  isInPeriod: (name: string, atMs: number) => boolean = () => true,
): Site => ({ rules: { ...DEFAULT_SITE_RULES, ...rules }, isInPeriod });

const machineSettings = (object: 'host' | 'service', change: Partial<MachineSettings> = {}): MachineSettings => ({
  ...checkSettings(object, {}),
  maxAttempts: 3,
  intervalMs: 300_000,
  retryIntervalMs: 60_000,
  ...change,
});

export const contactNamed = (name: string, change: Partial<Contact> = {}): Contact => ({
  name,
  isEnabled: true,
  period: null,
  options: null,
  minimumImportance: 0,
  ...change,
});

export function hostNode(site: Site, name: string, change: Partial<MachineSettings> = {}): HostNode {
  const settings = machineSettings('host', change);
  return {
    object: 'host',
    id: name,
    name,
    site,
    settings,
    current: initialHostState(settings),
    contacts: null,
    escalations: [],
    dependencies: [],
    host: null,
    parents: [],
    children: [],
  };
}

export function serviceNode(host: HostNode, name: string, change: Partial<MachineSettings> = {}): ServiceNode {
  const settings = machineSettings('service', change);
  return {
    object: 'service',
    id: `${host.name};${name}`,
    name: `${host.name};${name}`,
    site: host.site,
    settings,
    current: initialServiceState(settings),
    contacts: null,
    escalations: [],
    dependencies: [],
    host,
  };
}

export function connect(parent: HostNode, child: HostNode): void {
  parent.children.push(child);
  child.parents.push(parent);
}

type Decide = <State extends ServiceState | HostState>(
  state: CheckState<State>,
  settings: MachineSettings,
  around: Around<State>,
) => Decision<State>;

/** Decides something of whatever kind of object, keeps the state, and hands on what follows. */
export function decideAbout(node: AnyNode, decide: Decide): readonly Effect<ObjectState>[] {
  if (node.object === 'host') {
    const { after, effects } = decide(node.current, node.settings, node);
    node.current = after;
    return effects;
  }
  const { after, effects } = decide(node.current, node.settings, node);
  node.current = after;
  return effects;
}

/** A result, active or passive, whose state is one of the object's kind. */
export function takeResult(
  node: AnyNode,
  result: { state: ObjectState; isPassive: boolean; isNewOutput: boolean },
  nowMs: number,
): readonly Effect<ObjectState>[] {
  if (node.object === 'host') {
    const arrived = { ...result, state: result.state as HostState };
    const { after, effects } = decideHostResult(node.current, arrived, node.settings, node, nowMs);
    node.current = after;
    return effects;
  }
  const arrived = { ...result, state: result.state as ServiceState };
  const { after, effects } = decideServiceResult(node.current, arrived, node.settings, node, nowMs);
  node.current = after;
  return effects;
}
