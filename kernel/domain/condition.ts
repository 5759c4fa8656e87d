// The one pure evaluator of metric conditions. The rule runner, the metric check
// and the rehearsal of a rule all decide with it, so they cannot disagree.

export const OPERATORS = ['>', '>=', '<', '<=', '==', '!='] as const;
export type Operator = (typeof OPERATORS)[number];

export interface MetricCondition {
  operator: Operator;
  threshold: number;
  /** The value must breach for so long before the condition is met; 0 = at once. */
  forSec: number;
  /** Limit at which a met condition clears (hysteresis); the threshold itself when absent. */
  clearThreshold?: number;
  /** The value must be clear for so long before the condition ends; 0 = at once. */
  clearForSec: number;
}

/** What is remembered of one series between two samples; JSON-safe. */
export interface ConditionState {
  phase: 'clear' | 'pending' | 'met' | 'clearing';
  /** Instant at which the present phase began. */
  sinceMs: number;
  value: number;
}

export type ConditionChange = 'met' | 'cleared' | 'none';

export const compare = (operator: Operator, value: number, threshold: number): boolean => {
  switch (operator) {
    case '>':
      return value > threshold;
    case '>=':
      return value >= threshold;
    case '<':
      return value < threshold;
    case '<=':
      return value <= threshold;
    case '==':
      return value === threshold;
    case '!=':
      return value !== threshold;
    default:
      return operator satisfies never;
  }
};

/**
 * One step of the condition: `clear → pending → met → clearing → clear`.
 * A sample that is not a number leaves the state as it was: silence is judged
 * elsewhere, and a condition neither opens nor clears on no evidence.
 */
export function evaluateCondition(
  condition: MetricCondition,
  before: ConditionState | undefined,
  sample: { value: number; atMs: number },
): { state: ConditionState; change: ConditionChange } {
  const state = before ?? { phase: 'clear', sinceMs: sample.atMs, value: sample.value };
  if (Number.isNaN(sample.value)) return { state, change: 'none' };
  const breached = compare(condition.operator, sample.value, condition.threshold);
  const stillBad = compare(condition.operator, sample.value, condition.clearThreshold ?? condition.threshold);
  const to = (phase: ConditionState['phase'], change: ConditionChange = 'none') => ({
    state: { phase, sinceMs: phase === state.phase ? state.sinceMs : sample.atMs, value: sample.value },
    change,
  });
  const held = (sec: number) => sample.atMs - state.sinceMs >= sec * 1000;

  switch (state.phase) {
    case 'clear':
      if (!breached) return to('clear');
      return condition.forSec === 0 ? to('met', 'met') : to('pending');
    case 'pending':
      if (!breached) return to('clear');
      return held(condition.forSec) ? to('met', 'met') : to('pending');
    case 'met':
      if (stillBad) return to('met');
      return condition.clearForSec === 0 ? to('clear', 'cleared') : to('clearing');
    case 'clearing':
      if (stillBad) return to('met');
      return held(condition.clearForSec) ? to('clear', 'cleared') : to('clearing');
    default:
      return state.phase satisfies never;
  }
}
