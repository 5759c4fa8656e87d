// Members of a group as one number: their average, or the worst of them. "Any of them is
// down" is a history of its own (`worstHistory`), measured like that of one object.

import type { StateTime, StateTimes } from './availability.ts';
import { judgeTarget, type DowntimeRule } from './shares.ts';
import type { StateKind } from './state-history.ts';

/** Sum over all members; its shares are their average, weighted by the time that counted of each. Empty for none. */
export function averageTimes<State extends string>(
  members: readonly StateTimes<State>[],
  kind: StateKind<State>,
): StateTimes<State> {
  const names: (State | 'undetermined')[] = [...kind.states, 'undetermined'];
  const sums = names.map((name): [string, StateTime] => [
    name,
    {
      ms: members.reduce((sum, times) => sum + times[name].ms, 0),
      downtimeMs: members.reduce((sum, times) => sum + times[name].downtimeMs, 0),
    },
  ]);
  return Object.fromEntries(sums) as StateTimes<State>;
}

/** The member that was available least, of those of which something is known; undefined when there is none. */
export function worstMember<State extends string, Member extends { times: StateTimes<State> }>(
  members: readonly Member[],
  kind: StateKind<State>,
  downtime: DowntimeRule,
): Member | undefined {
  let worst: Member | undefined;
  let lowest = Infinity;
  for (const member of members) {
    const { availablePercent } = judgeTarget(member.times, kind, { targetPercent: 100, downtime });
    if (availablePercent === undefined || availablePercent >= lowest) continue;
    lowest = availablePercent;
    worst = member;
  }
  return worst;
}
