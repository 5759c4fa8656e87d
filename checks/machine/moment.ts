// One decision in the making: what it may ask, and what follows from it so far.

import type { ObjectState } from './check-state.ts';
import type { Effect } from './effect.ts';
import type { MachineSettings } from './settings.ts';
import type { Around } from './surroundings.ts';

export interface Moment<State extends ObjectState> {
  readonly settings: MachineSettings;
  readonly around: Around<State>;
  readonly nowMs: number;
  /** Added to in the order of things; belongs to this decision alone. */
  readonly effects: Effect<State>[];
}

export const momentAt = <State extends ObjectState>(
  settings: MachineSettings,
  around: Around<State>,
  nowMs: number,
): Moment<State> => ({ settings, around, nowMs, effects: [] });
