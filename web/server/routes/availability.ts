// Availability reports over HTTP, as JSON and as a table that is written while it is measured.

import { Readable } from 'node:stream';
import type {
  AvailabilityFigures,
  AvailabilityQuestion,
  ChecksApi,
  ObjectAvailability,
  OutageFigures,
} from '#checks/api.ts';
import {
  AvailabilityPeriods,
  AvailabilityQuery,
  AvailabilityReport,
  CheckAvailability,
  type AvailabilityRow,
  type StateShares,
} from '#web/contract/availability.ts';
import { IdParams, instant } from '#web/contract/shared.ts';
import type { App } from '../app.ts';

export function availabilityRoutes(app: App, deps: { checks: ChecksApi }): void {
  const { availability } = deps.checks;
  const config = { access: 'viewer' as const };
  const tags = ['availability'];

  app.get(
    '/api/v1/availability',
    {
      config,
      schema: {
        ...{ tags, summary: 'How available hosts and services were, worst first; also as CSV' },
        ...{ querystring: AvailabilityQuery, response: { 200: AvailabilityReport } },
      },
    },
    async (request, reply) => {
      const { limit = 200, format } = request.query;
      const question = toQuestion(request.query);
      const isCsv = format === undefined ? request.headers.accept?.startsWith('text/csv') : format === 'csv';
      if (!isCsv) return toReport(await availability.report(question, limit));
      const lines = availability.csv(question);
      // The head is asked for first: a question that makes no sense is still answered with what is wrong.
      const head = await lines.next();
      void reply
        .type('text/csv; charset=utf-8')
        .header('content-disposition', 'attachment; filename="availability.csv"');
      // A stream is sent as it is, whatever the schema says of JSON.
      return reply.send(Readable.from(following(head.value, lines)) as never);
    },
  );

  app.get(
    '/api/v1/availability/periods',
    {
      config,
      schema: { tags, summary: 'Time periods that limit a report', response: { 200: AvailabilityPeriods } },
    },
    async () => ({ items: await availability.periods() }),
  );

  app.get(
    '/api/v1/checks/:id/availability',
    {
      config,
      schema: {
        tags,
        summary: 'The last day, week, month and year',
        params: IdParams,
        response: { 200: CheckAvailability },
      },
    },
    async (request) => ({
      spans: (await availability.spans(request.params.id)).map(({ fromMs, toMs, ...figures }) => ({
        ...{ from: instant(fromMs), to: instant(toMs) },
        ...toFigures(figures),
      })),
    }),
  );
}

async function* following(first: string | undefined, rest: AsyncGenerator<string>): AsyncGenerator<string> {
  if (first !== undefined) yield first;
  yield* rest;
}

const toQuestion = ({
  q,
  from,
  to,
  bucket,
  countSoft,
  target = 99,
  downtime = 'excluded',
  ...rest
}: AvailabilityQuery) => {
  const { hostId, checkId, group, serviceGroup, zone, period } = rest;
  return {
    ...(hostId !== undefined && { hostId }),
    ...(checkId !== undefined && { checkId }),
    ...(group !== undefined && { group }),
    ...(serviceGroup !== undefined && { serviceGroup }),
    ...(zone !== undefined && { zone }),
    ...(period !== undefined && { period }),
    ...(q !== undefined && { search: q }),
    ...(bucket !== undefined && bucket !== 'none' && { bucket }),
    ...{ fromMs: Date.parse(from), toMs: Date.parse(to), targetPercent: target, downtime },
    counted: countSoft === true ? 'soft' : 'hard',
  } satisfies AvailabilityQuestion;
};

const toReport = (report: Awaited<ReturnType<ChecksApi['availability']['report']>>): AvailabilityReport => ({
  from: instant(report.fromMs),
  to: instant(report.toMs),
  total: report.total,
  rows: report.rows.map(toRow),
  rollUps: report.rollUps.map(({ object, objects, met, missed, undetermined, worst, ...figures }) => ({
    ...{ object, objects, met, missed, undetermined },
    ...toFigures(figures),
    worst: worst && { checkId: worst.checkId, name: worst.name, percent: worst.availablePercent },
  })),
});

function toRow(row: ObjectAvailability): AvailabilityRow {
  const { checkId, checkName, hostId, hostName, object, outages, unplannedOutages, outageList, verdict, buckets } = row;
  return {
    ...{ checkId, checkName, hostId, hostName, object },
    ...toFigures(row),
    outages: toOutages(outages),
    unplannedOutages: toOutages(unplannedOutages),
    outageList: outageList.map(({ fromMs, toMs, ms, isOpen, isPlanned }) => ({
      ...{ from: instant(fromMs), to: instant(toMs), sec: ms / 1000, isOpen, isPlanned },
    })),
    verdict: verdict.verdict,
    budgetSec: verdict.budgetMs / 1000,
    outageSec: verdict.outageMs / 1000,
    buckets: buckets.map(({ label, fromMs, toMs, ...figures }) => ({
      ...{ label, from: instant(fromMs), to: instant(toMs) },
      ...toFigures(figures),
    })),
  };
}

const toFigures = ({ states, available, availableWithoutDowntime }: AvailabilityFigures) => ({
  percent: available ?? null,
  percentWithoutDowntime: availableWithoutDowntime ?? null,
  states: Object.fromEntries(
    Object.entries(states).map(([state, { ms, downtimeMs, percent, percentWithoutDowntime }]) => [
      state,
      {
        sec: ms / 1000,
        downtimeSec: downtimeMs / 1000,
        percent: percent ?? null,
        percentWithoutDowntime: percentWithoutDowntime ?? null,
      },
    ]),
  ) satisfies StateShares,
});

const toOutages = ({ count, totalMs, longestMs, mttrMs, mtbfMs }: OutageFigures) => ({
  count,
  totalSec: totalMs / 1000,
  longestSec: longestMs / 1000,
  mttrSec: mttrMs === undefined ? null : mttrMs / 1000,
  mtbfSec: mtbfMs === undefined ? null : mtbfMs / 1000,
});
