// A value that is being typed, once it has stood still for a moment.

import { useEffect, useState } from 'react';
import { later } from './browser-clock.ts';

export function useSettled<Value>(value: Value, delayMs = 150): Value {
  const [settled, setSettled] = useState(value);
  useEffect(() => later(delayMs, () => setSettled(value)), [value, delayMs]);
  return settled;
}
