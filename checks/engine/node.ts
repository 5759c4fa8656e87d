// One watched object in memory: its definition, its state, its last result and its neighbours.
// Decisions are the machine's; a node only holds what they need and what is to be written.

import { HOST_STATES, SERVICE_STATES, type HostState, type ServiceState } from '#kernel/domain/check-state.ts';
import type { CheckDefinition } from '../check-definition.ts';
import { checkSettings } from '../check-settings.ts';
import type { Preparation } from '../kinds/check-kind.ts';
import { initialHostState, initialServiceState, isFine } from '../machine/check-state.ts';
import type { CheckState, ObjectState } from '../machine/check-state.ts';
import { downtimeDepth } from '../machine/downtime-window.ts';
import type { MachineSettings } from '../machine/settings.ts';
import type {
  Around,
  AroundHost,
  AroundService,
  Contact,
  Dependency,
  Escalation,
  Site,
} from '../machine/surroundings.ts';
import { slotOf } from './host-slots.ts';
import type { LoadedHost, LoadedState } from './site-store.ts';
import type { RingEntry, StateRow } from './state-rows.ts';
import type { Kept } from './state-writer.ts';

/** What the last result said besides the state. */
export interface Said {
  output: string;
  longOutput: string;
  perfdata: string;
}

/** Ring rows are read with each list: the first words of the output are enough there. */
const RING_OUTPUT_LENGTH = 120;
const RING_EVERY_MS = 30_000;
/** A flood of passive results between two writes keeps its newest. */
const MOST_RING_ENTRIES = 90;

/** Place of a state in the list of its kind: of services 0 to 3 as plugins exit, of hosts 0 to 2. */
const codeOf = (state: ObjectState): number => {
  const host = HOST_STATES.findIndex((known) => known === state);
  return host >= 0 ? host : SERVICE_STATES.findIndex((known) => known === state);
};

abstract class Node<State extends ObjectState> implements Kept {
  readonly id: string;
  readonly hostId: string;
  readonly slot: number;
  readonly site: Site;
  readonly dependencies: Dependency<State>[] = [];
  /** Those that depend on this one. */
  readonly dependents: ObjectNode[] = [];
  readonly contacts: readonly Contact[] | null = null;
  readonly escalations: readonly Escalation[] = [];
  abstract readonly hasRow: boolean;
  abstract current: CheckState<State>;
  settings: MachineSettings;
  said: Said = { output: '', longOutput: '', perfdata: '' };
  lastOkAtMs: number | null = null;
  nextCheckAtMs: number | null = null;
  latencyMs: number | null = null;
  executionMs: number | null = null;
  via = 'active';
  mutedBy: string | null = null;
  /** Compiled when it is first run. */
  prepared: Preparation | undefined;
  /** When timers of the object are to be looked at again; null = nothing waits. */
  lookAgainAtMs: number | null = null;
  /** Nobody has looked at it since then: known with the next result. */
  unwatchedSinceMs: number | null = null;
  /** A run that was forced because no result came has not come back. */
  isFreshening = false;
  /** Aborts the run that is under way. */
  running: AbortController | undefined;
  #ring: RingEntry[] = [];
  #ringWrittenAtMs = 0;

  constructor(id: string, hostId: string, site: Site, settings: MachineSettings) {
    this.id = id;
    this.hostId = hostId;
    this.slot = slotOf(hostId);
    this.site = site;
    this.settings = settings;
  }

  /** What a result said, and the state that the machine made of it. */
  noteResult(atMs: number, said: Said, { state, type }: Pick<CheckState<ObjectState>, 'state' | 'type'>): void {
    this.said = said;
    if (isFine(state)) this.lastOkAtMs = atMs;
    if (this.#ring.length >= MOST_RING_ENTRIES) this.#ring.shift();
    this.#ring.push([atMs, codeOf(state), type, said.output.slice(0, RING_OUTPUT_LENGTH).toWellFormed()]);
  }

  isRingDue(nowMs: number): boolean {
    return this.#ring.length > 0 && nowMs - this.#ringWrittenAtMs >= RING_EVERY_MS;
  }

  takeRing(): RingEntry[] {
    const taken = this.#ring;
    this.#ring = [];
    this.#ringWrittenAtMs = taken.at(-1)?.[0] ?? this.#ringWrittenAtMs;
    return taken;
  }

  stateRow(): StateRow {
    const { current, said } = this;
    const round = (ms: number | null): number | null => (ms === null ? null : Math.round(ms));
    return {
      checkId: this.id,
      state: current.isChecked ? current.state : 'pending',
      stateType: current.type,
      attempt: current.attempt,
      machine: current,
      ...said,
      lastCheckAtMs: round(current.checkedAtMs),
      lastChangeAtMs: round(current.changedAtMs),
      lastHardChangeAtMs: round(current.hardChangedAtMs),
      lastOkAtMs: round(this.lastOkAtMs),
      nextCheckAtMs: round(this.nextCheckAtMs),
      latencyMs: this.latencyMs,
      executionMs: this.executionMs,
      acknowledged: current.acknowledgement === null ? 'none' : current.acknowledgement.isSticky ? 'sticky' : 'normal',
      downtimeDepth: downtimeDepth(current.downtimes),
      isFlapping: current.isFlapping,
      mutedBy: this.mutedBy,
      via: this.via,
    };
  }

  /** State as another process or an earlier life stored it; anything unknown is left as it begins. */
  protected restore(loaded: LoadedState): void {
    if (isStored(loaded.machine)) this.current = { ...this.current, ...(loaded.machine as CheckState<State>) };
    this.said = { output: loaded.output, longOutput: loaded.longOutput, perfdata: loaded.perfdata };
    this.nextCheckAtMs = loaded.nextCheckAtMs;
    this.mutedBy = loaded.mutedBy;
    this.lastOkAtMs = loaded.lastOkAtMs;
  }
}

/** Written by `stateRow`; '{}' before the first result. */
const isStored = (machine: unknown): boolean =>
  typeof machine === 'object' && machine !== null && 'history' in machine && typeof machine.history === 'string';

/** Of a host in maintenance, and of what is on it, nobody is told. */
const inMaintenance = (settings: MachineSettings): MachineSettings => ({
  ...settings,
  notifications: { ...settings.notifications, isEnabled: false },
});

export class ServiceNode extends Node<ServiceState> implements AroundService {
  readonly object = 'service';
  readonly hasRow = true;
  host: HostNode;
  current: CheckState<ServiceState>;
  definition: CheckDefinition;

  constructor(definition: CheckDefinition, host: HostNode) {
    super(definition.id, definition.hostId, host.site, definition.settings);
    this.definition = definition;
    this.host = host;
    this.applyMaintenance();
    this.current = initialServiceState(this.settings);
  }

  get name(): string {
    return this.definition.name;
  }

  redefine(definition: CheckDefinition): void {
    this.definition = definition;
    this.applyMaintenance();
    this.prepared = undefined;
  }

  /** After a change of the definition, or of the host's facts. */
  applyMaintenance(): void {
    const { settings } = this.definition;
    this.settings = this.host.facts.isInMaintenance ? inMaintenance(settings) : settings;
  }

  load(state: LoadedState): void {
    this.restore(state);
  }
}

/** Every host is a node, also one without a check of its own: then it is down when its metrics stop. */
export class HostNode extends Node<HostState> implements AroundHost {
  readonly object = 'host';
  readonly host = null;
  readonly parents: HostNode[] = [];
  readonly children: HostNode[] = [];
  readonly services = new Map<string, ServiceNode>();
  current: CheckState<HostState>;
  /** Undefined for a host without a check of its own. */
  definition: CheckDefinition | undefined;
  facts: LoadedHost;

  constructor(facts: LoadedHost, definition: CheckDefinition | undefined, site: Site) {
    super(definition?.id ?? facts.id, facts.id, site, definition?.settings ?? REPORTING_ONLY);
    this.facts = facts;
    this.definition = definition;
    this.applyMaintenance();
    this.current = initialHostState(this.settings);
  }

  get name(): string {
    return this.facts.name;
  }

  get hasRow(): boolean {
    return this.definition !== undefined;
  }

  /** Where it is reached: what its object says, else what inventory knows. */
  get address(): string {
    return this.definition?.details.address ?? this.facts.address;
  }

  redefine(definition: CheckDefinition): void {
    this.definition = definition;
    this.applyMaintenance();
    this.prepared = undefined;
  }

  /** After a change of the definition, or of the facts; its services follow when they are redefined. */
  applyMaintenance(): void {
    const settings = this.definition?.settings ?? REPORTING_ONLY;
    this.settings = this.facts.isInMaintenance ? inMaintenance(settings) : settings;
  }

  load(state: LoadedState): void {
    this.restore(state);
  }

  /** Without a check of its own a host is what its metrics say, at once and hard. */
  followReporting(): void {
    if (this.definition) return;
    const state = this.facts.isReporting === false ? ('down' as const) : ('up' as const);
    this.current = { ...this.current, state, type: 'hard', lastHardState: state, isChecked: true };
  }
}

const REPORTING_ONLY: MachineSettings = {
  ...checkSettings('host', {}),
  maxAttempts: 1,
  intervalMs: 60_000,
  retryIntervalMs: 60_000,
};

export type ObjectNode = ServiceNode | HostNode;

/** For those of the machine's functions that are the same for both kinds of objects. */
interface AnyNode extends Around<ObjectState> {
  readonly current: CheckState<ObjectState>;
  readonly settings: MachineSettings;
}

// A node hands in its own state and neighbours, all of its own kind, and gets that kind back; only the
// compiler cannot see that for a union.
export const eitherKind = (node: ObjectNode): AnyNode => node as unknown as AnyNode;
