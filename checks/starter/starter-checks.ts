// Gives each host with an agent the checks it begins with: when it reports for the first
// time, and again when it comes to run something new.

import type { Clock } from '#kernel/clock.ts';
import type { StoredEvent } from '#kernel/domain/event.ts';
import type { Logger } from '#kernel/log.ts';
import { createEventConsumer, type EventConsumer } from '#store/event-log.ts';
import type { Notifications } from '#store/notifications.ts';
import type { Db, Trx } from '#store/postgres.ts';
import { makeChecks, type MakeDeps } from './make-checks.ts';
import { STARTER_RULES } from './starter-rules.ts';

/** Runs in any number of processes; each report is acted on once. */
export const createStarterChecks = (
  deps: MakeDeps & { db: Db; clock: Clock; log: Logger; notifications: Notifications },
): EventConsumer =>
  createEventConsumer(deps, {
    name: 'starter-checks',
    kinds: ['agent.reported'],
    handle: (event, trx) => onReported(deps, trx, event),
  });

async function onReported(deps: MakeDeps, trx: Trx, event: StoredEvent<'agent.reported'>): Promise<void> {
  const { agentId, report } = event.data;
  const agent = await trx.selectFrom('agent').select('host_id').where('id', '=', agentId).executeTakeFirst();
  const hostId = event.hostId ?? agent?.host_id;
  if (hostId) await makeChecks(deps, trx, { hostId, rules: STARTER_RULES, report });
}
