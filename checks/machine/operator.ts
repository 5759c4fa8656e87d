// What people do to an object by hand: take a problem on themselves, say something,
// put a notification off (§5.5, §6).

import { isFine, type Acknowledgement, type CheckState, type ObjectState } from './check-state.ts';
import type { Decision } from './effect.ts';
import { momentAt } from './moment.ts';
import { speak } from './notify.ts';
import type { MachineSettings } from './settings.ts';
import type { Around } from './surroundings.ts';

/** Of a problem, soft or hard; where all is well there is nothing to acknowledge, and nothing changes. */
export function acknowledge<State extends ObjectState>(
  before: CheckState<State>,
  { acknowledgement, notifies }: { acknowledgement: Acknowledgement; notifies: boolean },
  settings: MachineSettings,
  around: Around<State>,
  nowMs: number,
): Decision<State> {
  if (isFine(before.state)) return { after: before, effects: [] };
  const moment = momentAt(settings, around, nowMs);
  moment.effects.push({ kind: 'acknowledged', by: acknowledgement.by });
  const told = notifies ? speak(before, { type: 'acknowledgement' }, moment) : before;
  return { after: { ...told, acknowledgement }, effects: moment.effects };
}

export const removeAcknowledgement = <State extends ObjectState>(before: CheckState<State>): Decision<State> =>
  before.acknowledgement === null
    ? { after: before, effects: [] }
    : { after: { ...before, acknowledgement: null }, effects: [{ kind: 'acknowledgement_dropped', why: 'removed' }] };

/** A word of a person's own (`SEND_CUSTOM_…_NOTIFICATION`). Forced ones pass every filter. */
export function sendCustom<State extends ObjectState>(
  before: CheckState<State>,
  options: { isBroadcast: boolean; isForced: boolean; increments: boolean },
  settings: MachineSettings,
  around: Around<State>,
  nowMs: number,
): Decision<State> {
  const moment = momentAt(settings, around, nowMs);
  return { after: speak(before, { type: 'custom', ...options }, moment), effects: moment.effects };
}

/** The problem is not told again before `untilMs` (`DELAY_…_NOTIFICATION`). */
export const delayNotification = <State extends ObjectState>(
  before: CheckState<State>,
  untilMs: number,
): CheckState<State> => ({ ...before, told: { ...before.told, nextAtMs: untilMs } });

/** `SET_…_NOTIFICATION_NUMBER`: escalations count from here. */
export const setNotificationNumber = <State extends ObjectState>(
  before: CheckState<State>,
  number: number,
): CheckState<State> => ({ ...before, told: { ...before.told, number } });
