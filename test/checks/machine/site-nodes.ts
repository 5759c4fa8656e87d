// A site in memory as the runtime keeps one: nodes that point at each other and are their
// own surroundings.

import type { HostState, ServiceState } from '#kernel/domain/check-state.ts';
import { checkSettings } from '#checks/check-settings.ts';
import {
  initialHostState,
  initialServiceState,
  type HostCheckState,
  type ServiceCheckState,
} from '#checks/machine/check-state.ts';
import { DEFAULT_SITE_RULES, type MachineSettings, type SiteRules } from '#checks/machine/settings.ts';
import type { Contact, Dependency, Escalation, Site } from '#checks/machine/surroundings.ts';

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

export const machineSettings = (
  object: 'host' | 'service',
  change: Partial<MachineSettings> = {},
): MachineSettings => ({
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
