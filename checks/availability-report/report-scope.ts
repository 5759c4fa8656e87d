// What a report is about: the time that counts, and the objects.

import { sql } from 'kysely';
import { badRequest } from '#kernel/errors.ts';
import { isUuid } from '#kernel/ids.ts';
import type { Db } from '#store/postgres.ts';
import { createReportWindow, type ReportWindow } from '../availability/report-window.ts';
import type { AvailabilityQuestion } from '../availability-api.ts';
import { narrowChecks } from '../queries/narrow-checks.ts';
import { compileTimePeriods, type TimePeriodDefinition } from '../time-period/compile-periods.ts';
import type { TimePeriod } from '../time-period/time-period.ts';
import { createTimeZone, type TimeZone } from '../time-period/time-zone.ts';

const LONGEST_DAYS = 1100;
const DAY_MS = 86_400_000;
const MOST_OBJECTS = 10_000;

export interface ReportObject {
  checkId: string;
  checkName: string;
  hostId: string;
  hostName: string;
  object: 'host' | 'service';
}

/** Throws `invalid_report` (400) with what is accepted. */
export async function windowOf(db: Db, question: AvailabilityQuestion, nowMs: number): Promise<ReportWindow> {
  const { fromMs, bucket, period, targetPercent } = question;
  const toMs = Math.min(question.toMs, nowMs);
  if (question.toMs <= fromMs) throw refused('to: is not after from; accepted: an instant after it.');
  if (toMs <= fromMs) throw refused('from: lies in the future; accepted: an instant before now.');
  if (toMs - fromMs > LONGEST_DAYS * DAY_MS)
    throw refused(`from: is more than ${LONGEST_DAYS} days before to; accepted: at most ${LONGEST_DAYS} days.`);
  if (!(targetPercent >= 0 && targetPercent <= 100)) throw refused('target: accepted: 0 to 100, such as 99.9.');
  const zone = createTimeZone(question.zone ?? 'UTC');
  if (!zone)
    throw refused(`zone: ${JSON.stringify(question.zone)} is not a time zone; accepted: such as Europe/Berlin.`);
  return createReportWindow({
    ...{ fromMs, toMs, zone },
    ...(bucket && { bucket }),
    ...(period !== undefined && { period: await periodNamed(db, period, zone) }),
  });
}

const refused = (message: string) => badRequest('invalid_report', message);

async function periodNamed(db: Db, name: string, zone: TimeZone): Promise<TimePeriod> {
  const rows = await db.selectFrom('time_period').select(['name', 'definition']).orderBy('name').execute();
  const definitions = rows.map((row) => ({
    ...(row.definition as unknown as TimePeriodDefinition),
    timeperiod_name: row.name,
  }));
  const period = compileTimePeriods(definitions, zone).periods.get(name);
  if (period) return period;
  const known = rows.map((row) => row.name).slice(0, 20);
  throw refused(`period: ${JSON.stringify(name)} is not a time period. Known: ${known.join(', ') || 'none'}.`);
}

/** By host and name. Throws `bad_filter` (400), and `too_many` (400) above 10,000. */
export async function objectsOf(db: Db, question: AvailabilityQuestion, nowMs: number): Promise<ReportObject[]> {
  const { hostId, checkId, group, serviceGroup, search } = question;
  const filter = { ...(hostId !== undefined && { hostId }), ...(search !== undefined && { search }) };
  const all = [narrowChecks(filter, nowMs)];
  if (checkId !== undefined) all.push(isUuid(checkId) ? sql`c.id = ${checkId}::uuid` : sql`false`);
  if (group !== undefined)
    all.push(sql`c.host_id in (select m.host_id from host_group_member m join host_group g on g.id = m.group_id
      where g.name = ${group})`);
  if (serviceGroup !== undefined) all.push(sql`${serviceGroup} = any(c.service_groups)`);
  const { rows } = await sql<ReportObject>`
    select c.id as "checkId", c.name as "checkName", h.id as "hostId", h.name as "hostName", c.object
    from "check" c join check_state s on s.check_id = c.id join host h on h.id = c.host_id
    where ${sql.join(all, sql` and `)} order by h.name, c.object, c.name, c.id limit ${MOST_OBJECTS + 1}`.execute(db);
  if (rows.length > MOST_OBJECTS)
    throw badRequest('too_many', `The report would be about more than ${MOST_OBJECTS} checks. Narrow it.`);
  return rows;
}
