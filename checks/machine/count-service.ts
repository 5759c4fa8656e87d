// Soft or hard, and which attempt: the counting of service results (§3.1, §3.3), with one
// repair. Whatever happens to a hard problem is a hard change: Nagios 4.4.6 calls the
// recovery of a problem that became hard under a down host SOFT, and tells nobody of it.

import { exitCodeOf, type ServiceState, type StateType } from '#kernel/domain/check-state.ts';
import type { ServiceCheckState } from './check-state.ts';
import type { ResultStep } from './result-step.ts';
import type { FlapWeights, MachineSettings } from './settings.ts';

/** Active and passive results count alike. */
export function countServiceResult(
  before: ServiceCheckState,
  to: ServiceState,
  settings: MachineSettings,
  host: { isUp: boolean },
  weights: FlapWeights,
): ResultStep<ServiceState> {
  const from = before.state;
  const isOk = to === 'ok';
  const begins = from === 'ok' && !isOk;
  const isChange = from !== to;

  // While the host is not up nobody is asked to wait for more attempts: the cause is known.
  const underDownHost = !host.isUp && before.lastHardState !== to;
  const isCounting = !underDownHost && (begins || before.type === 'soft');
  const attempt = countAttempt();
  const isNewlyHard = attempt >= settings.maxAttempts && (before.lastHardState !== to || (isCounting && !isOk));
  const isHardChange = underDownHost || isNewlyHard || (before.type === 'hard' && from !== 'ok' && isChange);
  const type: StateType = isHardChange || !isCounting ? 'hard' : 'soft';
  const isVolatileRepeat = settings.isVolatile && !isOk && type === 'hard';

  function countAttempt(): number {
    // Also under a down host, where Nagios stores HARD 1/max.
    if (begins) return 1;
    if (underDownHost) return settings.maxAttempts;
    return isCounting ? Math.min(before.attempt + 1, settings.maxAttempts) : before.attempt;
  }

  // Soft problems are the noise that attempts are there to filter: Nagios's flap detection does not see them.
  const isSeen = isOk || type === 'hard' || weights === 'icinga';
  const { states } = settings.flap;
  return {
    from,
    to,
    type,
    attempt,
    stored: {
      state: to,
      type: isOk ? 'hard' : type,
      attempt: isOk ? 1 : attempt,
      lastHardState: isHardChange ? to : before.lastHardState,
    },
    isHardChange,
    isTold: isChange || isHardChange || type === 'soft' || isVolatileRepeat,
    asksToNotify: type === 'hard' && (isHardChange || !isOk),
    recorded: isSeen && (states === null || states.includes(to)) ? exitCodeOf(to) : null,
    isVolatileRepeat,
  };
}
