// Where the hosts of a run are: done, running, failed, waiting. Pure.

import type { Accounting } from '#web/contract/remediation.ts';

export const PHASES = ['done', 'running', 'failed', 'lost', 'waiting'] as const;
export type Phase = (typeof PHASES)[number];

/** `lost` are the hosts that gave no proof either way: expired, unreachable, unknown. */
export function phaseOf(status: string): Phase {
  switch (status) {
    case 'succeeded':
      return 'done';
    case 'sent':
    case 'delivered':
    case 'running':
    case 'canceling':
      return 'running';
    case 'failed':
    case 'timed_out':
    case 'interpreter_missing':
    case 'denied':
      return 'failed';
    case 'expired':
    case 'unreachable':
    case 'unknown_outcome':
    case 'canceled':
    case 'skipped':
      return 'lost';
    default:
      return 'waiting';
  }
}

export function phaseCounts(accounting: Accounting): Record<Phase, number> {
  const counts = { done: 0, running: 0, failed: 0, lost: 0, waiting: 0 };
  for (const [status, count] of Object.entries(accounting.byStatus)) counts[phaseOf(status)] += count;
  // A host that has no task yet is waiting too: the sum is always what was expected.
  const named = counts.done + counts.running + counts.failed + counts.lost + counts.waiting;
  counts.waiting += Math.max(0, accounting.expected - named);
  return counts;
}
