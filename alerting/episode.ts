// One alert with everything that happened around it, for its page.

import type { StoredEvent } from '#kernel/domain/event.ts';
import { toStoredEvent } from '#store/event-log.ts';
import type { Db } from '#store/postgres.ts';
import type { AlertComment } from './alert-commands.ts';
import type { AlertRecord } from './alert.ts';
import { composeLoop, type LoopStrip } from './loop-strip.ts';
import { listDeliveries, type Delivery } from './notify/delivery-store.ts';
import { readProblem, type ProblemView } from './problems.ts';
import { findRule } from './rules/rule-store.ts';
import { describeRule } from './rules/rule.ts';

export interface Episode {
  alert: ProblemView;
  loop: LoopStrip;
  comments: AlertComment[];
  deliveries: Delivery[];
  /** Oldest first, as committed: causes before effects. */
  events: StoredEvent[];
  /** Runs that automation started for it. */
  runIds: string[];
}

const MOST_EVENTS = 500;
const MOST_DELIVERIES = 200;

export async function readEpisode(db: Db, id: string): Promise<Episode> {
  const alert = await readProblem(db, id);
  const events = await readEvents(db, alert);
  const rule = alert.ruleId === null ? undefined : await findRule(db, alert.ruleId);
  const comments = await db
    .selectFrom('alert_comment')
    .selectAll()
    .where('alert_id', '=', id)
    .orderBy('at_ms')
    .execute();
  return {
    alert,
    loop: composeLoop(alert, events, { condition: rule ? describeRule(rule) : alert.ruleName }),
    comments: comments.map((row) => ({ id: row.id, by: row.by_name, comment: row.comment, atMs: row.at_ms })),
    deliveries: await listDeliveries(db, { alertId: id, limit: MOST_DELIVERIES }),
    events,
    runIds: runIdsOf(events),
  };
}

/** Events of the alert, what they follow from, those of the runs, and what its check said meanwhile. */
async function readEvents(db: Db, alert: AlertRecord): Promise<StoredEvent[]> {
  const own = await db
    .selectFrom('event')
    .selectAll()
    .where('alert_id', '=', alert.id)
    .orderBy('id')
    .limit(MOST_EVENTS)
    .execute();
  const causeIds = own.flatMap((row) => row.cause_id ?? []);
  const runIds = runIdsOf(own.map(toStoredEvent));
  const around = await db
    .selectFrom('event')
    .selectAll()
    .where((where) =>
      where.or([
        ...(causeIds.length > 0 ? [where('id', 'in', causeIds)] : []),
        ...(runIds.length > 0 ? [where('run_id', 'in', runIds)] : []),
        ...(alert.checkId === null
          ? []
          : [
              where.and([
                where('check_id', '=', alert.checkId),
                where('at_ms', '>=', alert.openedAtMs),
                where('at_ms', '<=', alert.resolvedAtMs ?? Number.MAX_SAFE_INTEGER),
              ]),
            ]),
      ]),
    )
    .orderBy('id')
    .limit(MOST_EVENTS)
    .execute();
  const byId = new Map([...own, ...around].map((row) => [row.id, row]));
  return [...byId.values()]
    .sort((a, b) => a.id - b.id)
    .slice(-MOST_EVENTS)
    .map(toStoredEvent);
}

const runIdsOf = (events: readonly StoredEvent[]): string[] => [
  ...new Set(events.flatMap((event) => (event.kind === 'reflex.allowed' ? [event.data.runId] : []))),
];
