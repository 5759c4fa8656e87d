// What an event says: a sentence, a second line, a colour, and where to read more.

import type { TFunction } from 'i18next';
import type { TimelineEvent } from '#web/contract/events.ts';
import type { Tone } from './tone.ts';

interface EventWords {
  title: string;
  detail: string;
  tone: Tone;
  to: string | null;
}

type Described = Pick<TimelineEvent, 'kind' | 'data' | 'hostId' | 'checkId' | 'alertId' | 'runId'>;

export function eventWords(event: Described, t: TFunction): EventWords {
  const what = event.kind === 'config.changed' ? objectWord(String(event.data['kind'])) : '';
  return {
    // Each sentence has its own values; the compiler is shown one that needs none.
    title: t(`timeline.says.${event.kind}` as 'timeline.says.agent.reported', {
      // A downtime of a host as such names no check.
      replace: { checkName: '', ...tidy(event.data), what },
    }),
    detail: detailOf(event.data),
    tone: toneOfEvent(event),
    to: addressOf(event),
  };
}

/** "desired_state" begins a sentence as "Desired state". */
const objectWord = (kind: string): string => kind.charAt(0).toUpperCase() + kind.slice(1).replaceAll('_', ' ');

/** Numbers shortened and states spelled as people read them; the rest as it is. */
function tidy(data: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(data).map(([name, value]) => {
      if (typeof value === 'number') return [name, Math.round(value * 100) / 100];
      if (name === 'status' && typeof value === 'string') return [name, value.replaceAll('_', ' ')];
      if (name === 'by' && typeof value === 'string') return [name, personName(value)];
      return [name, value];
    }),
  );
}

/** "user:anna" is Anna to a reader; "reflex:restart-web" keeps its kind. */
export const personName = (label: string): string => label.replace(/^user:/, '').replace(':', ' ');

function detailOf(data: Record<string, unknown>): string {
  const evidence = data['evidence'];
  if (typeof evidence === 'object' && evidence !== null && 'summary' in evidence) {
    const detail = 'detail' in evidence && evidence.detail ? ` · ${String(evidence.detail)}` : '';
    return `${String(evidence.summary)}${detail}`;
  }
  for (const name of ['comment', 'output', 'reason', 'error', 'summary']) {
    const value = data[name];
    if (typeof value === 'string' && value !== '') return value;
  }
  return '';
}

function toneOfEvent(event: Pick<TimelineEvent, 'kind' | 'data'>): Tone {
  switch (event.kind) {
    case 'alert.opened':
    case 'alert.reopened':
    case 'alert.escalated':
    case 'reflex.failed':
    case 'notification.failed':
    case 'host.quiet':
      return 'crit';
    case 'alert.resolved':
    case 'reflex.verified':
    case 'host.back':
    case 'drift.cleared':
    case 'rule.condition_cleared':
      return 'ok';
    case 'drift.found':
    case 'reflex.refused':
    case 'agent.disconnected':
    case 'agent.revoked':
    case 'collector.source_limited':
    case 'rule.condition_met':
      return 'warn';
    case 'reflex.allowed':
    case 'reflex.verifying':
    case 'run.created':
    case 'run.started':
    case 'release.switched':
    case 'check.recheck_requested':
      return 'act';
    case 'run.finished':
    case 'task.finished':
      return event.data['status'] === 'succeeded' ? 'act' : 'crit';
    case 'check.state_changed':
    case 'check.unmuted':
      return toneOfCheckState(event.data['to']);
    case 'check.flapping_started':
      return 'warn';
    case 'check.acknowledged':
    case 'downtime.scheduled':
    case 'downtime.started':
      return 'act';
    case 'check.rechecked':
      return toneOfCheckState(event.data['state']);
    default:
      return 'off';
  }
}

function toneOfCheckState(state: unknown): Tone {
  switch (state) {
    case 'ok':
    case 'up':
      return 'ok';
    case 'warning':
      return 'warn';
    case 'critical':
    case 'down':
      return 'crit';
    default:
      return 'unk';
  }
}

function addressOf(event: Described): string | null {
  const family = event.kind.slice(0, event.kind.indexOf('.'));
  if ((family === 'run' || family === 'task' || family === 'release') && event.runId)
    return `/jobs/runs/${event.runId}`;
  if ((family === 'alert' || family === 'reflex' || family === 'notification') && event.alertId) {
    return `/problems/${event.alertId}`;
  }
  if (family === 'check' && event.checkId) return `/checks/${event.checkId}`;
  if (event.alertId) return `/problems/${event.alertId}`;
  if (event.runId) return `/jobs/runs/${event.runId}`;
  return event.hostId ? `/hosts/${event.hostId}` : null;
}
