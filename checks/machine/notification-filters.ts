// Whether an object may speak now: Nagios's filters, asked in Nagios's order (§5.2).
// The first that objects is the answer, with the facts that explain it.

import { isFine, type CheckState, type ObjectState } from './check-state.ts';
import { failedMaster } from './dependencies.ts';
import { isAwaitingProblem, runningDowntime, type Downtime } from './downtime-window.ts';
import { changePercent } from './flapping.ts';
import type { Moment } from './moment.ts';
import type { MachineSettings } from './settings.ts';
import type { Around } from './surroundings.ts';
import type { Block, NotificationType } from './verdict.ts';

export interface Question {
  type: NotificationType;
  /** A person insists: no filter of the object or of a contact is asked. */
  isForced?: boolean;
  /** A volatile repeat waits for no timer. */
  isVolatile?: boolean;
}

/** Null when nothing objects. `now` is the state with the result already counted in. */
export function findBlock<State extends ObjectState>(
  question: Question,
  now: CheckState<State>,
  moment: Moment<State>,
): Block | null {
  if (question.isForced === true) return null;
  const { settings, around, nowMs } = moment;
  const { notifications } = settings;
  const { site } = around;
  if (!site.rules.notifies) return { filter: 'site_off' };
  if (notifications.period !== null && !site.isInPeriod(notifications.period, nowMs)) {
    return { filter: 'period', period: notifications.period };
  }
  if (!notifications.isEnabled) return { filter: 'object_off' };
  switch (question.type) {
    case 'custom':
      return downtimeBlock(now.downtimes);
    case 'acknowledgement':
      return isFine(now.state) ? { filter: 'no_problem' } : null;
    case 'flapping_start':
    case 'flapping_stop':
    case 'flapping_disabled':
      return optionBlock('flapping', settings) ?? downtimeBlock(now.downtimes);
    case 'downtime_start':
    case 'downtime_end':
    case 'downtime_cancelled':
      return optionBlock('downtime', settings) ?? downtimeBlock(now.downtimes);
    case 'problem':
    case 'recovery':
      return stateBlock(question, now, moment);
  }
}

function stateBlock<State extends ObjectState>(
  { type, isVolatile }: Question,
  now: CheckState<State>,
  moment: Moment<State>,
): Block | null {
  const { settings, around, nowMs } = moment;
  const isProblem = type === 'problem';
  if (isProblem && now.type === 'soft') {
    return { filter: 'soft', attempt: now.attempt, maxAttempts: settings.maxAttempts };
  }
  const { acknowledgement, told } = now;
  if (acknowledgement !== null) {
    return { filter: 'acknowledged', by: acknowledgement.by, isSticky: acknowledgement.isSticky };
  }
  const dependency = dependencyBlock(around, nowMs) ?? optionBlock(isProblem ? now.state : 'recovery', settings);
  if (dependency !== null) return dependency;
  if (!isProblem && told.states.length === 0 && told.owed.length === 0) return { filter: 'nobody_told' };
  if (isProblem && told.number === 0 && settings.notifications.firstDelaySec > 0) {
    const untilMs = (now.hardChangedAtMs ?? nowMs) + settings.notifications.firstDelaySec * 1000;
    if (nowMs < untilMs) return { filter: 'first_delay', untilMs };
  }
  if (now.isFlapping) {
    return { filter: 'flapping', percent: changePercent(now.history, around.site.rules.flapWeights) };
  }
  const muted = downtimeBlock(now.downtimes) ?? hostDowntimeBlock(around);
  if (muted !== null) return muted;
  if (isProblem) {
    const awaiting = now.downtimes.find((downtime) => isAwaitingProblem(downtime, nowMs));
    if (awaiting !== undefined) return { filter: 'flexible_downtime', id: awaiting.id };
    if (told.isDone && isVolatile !== true) return { filter: 'told_once' };
  }
  const { host } = around;
  if (host !== null && host.current.state !== 'up' && host.current.type === 'hard') {
    return { filter: 'host_down', host: host.name };
  }
  if (isProblem && isVolatile !== true && told.nextAtMs !== null && nowMs < told.nextAtMs) {
    return { filter: 'not_due', nextAtMs: told.nextAtMs };
  }
  return null;
}

function dependencyBlock<State extends ObjectState>(around: Around<State>, nowMs: number): Block | null {
  const { host, site } = around;
  const own = failedMaster(around.dependencies, 'notification', site, nowMs);
  if (own !== null) return { filter: host === null ? 'host_dependency' : 'service_dependency', master: own };
  const ofHost = host === null ? null : failedMaster(host.dependencies, 'notification', site, nowMs);
  return ofHost === null ? null : { filter: 'host_dependency', master: ofHost };
}

function optionBlock(
  option: ObjectState | 'recovery' | 'flapping' | 'downtime',
  settings: MachineSettings,
): Block | null {
  const { options } = settings.notifications;
  return options === null || options.includes(option) ? null : { filter: 'options', missing: option };
}

function downtimeBlock(downtimes: readonly Downtime[]): Block | null {
  const running = runningDowntime(downtimes);
  return running === undefined
    ? null
    : { filter: 'downtime', id: running.id, untilMs: running.runsUntilMs ?? running.endAtMs };
}

function hostDowntimeBlock<State extends ObjectState>({ host }: Around<State>): Block | null {
  const running = host === null ? undefined : runningDowntime(host.current.downtimes);
  return running === undefined
    ? null
    : { filter: 'host_downtime', id: running.id, untilMs: running.runsUntilMs ?? running.endAtMs };
}
