// Counts the samples that were given up on, by reason. Says nothing to the log:
// its owner does, once per kind of trouble and not once per sample.

import type { DropReason, HistoryHealth } from './history.ts';

export interface DropCount {
  add(reason: DropReason, samples: number): void;
  health(): Required<Pick<HistoryHealth, 'dropped' | 'droppedBy'>>;
}

export function createDropCount(): DropCount {
  const byReason: Partial<Record<DropReason, number>> = {};
  let dropped = 0;
  return {
    add(reason, samples) {
      if (samples === 0) return;
      dropped += samples;
      byReason[reason] = (byReason[reason] ?? 0) + samples;
    },
    health: () => ({ dropped, droppedBy: { ...byReason } }),
  };
}
