// Downtimes over HTTP: what is planned, what an order would do, planning and cancelling.

import type { ChecksApi } from '#checks/api.ts';
import type { Clock } from '#kernel/clock.ts';
import {
  DowntimeBatches,
  DowntimeBatchQuery,
  DowntimeCancelled,
  DowntimeCancelPreview,
  DowntimeChoice,
  DowntimeList,
  DowntimeListQuery,
  DowntimeOrder,
  DowntimePlanned,
  DowntimePreview,
  DowntimePreviewOrder,
} from '#web/contract/downtimes.ts';
import type { App } from '../app.ts';
import { toBatch, toChoice, toDowntime, toFilter, toTarget, toTime } from './downtime-shapes.ts';
import { recurringDowntimeRoutes } from './recurring-downtimes.ts';

export function downtimeRoutes(app: App, deps: { checks: ChecksApi; clock: Clock }): void {
  const { downtimes } = deps.checks;
  const viewer = { access: 'viewer' as const };
  const operator = { access: 'operator' as const };
  const tags = ['downtimes'];

  app.get(
    '/api/v1/downtimes',
    {
      config: viewer,
      schema: {
        ...{ tags, summary: 'Downtimes, latest start first' },
        ...{ querystring: DowntimeListQuery, response: { 200: DowntimeList } },
      },
    },
    async (request) => {
      const { cursor, limit = 200, ...filter } = request.query;
      const page = await downtimes.list(toFilter(filter), { ...(cursor !== undefined && { cursor }), limit });
      return { items: page.items.map(toDowntime), nextCursor: page.nextCursor };
    },
  );

  app.get(
    '/api/v1/downtimes/batches',
    {
      config: viewer,
      schema: {
        ...{ tags, summary: 'What was planned together, as one entry' },
        ...{ querystring: DowntimeBatchQuery, response: { 200: DowntimeBatches } },
      },
    },
    async (request) => {
      const { items, total } = await downtimes.batches(toFilter(request.query));
      return { items: items.map(toBatch), total };
    },
  );

  app.post(
    '/api/v1/downtimes/preview',
    {
      config: operator,
      schema: {
        ...{ tags, summary: 'What a downtime would keep quiet' },
        ...{ body: DowntimePreviewOrder, response: { 200: DowntimePreview } },
      },
    },
    async (request) => {
      const { target, ...time } = request.body;
      const order = { target: toTarget(target), ...toTime(time, deps.clock.nowMs()) };
      const { isTooMany, overlaps, ...preview } = await downtimes.preview(order);
      return { ...preview, tooMany: isTooMany, overlaps: overlaps.map(toDowntime) };
    },
  );

  app.post(
    '/api/v1/downtimes',
    {
      config: operator,
      schema: { tags, summary: 'Plan a downtime', body: DowntimeOrder, response: { 200: DowntimePlanned } },
    },
    (request) => {
      const { target, fixed = true, durationSec = 0, comment, ...time } = request.body;
      return downtimes.schedule(request.actor, {
        target: toTarget(target),
        ...toTime(time, deps.clock.nowMs()),
        ...{ isFixed: fixed, durationMs: fixed ? 0 : durationSec * 1000, comment: comment.trim() },
      });
    },
  );

  app.post(
    '/api/v1/downtimes/cancel',
    {
      config: operator,
      schema: { tags, summary: 'Cancel downtimes', body: DowntimeChoice, response: { 200: DowntimeCancelled } },
    },
    async (request) => ({ cancelled: await downtimes.cancel(request.actor, toChoice(request.body)) }),
  );

  app.post(
    '/api/v1/downtimes/cancel/preview',
    {
      config: operator,
      schema: {
        ...{ tags, summary: 'What would be told again without these downtimes' },
        ...{ body: DowntimeChoice, response: { 200: DowntimeCancelPreview } },
      },
    },
    (request) => downtimes.wouldTell(toChoice(request.body)),
  );

  recurringDowntimeRoutes(app, downtimes);
}
