// The soft/hard machine of a service check: one result in, the next state and what
// to tell the world out. Who is notified, and when, is alerting's to decide.

import type { ServiceState, StateType } from '#kernel/domain/check-state.ts';
import { changePercent, decideFlapping, quietHistory, recordState, type FlapSettings } from './flapping.ts';

/** All that is remembered between two results; JSON-safe, stored as it is. */
export interface CheckState {
  state: ServiceState;
  type: StateType;
  /** Results that saw the present problem, 1 to the setting's maximum; 1 while OK. */
  attempt: number;
  /** State at the last hard change. */
  lastHardState: ServiceState;
  isChecked: boolean;
  isFlapping: boolean;
  history: ServiceState[];
}

export interface CheckStateSettings {
  /** Results in a row that must see a problem before it is hard. */
  maxAttempts: number;
  /** Each hard problem result counts as a new one (log watchers, traps). */
  isVolatile: boolean;
  flap: FlapSettings;
  /** States that flap detection looks at. */
  flapStates: readonly ServiceState[];
}

/** What Nagios calls the alert line and the event handler: they always come together. */
interface CheckTransition {
  from: ServiceState;
  to: ServiceState;
  type: StateType;
  attempt: number;
  /** Became hard, changed while hard, or recovered from hard. */
  isHardChange: boolean;
}

interface CheckEffects {
  transition?: CheckTransition;
  flapping?: 'started' | 'stopped';
}

/** Before the first result a service counts as being in `initial`, hard, as Nagios's initial_state. */
export const initialCheckState = (maxAttempts: number, initial: ServiceState = 'ok'): CheckState => ({
  state: initial,
  type: 'hard',
  attempt: initial === 'ok' ? 1 : maxAttempts,
  lastHardState: initial,
  isChecked: false,
  isFlapping: false,
  history: quietHistory<ServiceState>('ok'),
});

/**
 * One step of the machine (spec §3.1, recorded from Nagios 4.4.6), with one repair: whatever happens
 * to a hard problem is a hard change. Nagios calls the recovery of a problem that became hard under a
 * down host SOFT, and then never tells the people it paged that the problem is over (§3.3).
 */
export function decideCheckState(
  before: CheckState,
  to: ServiceState,
  settings: CheckStateSettings,
  host: { isUp: boolean },
): { after: CheckState; effects: CheckEffects } {
  const from = before.state;
  const isOk = to === 'ok';
  const begins = from === 'ok' && !isOk;
  const isChange = from !== to;

  // While the host is down nobody is asked to wait for more attempts: the cause is known.
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

  // Soft problems are noise that the attempts are there to filter; flapping does not see them.
  const isRecorded = (isOk || type === 'hard') && settings.flapStates.includes(to);
  const history = isRecorded ? recordState(before.history, to) : before.history;
  const isFlapping = decideFlapping(before.isFlapping, changePercent(history), settings.flap);

  const tellsOfIt = isChange || isHardChange || type === 'soft' || isVolatileRepeat;
  return {
    after: {
      state: to,
      // A recovery is told of with its attempt and type, then everything is settled at once.
      type: isOk ? 'hard' : type,
      attempt: isOk ? 1 : attempt,
      lastHardState: isHardChange ? to : before.lastHardState,
      isChecked: true,
      isFlapping,
      history,
    },
    effects: {
      ...(tellsOfIt && {
        transition: { from, to, type, attempt, isHardChange: isHardChange || isVolatileRepeat },
      }),
      ...(isFlapping !== before.isFlapping && { flapping: isFlapping ? ('started' as const) : ('stopped' as const) }),
    },
  };
}
