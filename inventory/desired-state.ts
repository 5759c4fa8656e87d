// What hosts should be like: the saved definition, and the catalog made of it for one
// host. Two kinds: a file with its content, and a service that runs or not.

import type { CatalogItem } from '#kernel/domain/desired-state.ts';
import type { DriftStatus, Targets } from './host.ts';

interface FileSpec {
  path: string;
  /** Text with `{{ path.to.value }}`; rendered on the server, per host. */
  template: string;
  owner?: string;
  group?: string;
  /** Octal text such as "0644". */
  mode: string;
}

/** Commands are argument arrays; where systemd runs they may be absent. */
interface ServiceSpec {
  service: string;
  running: boolean;
  startCommand?: string[];
  stopCommand?: string[];
  statusCommand?: string[];
}

export type DesiredStateSpec = ({ kind: 'file' } & FileSpec) | ({ kind: 'service' } & ServiceSpec);

export interface NewDesiredState {
  name: string;
  spec: DesiredStateSpec;
  target: Targets;
  enabled: boolean;
}

export interface DesiredState extends NewDesiredState {
  id: string;
  version: number;
  /** Hosts of the target by how they compare. */
  counts: Record<DriftStatus, number>;
  createdAtMs: number;
  updatedAtMs: number;
}

/** A definition that cannot be rendered for a host, with the reason (an unknown variable by name). */
interface CatalogProblem {
  desiredStateId: string;
  version: number;
  name: string;
  reason: string;
}

export interface Catalog {
  hostId: string;
  /** The `items` of a `desired_state` request. */
  items: CatalogItem[];
  problems: CatalogProblem[];
}
