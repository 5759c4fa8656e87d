// Soft or hard, and which attempt: the counting of host results, where it differs from
// services (§3.2).

import { HOST_STATES, type HostState, type StateType } from '#kernel/domain/check-state.ts';
import type { HostCheckState } from './check-state.ts';
import type { ResultStep } from './result-step.ts';
import type { MachineSettings } from './settings.ts';

/** `hard_at_once` is Nagios's `passive_host_checks_are_soft=0`: whoever sent the result has counted already. */
export type Counting = 'attempts' | 'hard_at_once';

export function countHostResult(
  before: HostCheckState,
  to: HostState,
  settings: MachineSettings,
  counting: Counting,
): ResultStep<HostState> {
  const { type, attempt } =
    counting === 'hard_at_once' ? { type: 'hard' as const, attempt: 1 } : count(before, to, settings.maxAttempts);
  const isChange = before.state !== to;
  const becameHard = before.type === 'soft' && type === 'hard' && to !== 'up';
  const isHardChange = type === 'hard' && (isChange || becameHard);
  const { states } = settings.flap;
  return {
    from: before.state,
    to,
    type,
    attempt,
    stored: { state: to, type, attempt, lastHardState: type === 'hard' ? to : before.lastHardState },
    isHardChange,
    isTold: isChange || isHardChange || (type === 'soft' && to !== 'up'),
    asksToNotify: type === 'hard' && (isHardChange || to !== 'up'),
    // Unlike services, each result is looked at for flapping, soft or not.
    recorded: states === null || states.includes(to) ? HOST_STATES.indexOf(to) : null,
    isVolatileRepeat: false,
  };
}

function count(before: HostCheckState, to: HostState, maxAttempts: number): { type: StateType; attempt: number } {
  if (to === 'up') {
    // A soft recovery stays soft until the next UP; services settle at once, hosts do not.
    return { type: before.state === 'up' ? 'hard' : before.type, attempt: 1 };
  }
  if (before.state === 'up') return { type: maxAttempts <= 1 ? 'hard' : 'soft', attempt: 1 };
  if (before.type === 'hard') return { type: 'hard', attempt: before.attempt };
  const attempt = before.attempt + 1;
  return { type: attempt >= maxAttempts ? 'hard' : 'soft', attempt };
}
