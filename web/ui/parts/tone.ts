// Which colour a state has. Colour means status and nothing else; blue is for what
// Plexus itself does.

export type Tone = 'crit' | 'warn' | 'unk' | 'ok' | 'off' | 'act';

const STATES = [
  'ok',
  'up',
  'warning',
  'critical',
  'down',
  'unknown',
  'unreachable',
  'stale',
  'pending',
  'info',
] as const;
export type StateWord = (typeof STATES)[number];

export const isStateWord = (word: string): word is StateWord => (STATES as readonly string[]).includes(word);

export function toneOfState(state: StateWord): Tone {
  switch (state) {
    case 'ok':
    case 'up':
      return 'ok';
    case 'warning':
      return 'warn';
    case 'critical':
    case 'down':
      return 'crit';
    case 'unknown':
      return 'unk';
    case 'unreachable':
    case 'stale':
    case 'pending':
    case 'info':
      return 'off';
    default:
      return state satisfies never;
  }
}

/** Statuses of runs and tasks as remediation writes them. */
export function toneOfRun(status: string): Tone {
  switch (status) {
    case 'succeeded':
    case 'good':
    case 'verified':
    case 'in_sync':
    case 'sent':
      return 'ok';
    case 'running':
    case 'canceling':
    case 'delivered':
    case 'deploying':
    case 'verifying':
    case 'sending':
      return 'act';
    case 'failed':
    case 'timed_out':
    case 'interpreter_missing':
      return 'crit';
    case 'partially_failed':
    case 'denied':
    case 'expired':
    case 'unreachable':
    case 'unknown_outcome':
    case 'drifted':
    case 'refused':
      return 'warn';
    default:
      return 'off';
  }
}
