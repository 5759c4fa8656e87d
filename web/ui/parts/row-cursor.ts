// j, k and Enter over the rows of a list: which row is the current one, kept in view.

import { useEffect, useState } from 'react';
import { useShortcuts } from './shortcuts.ts';

export interface RowCursor {
  /** -1 while no row is chosen. */
  at: number;
  set(at: number): void;
  /** Attributes of the row's element. */
  rowProps(at: number): { 'data-row': number; 'data-current': true | undefined };
}

/** `open` is called with the index of the current row on Enter and o. */
export function useRowCursor(count: number, open: (at: number) => void): RowCursor {
  const [at, set] = useState(-1);
  const current = Math.min(at, count - 1);
  const move = (by: number): void => {
    if (count > 0) set(Math.max(0, Math.min(count - 1, current + by)));
  };
  const enter = (): void => {
    if (current >= 0) open(current);
  };
  useShortcuts({
    j: () => move(1),
    k: () => move(-1),
    ArrowDown: () => move(1),
    ArrowUp: () => move(-1),
    Enter: enter,
    o: enter,
  });
  useEffect(() => {
    if (at >= 0) document.querySelector(`[data-row="${at}"]`)?.scrollIntoView({ block: 'nearest' });
  }, [at]);
  return { at: current, set, rowProps: (row) => ({ 'data-row': row, 'data-current': row === current || undefined }) };
}
