// What the world is told of a decision: events of the log, rows of the history, and why a
// problem that stands is not spoken of. Pure.

import type { NewEvent } from '#kernel/domain/event.ts';
import type { CheckState, ObjectState } from '../machine/check-state.ts';
import { isFine } from '../machine/check-state.ts';
import { downtimeDepth } from '../machine/downtime-window.ts';
import type { Effect } from '../machine/effect.ts';
import type { ObjectNode } from './node.ts';
import type { HistoryRow } from './state-rows.ts';

/** Events are small; the whole output is in the row of the object. */
const EVENT_OUTPUT_LENGTH = 500;

export const eventOutput = (output: string): string => output.slice(0, EVENT_OUTPUT_LENGTH).toWellFormed();

/** Filters that only keep the time between two words: people know of the problem. */
const NOT_MUTED = ['not_due', 'told_once', 'soft', 'no_problem', 'nobody_told'];

/** Why nobody is told of the problem that an object has now; null = it is fine, or people were told. */
export function mutedBy(now: CheckState<ObjectState>, isInMaintenance: boolean): string | null {
  const { verdict } = now.told;
  if (isFine(now.state) || now.type === 'soft') return null;
  if (verdict?.outcome !== 'blocked' || verdict.type !== 'problem') return null;
  const { filter } = verdict.block;
  if (NOT_MUTED.includes(filter)) return null;
  return filter === 'object_off' && isInMaintenance ? 'maintenance' : filter;
}

export interface Decided {
  node: ObjectNode;
  before: CheckState<ObjectState>;
  after: CheckState<ObjectState>;
  effects: readonly Effect<ObjectState>[];
  wasMutedBy: string | null;
  mutedBy: string | null;
  atMs: number;
}

const subjectOf = ({ node, atMs }: Decided) => ({ atMs, hostId: node.hostId, checkId: node.id });

export function eventsOf(decided: Decided): NewEvent[] {
  const { node, before, after, effects } = decided;
  const subject = subjectOf(decided);
  const checkName = node.name;
  const events: NewEvent[] = [];
  const state = (
    to: ObjectState,
    from: ObjectState,
    counted: { type: 'soft' | 'hard'; attempt: number; isHardChange: boolean },
  ) => ({
    checkName,
    from: before.isChecked ? from : ('pending' as const),
    to,
    type: counted.type,
    attempt: counted.attempt,
    maxAttempts: node.settings.maxAttempts,
    output: eventOutput(node.said.output),
    hardChange: counted.isHardChange,
    ...(decided.mutedBy !== null && { mutedBy: decided.mutedBy }),
  });
  let isToldHard = false;
  for (const effect of effects) {
    if (effect.kind === 'transition') {
      isToldHard ||= effect.isHardChange;
      events.push({ ...subject, kind: 'check.state_changed', data: state(effect.to, effect.from, effect) });
    } else if (effect.kind === 'flapping') {
      const kind = effect.what === 'started' ? 'check.flapping_started' : 'check.flapping_stopped';
      events.push({ ...subject, kind, data: { checkName, percent: Math.round(effect.percent * 100) / 100 } });
    } else if (effect.kind === 'log_stalked') {
      const data = { checkName, state: effect.state, output: eventOutput(node.said.output) };
      events.push({ ...subject, kind: 'check.output_changed', data });
    } else if (effect.kind === 'acknowledgement_dropped') {
      // Whoever removed it says so himself.
      if (effect.why === 'removed') continue;
      const reason = effect.why === 'expired' ? ('expired' as const) : ('state_changed' as const);
      events.push({ ...subject, kind: 'check.acknowledgement_ended', data: { checkName, reason } });
    }
  }
  if (!isToldHard && decided.wasMutedBy !== null && effects.some(isProblemTold)) {
    const counted = { type: after.type, attempt: after.attempt, isHardChange: true };
    const data = { ...state(after.state, after.state, counted), wasMutedBy: decided.wasMutedBy };
    events.push({ ...subject, kind: 'check.unmuted', data });
  }
  return events;
}

/** Not when people had been told before it was muted: then they know already. */
const isProblemTold = (effect: Effect<ObjectState>): boolean =>
  effect.kind === 'notification' && effect.verdict.outcome === 'sent' && effect.verdict.type === 'problem';

const isInDowntime = (node: ObjectNode, now: CheckState<ObjectState>): boolean =>
  downtimeDepth(now.downtimes) > 0 || (node.object === 'service' && downtimeDepth(node.host.current.downtimes) > 0);

export const historyRow = (node: ObjectNode, atMs: number): HistoryRow => ({
  checkId: node.id,
  atMs: Math.round(atMs),
  // What it is now is not known before somebody has looked.
  state: node.unwatchedSinceMs === null ? node.current.state : 'unwatched',
  stateType: node.current.type,
  inDowntime: isInDowntime(node, node.current),
  output: eventOutput(node.said.output),
});

/** The first result after a time in which nobody looked: where that time began, and what is now. */
export const historyAfterGap = (node: ObjectNode, sinceMs: number, atMs: number): HistoryRow[] => {
  const now = { ...historyRow(node, atMs), state: node.current.state };
  return [{ ...now, atMs: Math.min(sinceMs, now.atMs), state: 'unwatched', output: '' }, now];
};

/** A row when that which availability is counted from is another than before. */
export function historyOf({ node, before, after, atMs }: Decided): HistoryRow[] {
  const isSame =
    before.isChecked === after.isChecked &&
    before.state === after.state &&
    before.type === after.type &&
    isInDowntime(node, before) === isInDowntime(node, after);
  return isSame ? [] : [historyRow(node, atMs)];
}
