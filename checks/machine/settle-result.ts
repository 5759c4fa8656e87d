// What every counted result leads to, in Nagios's order: acknowledgement, flexible
// downtime, flapping, notification, log line, event handler (§3.1).

import { isFine, type Acknowledgement, type CheckState, type ObjectState, type Told } from './check-state.ts';
import { isAwaitingProblem, type Downtime } from './downtime-window.ts';
import { startDowntimes } from './downtime.ts';
import type { Decision } from './effect.ts';
import { recordState } from './flapping.ts';
import { judgeFlapping } from './judge-flapping.ts';
import type { Moment } from './moment.ts';
import { speak, type Announcement } from './notify.ts';
import type { ResultStep } from './result-step.ts';

export interface ArrivedResult {
  isPassive: boolean;
  /** The output differs from that of the result before. */
  isNewOutput: boolean;
}

export function settleResult<State extends ObjectState>(
  before: CheckState<State>,
  step: ResultStep<State>,
  result: ArrivedResult,
  moment: Moment<State>,
): Decision<State> {
  const { settings, nowMs, effects } = moment;
  const { from, to, type, attempt, isHardChange, isVolatileRepeat } = step;
  const isChange = from !== to;
  const isFirst = !before.isChecked;

  let now: CheckState<State> = {
    ...before,
    ...step.stored,
    // A recovery is told of, and judged by the filters, with the type that it had on arrival.
    type,
    isChecked: true,
    checkedAtMs: nowMs,
    isPassive: result.isPassive,
    changedAtMs: isChange || isFirst ? nowMs : before.changedAtMs,
    hardChangedAtMs: isHardChange || (isFirst && type === 'hard') ? nowMs : before.hardChangedAtMs,
    acknowledgement: keptAcknowledgement(before.acknowledgement, isChange, to, moment),
    told: isChange || isHardChange ? { ...before.told, nextAtMs: null, isDone: false } : before.told,
  };
  if (!isFine(to) && now.downtimes.length > 0) {
    // Its first problem, soft or hard, begins a flexible downtime (§5.6).
    const isDue = (downtime: Downtime): boolean => isAwaitingProblem(downtime, nowMs);
    now = startDowntimes(now, isDue, moment);
  }
  if (step.recorded !== null) now = { ...now, history: recordState(now.history, step.recorded) };
  now = judgeFlapping(now, moment);

  const owesRecovery = isFine(to) && type === 'hard' && now.told.owed.length > 0;
  if (step.asksToNotify || owesRecovery) {
    const question: Announcement = { type: isFine(to) ? 'recovery' : 'problem', isVolatile: isVolatileRepeat };
    now = speak(now, question, moment);
  }
  if (step.isTold) {
    effects.push({ kind: 'transition', from, to, type, attempt, isHardChange: isHardChange || isVolatileRepeat });
    effects.push({ kind: 'event_handler', state: to, type, attempt });
  } else if (result.isNewOutput && settings.stalking.includes(to)) {
    effects.push({ kind: 'log_stalked', state: to, type, attempt });
  }
  if (isFine(to) && isHardChange) now = { ...now, told: problemOver(now.told) };
  return { after: { ...now, type: step.stored.type }, effects };
}

/** Debts outlive the problem: who was told of it has a right to hear of its end. */
const problemOver = <State extends ObjectState>(told: Told<State>): Told<State> => ({
  ...told,
  number: 0,
  nextAtMs: null,
  isDone: false,
  states: [],
});

function keptAcknowledgement<State extends ObjectState>(
  acknowledgement: Acknowledgement | null,
  isChange: boolean,
  to: State,
  { nowMs, effects }: Moment<State>,
): Acknowledgement | null {
  if (acknowledgement === null) return null;
  const { isSticky, expiresAtMs } = acknowledgement;
  const why = isFine(to)
    ? 'recovered'
    : isChange && !isSticky
      ? 'changed'
      : expiresAtMs !== null && expiresAtMs <= nowMs
        ? 'expired'
        : null;
  if (why === null) return acknowledgement;
  effects.push({ kind: 'acknowledgement_dropped', why });
  return null;
}
