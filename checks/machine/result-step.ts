// The shape that both machines hand on after counting a result: what it made of the
// state, and what has to be thought of because of it.

import type { StateType } from '#kernel/domain/check-state.ts';
import type { CheckState, ObjectState } from './check-state.ts';

export interface ResultStep<State extends ObjectState> {
  from: State;
  to: State;
  /** As they are told of; a service's recovery is stored as hard, 1, right after. */
  type: StateType;
  attempt: number;
  stored: Pick<CheckState<State>, 'state' | 'type' | 'attempt' | 'lastHardState'>;
  isHardChange: boolean;
  /** A line in the log, and the event handler. */
  isTold: boolean;
  /** Somebody should hear of it, if no filter objects. */
  asksToNotify: boolean;
  /** Digit for the flap history; null = this result is not looked at. */
  recorded: number | null;
  /** A hard problem that counts as a new one each time. */
  isVolatileRepeat: boolean;
}
