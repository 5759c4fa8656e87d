// What is due although no result came: downtimes that begin or end, acknowledgements that
// expire, problems to be told again, and words that a filter kept back and keeps no longer.
// Nagios does most of this only when the next result arrives (§5.1, §12.4).

import { isFine, type CheckState, type ObjectState } from './check-state.ts';
import { isFixedDue, isOver, type Downtime } from './downtime-window.ts';
import { finishDowntimes, startDowntimes } from './downtime.ts';
import type { Decision } from './effect.ts';
import { judgeFlapping } from './judge-flapping.ts';
import { momentAt, type Moment } from './moment.ts';
import { announce, keep } from './notify.ts';
import type { MachineSettings } from './settings.ts';
import type { Around } from './surroundings.ts';
import type { Block, Verdict } from './verdict.ts';

/** How often a filter is asked again that cannot say when it will let go. */
const ASK_AGAIN_MS = 60_000;

export interface TimerDecision<State extends ObjectState> extends Decision<State> {
  /** When to ask again, later than now; null = a result, a command or a change of settings comes first. */
  lookAtMs: number | null;
}

/**
 * To be asked at `lookAtMs`, and after every decision that had effects and every change of settings, since
 * what it says depends on both. Asking more often changes nothing.
 */
export function decideTimers<State extends ObjectState>(
  before: CheckState<State>,
  settings: MachineSettings,
  around: Around<State>,
  nowMs: number,
): TimerDecision<State> {
  const moment = momentAt(settings, around, nowMs);
  let now = expireAcknowledgement(before, moment);
  if (now.downtimes.length > 0) {
    now = finishDowntimes(now, (each) => isOver(each, nowMs), 'ended', moment);
    now = startDowntimes(now, (each) => isFixedDue(each, nowMs), moment);
  }
  if (now.isFlapping) now = judgeFlapping(now, moment);

  const isProblem = !isFine(now.state) && now.type === 'hard' && now.isChecked;
  const owesRecovery = isFine(now.state) && now.told.owed.length > 0;
  let askAtMs: number | null = null;
  if (isProblem || owesRecovery) {
    const announced = announce({ type: isProblem ? 'problem' : 'recovery' }, now, moment);
    now = keep(now, announced, moment);
    askAtMs = nextAsk(now, announced.verdict, nowMs);
  }
  const times = [askAtMs, now.acknowledgement?.expiresAtMs ?? null, ...now.downtimes.map(nextChange)];
  return { after: now, effects: moment.effects, lookAtMs: earliest(times) };
}

function expireAcknowledgement<State extends ObjectState>(
  before: CheckState<State>,
  { nowMs, effects }: Moment<State>,
): CheckState<State> {
  const expiresAtMs = before.acknowledgement?.expiresAtMs ?? null;
  if (expiresAtMs === null || expiresAtMs > nowMs) return before;
  effects.push({ kind: 'acknowledgement_dropped', why: 'expired' });
  return { ...before, acknowledgement: null };
}

const nextChange = ({ kind, runsUntilMs, triggeredBy, startAtMs, endAtMs }: Downtime): number =>
  runsUntilMs ?? (kind === 'fixed' && triggeredBy === null ? startAtMs : endAtMs);

const earliest = (times: readonly (number | null)[]): number | null =>
  times.reduce((first, time) => (time === null ? first : first === null ? time : Math.min(first, time)), null);

function nextAsk<State extends ObjectState>(now: CheckState<State>, verdict: Verdict, nowMs: number): number | null {
  if (verdict.outcome === 'blocked') return endOfBlock(verdict.block, nowMs);
  if (verdict.type === 'recovery') return now.told.owed.length > 0 ? nowMs + ASK_AGAIN_MS : null;
  return now.told.isDone ? null : now.told.nextAtMs;
}

function endOfBlock(block: Block, nowMs: number): number | null {
  switch (block.filter) {
    case 'first_delay':
      return block.untilMs;
    case 'not_due':
      return block.nextAtMs;
    case 'downtime':
      return block.untilMs;
    case 'host_downtime':
      // It may be cancelled before.
      return Math.min(block.untilMs, nowMs + ASK_AGAIN_MS);
    case 'period':
    case 'service_dependency':
    case 'host_dependency':
    case 'host_down':
      return nowMs + ASK_AGAIN_MS;
    case 'no_contact':
      return block.refusals.some(({ why }) => why === 'contact_period') ? nowMs + ASK_AGAIN_MS : null;
    case 'site_off':
    case 'object_off':
    case 'no_problem':
    case 'soft':
    case 'acknowledged':
    case 'options':
    case 'nobody_told':
    case 'flapping':
    case 'flexible_downtime':
    case 'told_once':
      return null;
  }
}
