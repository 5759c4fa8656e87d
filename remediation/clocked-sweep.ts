// Runs the sweeps of this part on the clock, one round at a time: what waits in the
// database for an instant is found here.

import type { Clock, Timer } from '#kernel/clock.ts';
import { errorFields } from '#kernel/errors.ts';
import type { Logger } from '#kernel/log.ts';

export function createClockedSweep(
  deps: { clock: Clock; log: Logger },
  options: { everyMs: number; steps: readonly (() => Promise<void>)[] },
) {
  let timer: Timer | undefined;
  let round: Promise<void> | undefined;

  async function sweep(): Promise<void> {
    for (const step of options.steps) {
      try {
        await step();
      } catch (error) {
        deps.log.warn('a sweep failed; the next one tries again', errorFields(error));
      }
    }
  }

  // A round that takes longer than the period is not overtaken by the next.
  const tick = () => {
    round ??= sweep().finally(() => (round = undefined));
  };

  return {
    start(): void {
      timer ??= deps.clock.every(options.everyMs, tick);
    },
    async stop(): Promise<void> {
      timer?.cancel();
      timer = undefined;
      await round;
    },
  };
}
