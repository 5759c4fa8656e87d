// What follows from a decision: told to the runtime, which writes it down and does it.
// A closed set; comments have no kind of their own, since each begins and ends with one of these.

import type { StateType } from '#kernel/domain/check-state.ts';
import type { CheckState, ObjectState } from './check-state.ts';
import type { Verdict } from './verdict.ts';

export type CheckNowReason = 'host_of_problem' | 'host_may_be_back' | 'parent' | 'child' | 'master';

export type Effect<State extends ObjectState> =
  /** Nagios's alert line. A volatile problem makes one per result, from and to the same state. */
  | {
      kind: 'transition';
      from: State;
      to: State;
      type: StateType;
      attempt: number;
      /** Became hard, changed while hard, recovered from hard, or a volatile repeat. */
      isHardChange: boolean;
    }
  /** Handlers run for soft problems too, in downtime, acknowledged or flapping (§11). */
  | { kind: 'event_handler'; state: State; type: StateType; attempt: number }
  | { kind: 'flapping'; what: 'started' | 'stopped' | 'disabled'; percent: number }
  | { kind: 'notification'; verdict: Verdict }
  /** Expired: its window is over and it never began. Those that it triggers follow (downtime.ts). */
  | { kind: 'downtime'; what: 'started' | 'ended' | 'cancelled' | 'expired'; id: string }
  | { kind: 'acknowledged'; by: string }
  | { kind: 'acknowledgement_dropped'; why: 'changed' | 'recovered' | 'expired' | 'removed' }
  /** Neighbours whose state should be known now; the runtime runs each that has a check of its own. */
  | { kind: 'check_now'; ids: readonly string[]; why: CheckNowReason }
  /** The output changed and its state is stalked; nothing else did. */
  | { kind: 'log_stalked'; state: State; type: StateType; attempt: number };

export interface Decision<State extends ObjectState> {
  after: CheckState<State>;
  /** In the order in which they happened. */
  effects: readonly Effect<State>[];
}
