// Flapping begins, ends, or is no longer looked for, and people are told of it.

import type { CheckState, ObjectState } from './check-state.ts';
import { changePercent, decideFlapping } from './flapping.ts';
import type { Moment } from './moment.ts';
import { speak } from './notify.ts';

const ANNOUNCED_AS = { started: 'flapping_start', stopped: 'flapping_stop', disabled: 'flapping_disabled' } as const;

export function judgeFlapping<State extends ObjectState>(
  now: CheckState<State>,
  moment: Moment<State>,
): CheckState<State> {
  const percent = changePercent(now.history, moment.around.site.rules.flapWeights);
  const isFlapping = decideFlapping(now.isFlapping, percent, moment.settings.flap);
  if (isFlapping === now.isFlapping) return now;
  const what = isFlapping ? 'started' : moment.settings.flap.isEnabled ? 'stopped' : 'disabled';
  moment.effects.push({ kind: 'flapping', what, percent });
  return speak({ ...now, isFlapping }, { type: ANNOUNCED_AS[what] }, moment);
}
