// Which state symbol an alert carries: that of its check, else by how loudly its rule speaks.

import type { Alert, ProblemRow } from '#web/contract/alerting.ts';
import { isStateWord, type StateWord, type Tone } from '../../parts/tone.ts';

export function stateOfAlert(alert: Alert & Partial<Pick<ProblemRow, 'checkHistory'>>): StateWord {
  const last = alert.checkHistory?.at(-1)?.state;
  if (last && last !== 'ok' && isStateWord(last)) return last;
  // Neither a metric nor a check: the host itself fell silent.
  if (!alert.series && !alert.check) return 'down';
  switch (alert.severity) {
    case 'page':
      return 'critical';
    case 'urgent':
    case 'ticket':
      return 'warning';
    case 'info':
      return 'info';
    default:
      return alert.severity satisfies never;
  }
}

export function toneOfReflex(status: NonNullable<Alert['reflexStatus']>): Tone {
  switch (status) {
    case 'fixing':
      return 'act';
    case 'verifying':
    case 'healed':
      return 'ok';
    case 'refused':
      return 'warn';
    case 'failed':
      return 'crit';
    default:
      return status satisfies never;
  }
}
