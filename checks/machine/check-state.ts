// All that is remembered of a host or service between two decisions. JSON-safe: it is
// stored as it is, and a state read back decides as the one that was written.

import type { HostState, ServiceState, StateType } from '#kernel/domain/check-state.ts';
import type { Downtime } from './downtime-window.ts';
import { quietHistory } from './flapping.ts';
import type { MachineSettings } from './settings.ts';
import type { Verdict } from './verdict.ts';

export type ObjectState = ServiceState | HostState;

export interface Acknowledgement {
  /** A normal one ends with any change of state, a sticky one only when all is well. */
  isSticky: boolean;
  by: string;
  comment: string;
  expiresAtMs: number | null;
}

/** What people know of this object. */
export interface Told<State extends ObjectState> {
  /** Problem notifications since all was well (`$SERVICENOTIFICATIONNUMBER$`). */
  number: number;
  lastAtMs: number | null;
  /** Not before this instant again; null = at the next occasion. */
  nextAtMs: number | null;
  /** With an interval of 0: this state has been told. */
  isDone: boolean;
  /** Problem states that somebody was told of since all was well. */
  states: readonly State[];
  /** Contacts who were told of a problem, want recoveries, and have not been told of its end. */
  owed: readonly string[];
  /** The last decision to speak or not, and why: what explains a silence (§12.5). */
  verdict: Verdict | null;
}

export interface CheckState<State extends ObjectState> {
  state: State;
  type: StateType;
  /** Results that saw the present problem, 1 to the maximum; 1 while all is well. */
  attempt: number;
  /** State at the last hard change. */
  lastHardState: State;
  isChecked: boolean;
  checkedAtMs: number | null;
  /** The last result was sent to us. */
  isPassive: boolean;
  changedAtMs: number | null;
  hardChangedAtMs: number | null;
  /** The last 21 recorded states as digits, oldest first (flapping.ts). */
  history: string;
  isFlapping: boolean;
  acknowledgement: Acknowledgement | null;
  /** Planned and running ones. */
  downtimes: readonly Downtime[];
  told: Told<State>;
}

export type ServiceCheckState = CheckState<ServiceState>;
export type HostCheckState = CheckState<HostState>;

export const isFine = (state: ObjectState): boolean => state === 'ok' || state === 'up';

const NOBODY_TOLD = { number: 0, lastAtMs: null, nextAtMs: null, isDone: false, states: [], owed: [], verdict: null };

function initialState<State extends ObjectState>(initial: State, maxAttempts: number): CheckState<State> {
  return {
    state: initial,
    type: 'hard',
    attempt: isFine(initial) ? 1 : maxAttempts,
    lastHardState: initial,
    isChecked: false,
    checkedAtMs: null,
    isPassive: false,
    changedAtMs: null,
    hardChangedAtMs: null,
    history: quietHistory(),
    isFlapping: false,
    acknowledgement: null,
    downtimes: [],
    told: NOBODY_TOLD,
  };
}

/** Before the first result a service counts as being in its `initial_state`, hard (§3.4). */
export const initialServiceState = (settings: Pick<MachineSettings, 'initialState' | 'maxAttempts'>) =>
  initialState(settings.initialState as ServiceState, settings.maxAttempts);

/** The same for a host. */
export const initialHostState = (settings: Pick<MachineSettings, 'initialState' | 'maxAttempts'>) =>
  initialState(settings.initialState as HostState, settings.maxAttempts);
