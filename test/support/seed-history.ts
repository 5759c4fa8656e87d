// Gives a seeded site a past: a month of changes of state, and downtimes around now. For tests
// and pictures of reports and calendars; nothing runs.

import { sql } from 'kysely';
import type { Db } from '#store/postgres.ts';
import type { SeededSite } from './seed-checks.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Some objects were never down, some once, some were in downtime, of some nothing is known. */
export async function seedHistory(db: Db, site: SeededSite, nowMs: number): Promise<void> {
  const rows: { check_id: string; at_ms: number; state: string; state_type: string; in_downtime: boolean }[] = [];
  const add = (id: string, daysAgo: number, state: string, isInDowntime = false): void => {
    rows.push({
      ...{ check_id: id, at_ms: Math.round(nowMs - daysAgo * DAY_MS), state, state_type: 'hard' },
      in_downtime: isInDowntime,
    });
  };
  const tell = (id: string, at: number, words: { good: string; bad: string }): void => {
    // One of ten was made today, and has not been looked at.
    if (at % 10 === 9) return;
    add(id, 29 - (at % 3), words.good);
    for (let outage = 0; outage < at % 4; outage++) {
      const daysAgo = 25 - outage * 7 - (at % 5);
      add(id, daysAgo, words.bad, at % 3 === 0);
      add(id, daysAgo - 0.02 * (1 + (at % 9)), words.good);
    }
    if (at % 7 === 3) {
      add(id, 12, 'unwatched');
      add(id, 11.5, words.good);
    }
  };
  await sql`delete from check_history`.execute(db);
  for (const [at, id] of site.hostCheckIds.entries()) tell(id, at, { good: 'up', bad: 'down' });
  for (const [at, id] of site.serviceIds.entries())
    tell(id, at, { good: 'ok', bad: ['critical', 'warning', 'unknown'][at % 3] ?? 'critical' });
  for (let at = 0; at < rows.length; at += 1000)
    await db
      .insertInto('check_history')
      .values(rows.slice(at, at + 1000))
      .execute();
}

/** Planned, under way, over, cancelled; of hosts and of checks; one that repeats. */
export async function seedDowntimes(db: Db, site: SeededSite, nowMs: number): Promise<void> {
  await sql`delete from downtime`.execute(db);
  const recurringId = '01900000-0000-7000-8000-000000000001';
  const plan = (
    batch: string,
    comment: string,
    startsInHours: number,
    hours: number,
    more: Record<string, unknown>,
  ) => {
    const { hosts = [1], ...rest } = more as { hosts?: number[] };
    return hosts.map((host) => ({
      ...{ host_id: site.hostIds[host] ?? '', check_id: null, author: 'user:admin', comment, batch },
      ...{ starts_at_ms: Math.round(nowMs + startsInHours * HOUR_MS), is_fixed: true, duration_ms: 0 },
      ...{ ends_at_ms: Math.round(nowMs + (startsInHours + hours) * HOUR_MS), entered_at_ms: nowMs, status: 'pending' },
      ...rest,
    }));
  };
  const nights = [-2, -1, 0, 1, 2].flatMap((night) =>
    plan(`${recurringId}:1:${night}`, 'nightly backup', night * 24 + 6, 2, {
      ...{ hosts: [5, 6, 7, 8], recurring_id: recurringId, recurring_version: 1 },
      status: night < 0 ? 'ended' : 'pending',
    }),
  );
  const rows = [
    ...plan('firmware', 'new firmware for the switches', -3, 9, { hosts: [1, 2, 3], status: 'active' }),
    ...plan('disk', 'larger disk', 20, 5, { hosts: [6], check_id: site.serviceIds[6 * 3 + 2] ?? null }),
    ...plan('kernel', 'kernel update, machine by machine', 26, 30, {
      hosts: [5, 6, 7],
      is_fixed: false,
      duration_ms: HOUR_MS,
    }),
    ...plan('move', 'move to the new rack', -60, 20, { hosts: [9, 10], status: 'ended' }),
    ...plan('tests', 'fire drill', -20, 4, { hosts: [4], status: 'cancelled' }),
    ...nights,
  ];
  await db.insertInto('downtime').values(rows).execute();
}
