// Times in states as percentages, with downtime and without. Pure.

import type { StateTimes } from '../availability/availability.ts';
import { judgeTarget, sharesOf } from '../availability/shares.ts';
import type { StateKind } from '../availability/state-history.ts';
import type { AvailabilityFigures, StateFigures } from '../availability-api.ts';

export function figuresOf(times: StateTimes<string>, kind: StateKind<string>): AvailabilityFigures {
  const shares = sharesOf(times, 'included');
  const sharesWithout = sharesOf(times, 'excluded');
  const states = Object.entries(times).map(([state, time]): [string, StateFigures] => [
    state,
    { ...time, percent: percentOf(shares?.[state]), percentWithoutDowntime: percentOf(sharesWithout?.[state]) },
  ]);
  const available = (downtime: 'included' | 'excluded'): number | undefined =>
    roundedDown(judgeTarget(times, kind, { targetPercent: 100, downtime }).availablePercent);
  return {
    states: Object.fromEntries(states),
    available: available('included'),
    availableWithoutDowntime: available('excluded'),
  };
}

const percentOf = (share: number | undefined): number | undefined => share && share / 1000;

/** 99.9996 is not 100: whoever reads one hundred takes it that nothing was wrong. */
const roundedDown = (percent: number | undefined): number | undefined =>
  percent === undefined ? undefined : Math.floor(percent * 1000) / 1000;
