// Why a check is in its state, when it runs next, and why people were told or not: a trace
// of facts that the machine kept, in words. Pure.

import type { Explanation, ExplanationLine } from './api.ts';
import type { CheckDetails } from './check-details.ts';
import type { CheckSettings } from './check-settings.ts';
import { isFine, type CheckState, type ObjectState } from './machine/check-state.ts';
import { runningDowntime } from './machine/downtime-window.ts';
import { changePercent } from './machine/flapping.ts';
import type { Block, Verdict } from './machine/verdict.ts';

export interface ExplainedCheck {
  object: 'host' | 'service';
  isEnabled: boolean;
  isPending: boolean;
  /** Undefined before the first result. */
  current: CheckState<ObjectState> | undefined;
  settings: CheckSettings;
  details: CheckDetails;
  maxAttempts: number;
  intervalSec: number;
  retryIntervalSec: number;
  timeoutSec: number;
  kind: string;
  owner: string | null;
  origin: string | null;
  via: string;
  lastCheckAtMs: number | null;
  nextCheckAtMs: number | null;
}

type Facts = ExplanationLine['facts'];
const line = (topic: string, text: string, facts: Facts = {}): ExplanationLine => ({ topic, text, facts });
const at = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
const seconds = (sec: number): string => (sec % 60 === 0 && sec >= 60 ? `${sec / 60} min` : `${sec} s`);

export function explain(check: ExplainedCheck): Explanation {
  return {
    state: explainState(check),
    schedule: explainSchedule(check),
    notification: explainNotification(check),
    values: explainValues(check),
  };
}

function explainState({ object, current, isPending, maxAttempts, settings }: ExplainedCheck): ExplanationLine[] {
  if (!current || isPending)
    return [line('state.pending', `Never checked: it counts as ${settings.initialState} until the first result.`)];
  const { state, type, attempt, changedAtMs, lastHardState } = current;
  const since = changedAtMs === null ? '' : ` since ${at(changedAtMs)}`;
  const lines = [line('state.now', `It is ${state}${since}.`, { state, sinceMs: changedAtMs })];
  if (isFine(state)) lines.push(line('state.fine', 'The last result said that all is well.'));
  else if (type === 'soft')
    lines.push(
      line(
        'state.soft',
        `Soft: ${attempt} of ${maxAttempts} results in a row saw a problem. It becomes hard with the ${maxAttempts}th; until then it counts as ${lastHardState}.`,
        { attempt, maxAttempts, lastHardState },
      ),
    );
  else
    lines.push(
      line(
        'state.hard',
        attempt < maxAttempts
          ? object === 'host'
            ? `Hard at once: of a host a result from outside counts as it is.`
            : `Hard before ${maxAttempts} results: its host was not up when the problem began.`
          : `Hard: ${maxAttempts === 1 ? 'one result is enough' : `${maxAttempts} results in a row saw a problem`}.`,
        { attempt, maxAttempts },
      ),
    );
  if (state === 'unreachable')
    lines.push(line('state.unreachable', 'It does not answer, and none of its parents is up.'));
  const percent = changePercent(current.history, 'nagios');
  if (current.isFlapping)
    lines.push(
      line(
        'state.flapping',
        `Flapping: ${percent.toFixed(1)} % of its last results were changes; it ends at ${settings.flap.lowPercent} %.`,
        { percent, lowPercent: settings.flap.lowPercent },
      ),
    );
  const { acknowledgement } = current;
  if (acknowledgement)
    lines.push(
      line('state.acknowledged', `${acknowledgement.by} has it: ${acknowledgement.comment}`, {
        by: acknowledgement.by,
        sticky: acknowledgement.isSticky,
        untilMs: acknowledgement.expiresAtMs,
      }),
    );
  const downtime = runningDowntime(current.downtimes);
  if (downtime)
    lines.push(
      line('state.downtime', `In downtime until ${at(downtime.runsUntilMs ?? downtime.endAtMs)}: ${downtime.comment}`, {
        by: downtime.by,
        untilMs: downtime.runsUntilMs,
      }),
    );
  return lines;
}

function explainSchedule(check: ExplainedCheck): ExplanationLine[] {
  const { settings, isEnabled, nextCheckAtMs, lastCheckAtMs, intervalSec, retryIntervalSec, current, via } = check;
  if (!isEnabled) return [line('next.disabled', 'It is switched off and does not run.')];
  const lines: ExplanationLine[] = [];
  if (lastCheckAtMs !== null)
    lines.push(
      via === 'active'
        ? line('last.active', `Last run at ${at(lastCheckAtMs)}.`, { atMs: lastCheckAtMs })
        : line('last.passive', `Last result came from outside at ${at(lastCheckAtMs)}, by ${via}.`, { via }),
    );
  if (!settings.activeChecks)
    lines.push(line('next.passive', 'Active checks are off: it waits for results from outside, and runs when asked.'));
  else if (nextCheckAtMs === null)
    lines.push(line('next.soon', 'It has not run yet and will as soon as there is room.'));
  else if (current?.type === 'soft' && !isFine(current.state))
    lines.push(
      line(
        'next.retry',
        `Next at ${at(nextCheckAtMs)}: while a problem is soft it runs every ${seconds(retryIntervalSec)}.`,
        { atMs: nextCheckAtMs, retryIntervalSec },
      ),
    );
  else
    lines.push(
      line(
        'next.grid',
        `Next at ${at(nextCheckAtMs)}: every ${seconds(intervalSec)}, at a place within the interval that follows from its id, so that checks are spread evenly and a restart moves nothing.`,
        { atMs: nextCheckAtMs, intervalSec },
      ),
    );
  if (settings.checkPeriod !== null)
    lines.push(
      line('next.period', `Only within the time period ${settings.checkPeriod}.`, { period: settings.checkPeriod }),
    );
  if (settings.freshness.isEnabled) {
    const { thresholdSec } = settings.freshness;
    const limit = thresholdSec > 0 ? seconds(thresholdSec) : 'its interval and what the last run was late';
    lines.push(line('next.freshness', `Run by force when no result came for ${limit}.`, { thresholdSec }));
  }
  return lines;
}

function explainNotification({ current, settings }: ExplainedCheck): ExplanationLine[] {
  const verdict: Verdict | null = current?.told.verdict ?? null;
  if (!current || !verdict) {
    return [
      line(
        'told.never',
        current && !isFine(current.state) && current.type === 'soft'
          ? 'Nobody is told while the problem is soft.'
          : 'There was nothing to tell yet.',
      ),
    ];
  }
  const what = verdict.type.replaceAll('_', ' ');
  if (verdict.outcome === 'sent') {
    const repeat = settings.notifications.intervalSec;
    return [
      line('told.sent', `${what} #${verdict.number} was handed to alerting at ${at(verdict.atMs)}.`, {
        type: verdict.type,
        number: verdict.number,
        atMs: verdict.atMs,
      }),
      repeat > 0
        ? line('told.again', `A problem that stands is told again every ${seconds(repeat)}.`, { intervalSec: repeat })
        : line('told.once', 'A problem that stands is told once; routes of alerting may repeat it.'),
    ];
  }
  const { reason, facts } = wordsOf(verdict.block);
  return [
    line(`told.blocked.${verdict.block.filter}`, `The ${what} was not told, since ${at(verdict.sinceMs)}: ${reason}`, {
      type: verdict.type,
      filter: verdict.block.filter,
      sinceMs: verdict.sinceMs,
      ...facts,
    }),
  ];
}

function wordsOf(block: Block): { reason: string; facts: Facts } {
  const say = (reason: string, facts: Facts = {}) => ({ reason, facts });
  switch (block.filter) {
    case 'site_off':
      return say('notifications are off for the whole site.');
    case 'period':
      return say(`it is outside of its notification period ${block.period}.`, { period: block.period });
    case 'object_off':
      return say('its notifications are switched off, or its host is in maintenance.');
    case 'no_problem':
      return say('there is no problem.');
    case 'soft':
      return say(`it is soft, attempt ${block.attempt} of ${block.maxAttempts}.`, { attempt: block.attempt });
    case 'acknowledged':
      return say(`${block.by} has acknowledged it.`, { by: block.by, sticky: block.isSticky });
    case 'service_dependency':
      return say(`${block.master}, on which it depends, has a problem.`, { master: block.master });
    case 'host_dependency':
      return say(`${block.master}, on which its host depends, has a problem.`, { master: block.master });
    case 'options':
      return say(`its notification options do not have ${block.missing}.`, { missing: block.missing });
    case 'nobody_told':
      return say('nobody had been told of the problem.');
    case 'first_delay':
      return say(`its first notification is delayed until ${at(block.untilMs)}.`, { untilMs: block.untilMs });
    case 'flapping':
      return say(`it is flapping (${block.percent.toFixed(1)} % changes).`, { percent: block.percent });
    case 'downtime':
      return say(`it is in downtime until ${at(block.untilMs)}.`, { downtimeId: block.id, untilMs: block.untilMs });
    case 'host_downtime':
      return say(`its host is in downtime until ${at(block.untilMs)}.`, {
        downtimeId: block.id,
        untilMs: block.untilMs,
      });
    case 'flexible_downtime':
      return say('a flexible downtime waits for it.', { downtimeId: block.id });
    case 'told_once':
      return say('this state has been told, and repeats are off.');
    case 'host_down':
      return say(`its host ${block.host} is not up: that is what people are told of.`, { host: block.host });
    case 'not_due':
      return say(`it is told again at ${at(block.nextAtMs)}.`, { nextAtMs: block.nextAtMs });
    case 'no_contact':
      return say(
        block.refusals.length === 0
          ? 'nobody is named to hear it.'
          : `nobody who is named wants to hear it now: ${block.refusals.map(({ contact, why }) => `${contact} (${why.replaceAll('_', ' ')})`).join(', ')}.`,
      );
  }
}

function explainValues({ details, owner, origin, ...check }: ExplainedCheck): Explanation['values'] {
  if (details.values) return Object.entries(details.values).map(([name, { value, from }]) => ({ name, value, from }));
  const from = owner ?? (origin === null ? 'this check' : `made by Plexus (${origin})`);
  const { settings } = check;
  return [
    { name: 'kind', value: check.kind, from },
    { name: 'interval', value: seconds(check.intervalSec), from },
    { name: 'retry interval', value: seconds(check.retryIntervalSec), from },
    { name: 'max attempts', value: String(check.maxAttempts), from },
    { name: 'timeout', value: seconds(check.timeoutSec), from },
    { name: 'check period', value: settings.checkPeriod ?? 'always', from },
    { name: 'passive results', value: settings.passiveChecks ? 'taken' : 'refused', from },
    { name: 'flap detection', value: settings.flap.isEnabled ? 'on' : 'off', from },
  ];
}
