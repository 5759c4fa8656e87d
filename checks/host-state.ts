// The soft/hard machine of a host check, and what parents make of a host that does
// not answer. It differs from the service machine in the ways of spec §3.2.

import type { HostState, StateType } from '#kernel/domain/check-state.ts';
import { changePercent, decideFlapping, quietHistory, recordState, type FlapSettings } from './flapping.ts';

/** All that is remembered between two results; JSON-safe. */
interface HostCheckState {
  state: HostState;
  type: StateType;
  attempt: number;
  lastHardState: HostState;
  isChecked: boolean;
  isFlapping: boolean;
  history: HostState[];
}

interface HostCheckSettings {
  maxAttempts: number;
  flap: FlapSettings;
  flapStates: readonly HostState[];
}

interface HostTransition {
  from: HostState;
  to: HostState;
  type: StateType;
  attempt: number;
  isHardChange: boolean;
}

interface HostCheckEffects {
  transition?: HostTransition;
  flapping?: 'started' | 'stopped';
}

export const initialHostCheckState = (maxAttempts: number, initial: HostState = 'up'): HostCheckState => ({
  state: initial,
  type: 'hard',
  attempt: initial === 'up' ? 1 : maxAttempts,
  lastHardState: initial,
  isChecked: false,
  isFlapping: false,
  history: quietHistory<HostState>('up'),
});

/** A host that is down is only unreachable when it has parents and none of them is up (spec §3.6). */
export const reachableState = (state: 'up' | 'down', parents: readonly HostState[]): HostState =>
  state === 'down' && parents.length > 0 && !parents.includes('up') ? 'unreachable' : state;

/**
 * One step of the machine. `counting: 'hard_at_once'` is Nagios's passive_host_checks_are_soft=0: somebody
 * else has counted already. Each result is recorded for flapping, soft or not.
 */
export function decideHostState(
  before: HostCheckState,
  to: HostState,
  settings: HostCheckSettings,
  counting: 'attempts' | 'hard_at_once',
): { after: HostCheckState; effects: HostCheckEffects } {
  const step =
    counting === 'attempts' ? countResult(before, to, settings.maxAttempts) : { type: 'hard' as const, attempt: 1 };
  const isChange = before.state !== to;
  const becameHard = before.type === 'soft' && step.type === 'hard' && to !== 'up';
  const isHardChange = step.type === 'hard' && (isChange || becameHard);
  const isSoftProblem = step.type === 'soft' && to !== 'up';

  const history = settings.flapStates.includes(to) ? recordState(before.history, to) : before.history;
  const isFlapping = decideFlapping(before.isFlapping, changePercent(history), settings.flap);
  return {
    after: {
      state: to,
      ...step,
      lastHardState: step.type === 'hard' ? to : before.lastHardState,
      isChecked: true,
      isFlapping,
      history,
    },
    effects: {
      ...((isChange || isHardChange || isSoftProblem) && {
        transition: { from: before.state, to, ...step, isHardChange },
      }),
      ...(isFlapping !== before.isFlapping && { flapping: isFlapping ? ('started' as const) : ('stopped' as const) }),
    },
  };
}

function countResult(before: HostCheckState, to: HostState, maxAttempts: number): { type: StateType; attempt: number } {
  if (to === 'up') {
    // A soft recovery stays soft until the next UP; services settle at once, hosts do not.
    return { type: before.state === 'up' ? 'hard' : before.type, attempt: 1 };
  }
  if (before.state === 'up') return { type: maxAttempts <= 1 ? 'hard' : 'soft', attempt: 1 };
  if (before.type === 'hard') return { type: 'hard', attempt: before.attempt };
  const attempt = before.attempt + 1;
  return { type: attempt >= maxAttempts ? 'hard' : 'soft', attempt };
}
