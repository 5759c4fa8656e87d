// Builds remediation from its parts. `api` works in every process; start() makes this
// process one of those that move runs and reflexes forward.

import type { Clock } from '#kernel/clock.ts';
import type { Logger } from '#kernel/log.ts';
import type { Service } from '#kernel/service.ts';
import type { Notifications } from '#store/notifications.ts';
import type { Db } from '#store/postgres.ts';
import type { JobQueue } from '#store/queue.ts';
import type { RemediationApi } from './api.ts';
import { createClockedSweep } from './clocked-sweep.ts';
import type { Gateway, Inventory } from './neighbours.ts';
import { createRunAdvance } from './run-advance.ts';
import { createRunOffers } from './run-offers.ts';
import { createRunWorker } from './run-worker.ts';
import { createRunbooks } from './runbooks.ts';
import { createReflexEvents } from './reflex-events.ts';
import { createReflexTrigger } from './reflex-trigger.ts';
import { createReflexVerify } from './reflex-verify.ts';
import { createReflexes } from './reflexes.ts';
import { createArtifacts } from './release/artifact-store.ts';
import { createReleases } from './release/releases.ts';
import { createRuns } from './runs.ts';
import { ensureDefaultRunbooks } from './default-runbooks.ts';
import { createTaskEvents } from './task-events.ts';

interface RemediationDeps {
  db: Db;
  clock: Clock;
  log: Logger;
  notifications: Notifications;
  queue: JobQueue;
  gateway: Gateway;
  inventory: Inventory;
}

export interface Remediation extends Service {
  api: RemediationApi;
}

export function createRemediation(deps: RemediationDeps, options: { sweepEveryMs?: number } = {}): Remediation {
  const log = deps.log.child({ part: 'remediation' });
  const offers = createRunOffers({ queue: deps.queue, log });
  const releases = createReleases({ ...deps, offers });
  const verify = createReflexVerify(deps);
  const runAdvance = createRunAdvance({
    ...deps,
    async onFinished(trx, run, eventId) {
      await releases.onRunFinished(trx, run, eventId);
      await verify.onRunFinished(trx, run, eventId);
    },
  });
  const runs = createRuns({ ...deps, offers, runAdvance });
  const runWorker = createRunWorker({ ...deps, log, offers, runAdvance });
  const taskEvents = createTaskEvents(deps, { moved: (runId, eventId) => offers.offer(runId, eventId) });
  const reflexEvents = createReflexEvents(deps, {
    trigger: createReflexTrigger(deps),
    verify,
    created: (runId) => offers.offer(runId, 'created'),
  });
  const sweep = createClockedSweep(
    { clock: deps.clock, log },
    { everyMs: options.sweepEveryMs ?? 1000, steps: [runWorker.sweep, verify.sweep] },
  );

  return {
    name: 'remediation',
    api: {
      runs,
      runbooks: createRunbooks(deps),
      reflexes: createReflexes(deps),
      artifacts: createArtifacts(deps),
      releases,
      ensureDefaultRunbooks: () => ensureDefaultRunbooks(deps),
    },
    async start(signal) {
      await taskEvents.start(signal);
      await reflexEvents.start(signal);
      runWorker.start();
      sweep.start();
    },
    async stop() {
      await sweep.stop();
      await reflexEvents.stop();
      await taskEvents.stop();
      await runWorker.stop();
    },
  };
}
