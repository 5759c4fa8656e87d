// People are told after all when automation was to try first and did not answer.

import type { Clock, Timer } from '#kernel/clock.ts';
import { errorFields } from '#kernel/errors.ts';
import type { Logger } from '#kernel/log.ts';
import type { Service } from '#kernel/service.ts';
import { transaction, type Db } from '#store/postgres.ts';
import type { AlertChanges } from './alert-change.ts';
import { listOverdueForPeople, lockAlert } from './alert-store.ts';
import { formatDuration } from './notify/wording.ts';

const SWEEP_MS = 1000;
const BATCH = 100;

export function createEscalationSweep(deps: {
  db: Db;
  clock: Clock;
  log: Logger;
  changes: AlertChanges;
  afterCommit: () => void;
}): Service & { sweep(): Promise<void> } {
  const { db, clock, log } = deps;
  let timer: Timer | undefined;
  let running: Promise<void> | undefined;

  async function escalate(id: string): Promise<void> {
    await transaction(db, async (trx) => {
      const alert = await lockAlert(trx, id);
      const nowMs = clock.nowMs();
      // Another process may have been first, or somebody has taken it.
      if (alert?.state !== 'open' || alert.escalateAtMs === null || alert.escalateAtMs > nowMs) return;
      const reason = `no automation answered within ${formatDuration(nowMs - alert.openedAtMs)}`;
      await deps.changes.escalate(trx, alert, { reason, atMs: nowMs }, undefined);
    });
    deps.afterCommit();
  }

  async function sweep(): Promise<void> {
    for (const id of await listOverdueForPeople(db, clock.nowMs(), BATCH)) await escalate(id);
  }

  const run = () => {
    running ??= sweep()
      .catch((error: unknown) => log.warn('escalations wait for the database', errorFields(error)))
      .finally(() => (running = undefined));
  };

  return {
    name: 'escalation sweep',
    sweep,
    start() {
      timer = clock.every(SWEEP_MS, run);
      return Promise.resolve();
    },
    async stop() {
      timer?.cancel();
      await running;
    },
  };
}
