// The time range of the page: read from the URL and written to it, so that it
// survives a reload and a shared link, and browser back undoes a zoom.

import { useCallback, useMemo } from 'react';
import { useSearchParams } from 'react-router';
import { DEFAULT_RANGE, parseRange, withRange, type TimeRange } from './time-range.ts';

const TIME_PARAMS = ['range', 'from', 'to', 'compare'];

/** The part of the address that says which time is shown, such as "?range=7d": a link with it shows the same time. */
export function useTimeSearch(): string {
  const [params] = useSearchParams();
  const kept = new URLSearchParams([...params].filter(([name]) => TIME_PARAMS.includes(name))).toString();
  return kept === '' ? '' : `?${kept}`;
}

export function useTimeRange(usual: TimeRange = DEFAULT_RANGE): [TimeRange, (range: TimeRange) => void] {
  const [params, setParams] = useSearchParams();
  const from = params.get('from');
  const to = params.get('to');
  const key = params.get('range');
  const range = useMemo(
    () =>
      parseRange(new URLSearchParams({ ...(from && { from }), ...(to && { to }), ...(key && { range: key }) }), usual),
    [from, to, key, usual],
  );
  const setRange = useCallback(
    (next: TimeRange) => setParams((before) => withRange(before, next), { preventScrollReset: true }),
    [setParams],
  );
  return [range, setRange];
}
