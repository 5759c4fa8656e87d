// Metrics that a person pinned to the overview of hosts: kept in this browser, for each login apart.

import { useCallback, useState } from 'react';
import { useSession } from './session.tsx';

// More than a screen of them is no overview.
const MOST_PINS = 12;

export interface Pins {
  /** Names of metrics, in the order pinned. */
  names: readonly string[];
  /** Pins or unpins; the oldest gives way when there are too many. */
  toggle(metric: string): void;
}

export function usePins(): Pins {
  const key = `plexus-pins:${useSession().login}`;
  const [names, setNames] = useState(() => parsePins(localStorage.getItem(key)));
  const toggle = useCallback(
    (metric: string) =>
      setNames((before) => {
        const next = togglePin(before, metric);
        localStorage.setItem(key, JSON.stringify(next));
        return next;
      }),
    [key],
  );
  return { names, toggle };
}

/** What the browser kept; anything that is no list of names is an empty one. */
export function parsePins(text: string | null): string[] {
  try {
    const value: unknown = JSON.parse(text ?? '[]');
    return Array.isArray(value) ? value.filter((name) => typeof name === 'string').slice(-MOST_PINS) : [];
  } catch {
    // Somebody else wrote there: start anew.
    return [];
  }
}

export const togglePin = (names: readonly string[], metric: string): string[] =>
  names.includes(metric) ? names.filter((name) => name !== metric) : [...names, metric].slice(-MOST_PINS);
