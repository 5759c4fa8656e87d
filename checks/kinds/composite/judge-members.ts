// What the states of several checks are worth together. Pure.

import type { ServiceState } from '#kernel/domain/check-state.ts';
import { judgeValue, parseThresholdRange } from '#wire/threshold-range.ts';
import { describeRange } from '../metric/limits.ts';

export interface MemberState {
  host: string;
  /** null = the host itself: up counts as ok, down as critical, unreachable as unknown. */
  check: string | null;
  state: ServiceState | 'pending';
}

export type Rule =
  | { rule: 'worst' | 'best' }
  | { rule: 'all' | 'any' | 'none'; otherwise: 'warning' | 'critical' }
  | { rule: 'count' | 'percent'; warn?: string | undefined; crit?: string | undefined };

export interface Judged {
  state: ServiceState;
  /** Why, for people. */
  why: string;
  good: number;
}

/** As the plugins' own `max_state_alt` orders them: what is known to be bad weighs more than what is not known. */
const WORST_FIRST: readonly ServiceState[] = ['critical', 'warning', 'unknown', 'ok'];

/** `goodStates` = those that count as good. Members without a result count as not good, and not at all for worst and best. */
export function judgeMembers(rule: Rule, members: readonly MemberState[], goodStates: readonly ServiceState[]): Judged {
  const isGood = ({ state }: MemberState) => state !== 'pending' && goodStates.includes(state);
  const good = members.filter(isGood).length;
  const tally = `${good} of ${members.length} ${good === 1 ? 'is' : 'are'} ${goodStates.join(' or ')}`;
  const known = WORST_FIRST.filter((state) => members.some((member) => member.state === state));
  if (members.length === 0) return { state: 'unknown', why: 'no check matches', good };
  switch (rule.rule) {
    case 'worst':
      return { state: known[0] ?? 'unknown', why: known.length === 0 ? 'none has a result yet' : tally, good };
    case 'best':
      return { state: known.at(-1) ?? 'unknown', why: known.length === 0 ? 'none has a result yet' : tally, good };
    case 'all':
      return { state: good === members.length ? 'ok' : rule.otherwise, why: `${tally}, all must be`, good };
    case 'any':
      return { state: good > 0 ? 'ok' : rule.otherwise, why: `${tally}, one must be`, good };
    case 'none':
      return { state: good === 0 ? 'ok' : rule.otherwise, why: `${tally}, none may be`, good };
    case 'count':
    case 'percent': {
      const value = rule.rule === 'count' ? good : (good / members.length) * 100;
      const unit = rule.rule === 'count' ? '' : ' %';
      const limits = (['warn', 'crit'] as const).flatMap((name) => {
        const range = parseThresholdRange(rule[name] ?? '');
        return range.ok ? [{ name, range: range.value }] : [];
      });
      const said = limits.map(
        ({ name, range }) => `${name === 'warn' ? 'warning' : 'critical'} ${describeRange(range)}${unit}`,
      );
      const state = judgeValue(value, Object.fromEntries(limits.map(({ name, range }) => [name, range])));
      return { state, why: `${tally} (${said.join(', ')})`, good };
    }
    default:
      return rule satisfies never;
  }
}
