// Flapping begins, ends, or is no longer looked for, and people are told of it.

import type { CheckState, ObjectState } from './check-state.ts';
import type { Effect } from './effect.ts';
import { changePercent, decideFlapping } from './flapping.ts';
import { speak } from './notify.ts';
import type { MachineSettings } from './settings.ts';
import type { Around } from './surroundings.ts';

const ANNOUNCED_AS = { started: 'flapping_start', stopped: 'flapping_stop', disabled: 'flapping_disabled' } as const;

export function judgeFlapping<State extends ObjectState>(
  now: CheckState<State>,
  settings: MachineSettings,
  around: Around<State>,
  nowMs: number,
  effects: Effect<State>[],
): CheckState<State> {
  const percent = changePercent(now.history, around.site.rules.flapWeights);
  const isFlapping = decideFlapping(now.isFlapping, percent, settings.flap);
  if (isFlapping === now.isFlapping) return now;
  const what = isFlapping ? 'started' : settings.flap.isEnabled ? 'stopped' : 'disabled';
  effects.push({ kind: 'flapping', what, percent });
  return speak({ ...now, isFlapping }, { type: ANNOUNCED_AS[what] }, settings, around, nowMs, effects);
}
