// Hears of alerts and re-checks, in order, and hands each to the reflexes it concerns.

import type { Clock } from '#kernel/clock.ts';
import type { Logger } from '#kernel/log.ts';
import { createEventConsumer, type EventConsumer } from '#store/event-log.ts';
import type { Notifications } from '#store/notifications.ts';
import type { Db } from '#store/postgres.ts';
import type { createReflexTrigger } from './reflex-trigger.ts';
import type { createReflexVerify } from './reflex-verify.ts';

export function createReflexEvents(
  deps: { db: Db; clock: Clock; log: Logger; notifications: Notifications },
  parts: {
    trigger: ReturnType<typeof createReflexTrigger>;
    verify: ReturnType<typeof createReflexVerify>;
    created: (runId: string) => void;
  },
): EventConsumer {
  // Runs of the batch under way. After a batch that was rolled back, offering a run that
  // is not there is harmless.
  let created: string[] = [];
  return createEventConsumer(deps, {
    name: 'remediation-reflexes',
    kinds: ['alert.opened', 'alert.reopened', 'alert.resolved', 'check.rechecked'],
    async handle(event, trx) {
      switch (event.kind) {
        case 'alert.opened':
        case 'alert.reopened':
          created.push(...(await parts.trigger.onAlert(trx, event)));
          return;
        case 'alert.resolved':
          return parts.verify.onResolved(trx, event);
        case 'check.rechecked':
          return parts.verify.onRecheck(trx, event);
        default:
          return event satisfies never;
      }
    },
    afterCommit() {
      for (const runId of created) parts.created(runId);
      created = [];
    },
  });
}
