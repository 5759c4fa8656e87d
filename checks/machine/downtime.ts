// Planning, beginning and ending downtimes (§5.6). Only the outermost of overlapping ones
// is told of. What downtimes of other objects trigger is carried over by the runtime:
// each effect `downtime` is put to `followDowntime` of the objects that wait for that id.

import type { CheckState, ObjectState } from './check-state.ts';
import { begun, isFixedDue, isOver, type Downtime } from './downtime-window.ts';
import type { Decision } from './effect.ts';
import { momentAt, type Moment } from './moment.ts';
import { speak } from './notify.ts';
import type { MachineSettings } from './settings.ts';
import type { Around } from './surroundings.ts';

/** Begins at once when it is fixed and its time has come. An id that is planned already changes nothing. */
export function planDowntime<State extends ObjectState>(
  before: CheckState<State>,
  downtime: Downtime,
  settings: MachineSettings,
  around: Around<State>,
  nowMs: number,
): Decision<State> {
  if (before.downtimes.some(({ id }) => id === downtime.id)) return { after: before, effects: [] };
  if (isOver(downtime, nowMs)) {
    return { after: before, effects: [{ kind: 'downtime', what: 'expired', id: downtime.id }] };
  }
  const moment = momentAt(settings, around, nowMs);
  const planned = { ...before, downtimes: [...before.downtimes, downtime] };
  const after = startDowntimes(planned, (each) => isFixedDue(each, nowMs), moment);
  return { after, effects: moment.effects };
}

/** Running or not begun; an unknown id changes nothing. */
export function cancelDowntime<State extends ObjectState>(
  before: CheckState<State>,
  id: string,
  settings: MachineSettings,
  around: Around<State>,
  nowMs: number,
): Decision<State> {
  const moment = momentAt(settings, around, nowMs);
  const isMeant = (downtime: Downtime): boolean => downtime.id === id;
  const after = finishDowntimes(before, isMeant, 'cancelled', moment);
  return { after, effects: moment.effects };
}

/** The downtime `trigger`, of whatever object, began or is over: those triggered by it do the same. */
export function followDowntime<State extends ObjectState>(
  before: CheckState<State>,
  trigger: { id: string; what: 'started' | 'ended' | 'cancelled' | 'expired' },
  settings: MachineSettings,
  around: Around<State>,
  nowMs: number,
): Decision<State> {
  const moment = momentAt(settings, around, nowMs);
  const waits = (downtime: Downtime): boolean => downtime.triggeredBy === trigger.id;
  if (trigger.what === 'started') {
    const isDue = (downtime: Downtime): boolean => waits(downtime) && !isOver(downtime, nowMs);
    return { after: startDowntimes(before, isDue, moment), effects: moment.effects };
  }
  return { after: finishDowntimes(before, waits, trigger.what, moment), effects: moment.effects };
}

/** Begins each that is due and does not run. */
export function startDowntimes<State extends ObjectState>(
  before: CheckState<State>,
  isDue: (downtime: Downtime) => boolean,
  moment: Moment<State>,
): CheckState<State> {
  let now = before;
  for (const due of before.downtimes) {
    if (due.runsUntilMs !== null || !isDue(due)) continue;
    moment.effects.push({ kind: 'downtime', what: 'started', id: due.id });
    // Judged as of before it began: a downtime does not silence the word of its own beginning.
    now = speak(now, { type: 'downtime_start' }, moment);
    now = { ...now, downtimes: now.downtimes.map((each) => (each.id === due.id ? begun(each, moment.nowMs) : each)) };
  }
  return now;
}

/** Takes away each that is meant; one that ran is told of. */
export function finishDowntimes<State extends ObjectState>(
  before: CheckState<State>,
  isMeant: (downtime: Downtime) => boolean,
  what: 'ended' | 'cancelled' | 'expired',
  moment: Moment<State>,
): CheckState<State> {
  let now = before;
  for (const over of before.downtimes) {
    if (!isMeant(over)) continue;
    const ran = over.runsUntilMs !== null;
    now = { ...now, downtimes: now.downtimes.filter(({ id }) => id !== over.id) };
    moment.effects.push({ kind: 'downtime', what: what === 'ended' && !ran ? 'expired' : what, id: over.id });
    if (!ran) continue;
    const type = what === 'cancelled' ? 'downtime_cancelled' : 'downtime_end';
    now = speak(now, { type }, moment);
  }
  return now;
}
