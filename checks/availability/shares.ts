// Percentages of a report, which add up to one hundred exactly, and the verdict on a
// target, which is decided by milliseconds and not by what is shown.

import type { StateTimes } from './availability.ts';
import type { StateKind } from './state-history.ts';

/** Whether planned downtime is part of the report, or taken out of both what is measured and what it is measured by. */
export type DowntimeRule = 'included' | 'excluded';

/** Thousandths of a percent: whole numbers that add up to 100,000. */
type Shares<State extends string> = Readonly<Record<State | 'undetermined', number>>;

const WHOLE = 100_000;

/** Undefined when no time counts. What rounding leaves over goes to the states that lost most by it. */
export function sharesOf<State extends string>(
  times: StateTimes<State>,
  downtime: DowntimeRule,
): Shares<State> | undefined {
  const parts = Object.keys(times).map((name) => ({ name, ms: countedMs(times, name as State, downtime) }));
  const totalMs = parts.reduce((sum, { ms }) => sum + ms, 0);
  if (totalMs === 0) return undefined;
  const exact = parts.map(({ name, ms }) => ({ name, share: (ms / totalMs) * WHOLE }));
  const shares = new Map(exact.map(({ name, share }) => [name, Math.floor(share)]));
  let left = WHOLE - [...shares.values()].reduce((sum, share) => sum + share, 0);
  for (const { name } of exact.toSorted((a, b) => (b.share % 1) - (a.share % 1))) {
    if (left === 0) break;
    shares.set(name, (shares.get(name) ?? 0) + 1);
    left--;
  }
  return Object.fromEntries(shares) as Shares<State>;
}

/** 99950 → 99.950 */
export const percentText = (share: number): string =>
  `${Math.floor(share / 1000)}.${String(share % 1000).padStart(3, '0')}`;

export interface TargetVerdict {
  /** 'undetermined': of no time that counts anything is known. */
  verdict: 'met' | 'missed' | 'undetermined';
  /** Time of which the state is known. */
  knownMs: number;
  outageMs: number;
  /** Outage that the target allows in that time. */
  budgetMs: number;
  /** 0..100, exact; for people round it down. */
  availablePercent: number | undefined;
}

/** `targetPercent` such as 99.9; a thousandth of a percent is its finest step. Time of which nothing is known counts for neither. */
export function judgeTarget<State extends string>(
  times: StateTimes<State>,
  kind: StateKind<State>,
  target: { targetPercent: number; downtime: DowntimeRule },
): TargetVerdict {
  const sum = (states: readonly State[]): number =>
    states.reduce((total, state) => total + countedMs(times, state, target.downtime), 0);
  const knownMs = sum(kind.states);
  const outageMs = sum(kind.outageStates);
  // Whole numbers throughout: 99.9 is no exact fraction, and a target met to the millisecond is met.
  const allowed = WHOLE - Math.round(target.targetPercent * 1000);
  const budgetMs = Math.floor((knownMs * allowed) / WHOLE);
  if (knownMs === 0) return { verdict: 'undetermined', knownMs, outageMs, budgetMs, availablePercent: undefined };
  return {
    verdict: outageMs <= budgetMs ? 'met' : 'missed',
    knownMs,
    outageMs,
    budgetMs,
    availablePercent: ((knownMs - outageMs) / knownMs) * 100,
  };
}

const countedMs = <State extends string>(
  times: StateTimes<State>,
  state: State | 'undetermined',
  downtime: DowntimeRule,
): number => times[state].ms - (downtime === 'excluded' ? times[state].downtimeMs : 0);
