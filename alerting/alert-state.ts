// The life of one alert, pure: what was before and one input in, what it is now and
// what changed out. Who is told of the change is not decided here.

export type AlertState = 'open' | 'acknowledged' | 'resolved';

export interface AlertLife {
  state: AlertState;
  /**
   * Order of the conditions of this subject, from whoever observed them: the start of the breach,
   * or the instant of a recovery. What is not newer is a repeat or came late.
   */
  conditionAtMs: number;
  resolvedAtMs?: number;
  acknowledgedBy?: string;
  /** How often the condition came back within this episode. */
  reopened: number;
}

export type AlertInput =
  | { kind: 'met'; conditionAtMs: number; atMs: number }
  | { kind: 'cleared'; conditionAtMs: number; atMs: number }
  | { kind: 'acknowledge'; by: string }
  | { kind: 'unacknowledge' }
  | { kind: 'resolve'; atMs: number };

/** `seen`: nothing to tell, but the order is remembered. */
type AlertChange = 'opened' | 'reopened' | 'acknowledged' | 'unacknowledged' | 'resolved' | 'seen' | 'none';

export interface AlertPolicy {
  /** A condition that returns within so long of the resolution belongs to the same episode. */
  reopenWithinMs: number;
}

interface AlertDecision {
  change: AlertChange;
  /** Undefined only when there was no alert and the input makes none. */
  life: AlertLife | undefined;
}

/**
 * `before` is the latest alert of the fingerprint, if any. `opened` means a new episode: the
 * caller makes a new alert. The same input twice changes nothing the second time.
 */
export function decideAlert(before: AlertLife | undefined, input: AlertInput, policy: AlertPolicy): AlertDecision {
  switch (input.kind) {
    case 'met':
      return decideMet(before, input, policy);
    case 'cleared': {
      if (before === undefined || input.conditionAtMs < before.conditionAtMs) return { change: 'none', life: before };
      const { conditionAtMs } = input;
      if (before.state !== 'resolved')
        return { change: 'resolved', life: resolve({ ...before, conditionAtMs }, input.atMs) };
      return { change: conditionAtMs > before.conditionAtMs ? 'seen' : 'none', life: { ...before, conditionAtMs } };
    }
    case 'acknowledge': {
      const takesOver = before?.state === 'acknowledged' && before.acknowledgedBy !== input.by;
      if (before?.state !== 'open' && !takesOver) return { change: 'none', life: before };
      return { change: 'acknowledged', life: { ...before, state: 'acknowledged', acknowledgedBy: input.by } };
    }
    case 'unacknowledge':
      if (before?.state !== 'acknowledged') return { change: 'none', life: before };
      return { change: 'unacknowledged', life: disown(before) };
    case 'resolve':
      if (before === undefined || before.state === 'resolved') return { change: 'none', life: before };
      return { change: 'resolved', life: resolve(before, input.atMs) };
    default:
      return input satisfies never;
  }
}

function decideMet(
  before: AlertLife | undefined,
  input: Extract<AlertInput, { kind: 'met' }>,
  policy: AlertPolicy,
): AlertDecision {
  const { conditionAtMs } = input;
  const fresh: AlertLife = { state: 'open', conditionAtMs, reopened: 0 };
  if (before === undefined) return { change: 'opened', life: fresh };
  if (conditionAtMs <= before.conditionAtMs) return { change: 'none', life: before };
  if (before.state !== 'resolved') return { change: 'seen', life: { ...before, conditionAtMs } };
  if (input.atMs - (before.resolvedAtMs ?? 0) > policy.reopenWithinMs) return { change: 'opened', life: fresh };
  return { change: 'reopened', life: { ...fresh, reopened: before.reopened + 1 } };
}

const resolve = (life: AlertLife, atMs: number): AlertLife => ({ ...life, state: 'resolved', resolvedAtMs: atMs });

function disown(life: AlertLife): AlertLife {
  const { state: _state, acknowledgedBy: _owner, ...kept } = life;
  return { ...kept, state: 'open' };
}
