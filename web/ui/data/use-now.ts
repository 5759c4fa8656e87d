// The present instant as a React value, refreshed at a chosen pace.

import { useEffect, useState } from 'react';
import { nowMs, repeat } from './browser-clock.ts';

/** Epoch milliseconds, renewed every `everyMs`. */
export function useNow(everyMs = 1000): number {
  const [now, setNow] = useState(nowMs);
  useEffect(() => repeat(everyMs, () => setNow(nowMs())), [everyMs]);
  return now;
}
