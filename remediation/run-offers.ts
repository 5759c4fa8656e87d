// Puts runs on the queue. The run is committed before, so a queue that is away costs
// time, not the run: the sweep offers it again.

import { errorFields } from '#kernel/errors.ts';
import type { Logger } from '#kernel/log.ts';
import type { JobQueue } from '#store/queue.ts';

export interface RunOffers {
  /** `cause` makes the job's id: the same cause again while one waits is the same job. */
  offer(runId: string, cause: string): void;
  /** Resolves when every offer made so far was taken or refused. */
  settled(): Promise<void>;
}

export function createRunOffers(deps: { queue: Pick<JobQueue, 'add'>; log: Logger }): RunOffers {
  const pending = new Set<Promise<void>>();
  return {
    offer(runId, cause) {
      const offered = deps.queue
        .add('run', { id: `run:${runId}:${cause}`, name: 'advance', payload: { runId } })
        .catch((error: unknown) => deps.log.warn('a run waits for the queue', { runId, ...errorFields(error) }))
        .finally(() => pending.delete(offered));
      pending.add(offered);
    },
    async settled() {
      await Promise.all(pending);
    },
  };
}
