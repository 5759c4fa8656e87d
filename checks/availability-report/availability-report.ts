// Availability reports over any number of checks: histories are read some hundreds at a time,
// and only the figures of each are kept.

import type { Clock } from '#kernel/clock.ts';
import { badRequest, notFound } from '#kernel/errors.ts';
import type { Db } from '#store/postgres.ts';
import { measureAvailability } from '../availability/availability.ts';
import { availabilityCsvHeader, availabilityCsvRows } from '../availability/availability-csv.ts';
import { createReportWindow, type ReportWindow } from '../availability/report-window.ts';
import type { HistoryRow } from '../availability/state-history.ts';
import type { AvailabilityApi, AvailabilityQuestion, ObjectAvailability } from '../availability-api.ts';
import { UTC } from '../time-period/time-zone.ts';
import { figuresOf } from './figures.ts';
import { kindOf, measureObject } from './measure-object.ts';
import { readHistories } from './read-history.ts';
import { objectsOf, windowOf, type ReportObject } from './report-scope.ts';
import { rollUpsOf, worstFirst } from './roll-up.ts';

const MOST_BUCKETS = 20_000;
const MOST_WITH_OUTAGES = 50;
const DAY_MS = 86_400_000;
const SPAN_DAYS = [1, 7, 30, 365];

export function createAvailability(deps: { db: Db; clock: Clock }): AvailabilityApi {
  const { db, clock } = deps;

  async function* measureAll(
    objects: readonly ReportObject[],
    window: ReportWindow,
    asked: Parameters<typeof measureObject>[3],
  ): AsyncGenerator<ObjectAvailability[]> {
    const byId = new Map(objects.map((object) => [object.checkId, object]));
    for await (const histories of readHistories(db, [...byId.keys()], window)) {
      const measured: ObjectAvailability[] = [];
      for (const [id, history] of histories) {
        const object = byId.get(id);
        if (object) measured.push(measureObject(object, history, window, asked));
      }
      yield measured;
    }
  }

  async function scopeOf(question: AvailabilityQuestion) {
    const nowMs = clock.nowMs();
    const window = await windowOf(db, question, nowMs);
    return { window, objects: await objectsOf(db, question, nowMs) };
  }

  return {
    async report(question, limit) {
      const { window, objects } = await scopeOf(question);
      const withBuckets = question.bucket !== undefined;
      const buckets = objects.length * window.buckets.length;
      if (withBuckets && buckets > MOST_BUCKETS)
        throw badRequest(
          'too_many',
          `${buckets.toLocaleString('en')} buckets are more than the ${MOST_BUCKETS.toLocaleString('en')} of one answer. Narrow it, take longer buckets, or take it as CSV.`,
        );
      const rows: ObjectAvailability[] = [];
      const asked = { ...question, withBuckets, withOutages: objects.length <= MOST_WITH_OUTAGES };
      for await (const measured of measureAll(objects, window, asked)) rows.push(...measured);
      rows.sort(worstFirst);
      return {
        fromMs: window.fromMs,
        toMs: window.toMs,
        rows: rows.slice(0, limit),
        total: rows.length,
        rollUps: rollUpsOf(rows),
      };
    },

    async *csv(question) {
      const { window, objects } = await scopeOf(question);
      yield availabilityCsvHeader();
      const asked = { ...question, withBuckets: true, withOutages: false };
      for await (const measured of measureAll(objects, window, asked))
        for (const row of measured) yield availabilityCsvRows([row], question.downtime);
    },

    async spans(checkId) {
      const nowMs = clock.nowMs();
      const whole = { fromMs: nowMs - (SPAN_DAYS.at(-1) ?? 0) * DAY_MS, toMs: nowMs };
      const question = { checkId, ...whole, counted: 'hard', targetPercent: 0, downtime: 'included' } as const;
      const [object] = await objectsOf(db, question, nowMs);
      if (!object) throw notFound('check', checkId);
      const kind = kindOf(object.object);
      let history: HistoryRow<string>[] = [];
      for await (const histories of readHistories(db, [checkId], whole)) history = histories.get(checkId) ?? [];
      return SPAN_DAYS.map((days) => {
        const window = createReportWindow({ fromMs: nowMs - days * DAY_MS, toMs: nowMs, zone: UTC });
        const { times } = measureAvailability(history, window, kind);
        return { fromMs: window.fromMs, toMs: window.toMs, ...figuresOf(times, kind) };
      });
    },

    periods: async () =>
      (await db.selectFrom('time_period').select('name').orderBy('name').execute()).map(({ name }) => name),
  };
}
