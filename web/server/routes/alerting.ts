// Problems, alerts and what was said about them.

import type { AlertingApi } from '#alerting/api.ts';
import type { StoredEvent } from '#kernel/domain/event.ts';
import { badRequest } from '#kernel/errors.ts';
import {
  AlertAction,
  AlertComment,
  AlertList,
  AlertQuery,
  DeliveryList,
  DeliveryQuery,
  Episode,
  NewComment,
  OutboxList,
  ProblemList,
  ProblemRow,
} from '#web/contract/alerting.ts';
import type { TimelineEvent } from '#web/contract/events.ts';
import { IdParams, instant, PageQuery } from '#web/contract/shared.ts';
import type { App } from '../app.ts';
import { contactRoutes, ruleRoutes } from './alerting-objects.ts';
import { toAlert, toDelivery, toLoop, toProblem } from './alerting-views.ts';

interface AlertingRoutesDeps {
  alerting: AlertingApi;
  toTimeline(events: StoredEvent[]): Promise<TimelineEvent[]>;
}

const viewer = { access: 'viewer' as const };
const operator = { access: 'operator' as const };
const tags = ['alerts'];
const MOST_PROBLEMS = 1000;

export function alertingRoutes(app: App, deps: AlertingRoutesDeps): void {
  problemRoutes(app, deps);
  actionRoutes(app, deps);
  deliveryRoutes(app, deps);
  ruleRoutes(app, deps);
  contactRoutes(app, deps);
}

function problemRoutes(app: App, { alerting, toTimeline }: AlertingRoutesDeps): void {
  app.get(
    '/api/v1/problems',
    { config: viewer, schema: { tags, summary: 'What is wrong now, worst first', response: { 200: ProblemList } } },
    async () => {
      const [problems, counts] = await Promise.all([alerting.problems(MOST_PROBLEMS), alerting.problemCounts()]);
      return { items: problems.map(toProblem), nextCursor: null, counts };
    },
  );

  app.get(
    '/api/v1/alerts',
    {
      config: viewer,
      schema: {
        tags,
        summary: 'Alerts of any state, newest first',
        querystring: AlertQuery,
        response: { 200: AlertList },
      },
    },
    async (request) => {
      const { cursor, limit = 200, ...filter } = request.query;
      const before = cursor === undefined ? undefined : alertCursor(cursor);
      const alerts = await alerting.alerts({ ...filter, ...(before && { before }), limit });
      const last = alerts.length === limit ? alerts.at(-1) : undefined;
      return { items: alerts.map(toAlert), nextCursor: last ? `${last.openedAtMs}.${last.id}` : null };
    },
  );

  app.get(
    '/api/v1/alerts/:id',
    {
      config: viewer,
      schema: { tags, summary: 'One episode, with its loop', params: IdParams, response: { 200: Episode } },
    },
    async (request) => {
      const episode = await alerting.episode(request.params.id);
      return {
        alert: toProblem(episode.alert),
        loop: toLoop(episode.loop),
        comments: episode.comments.map(({ atMs, ...comment }) => ({ ...comment, at: instant(atMs) })),
        deliveries: episode.deliveries.map(toDelivery),
        events: await toTimeline(episode.events),
        runIds: episode.runIds,
      };
    },
  );
}

function actionRoutes(app: App, { alerting }: AlertingRoutesDeps): void {
  const actions = [
    ['acknowledge', 'Take it; the same person again changes nothing', alerting.acknowledge],
    ['unacknowledge', 'Give it back', alerting.unacknowledge],
    ['resolve', 'Close it by hand', alerting.resolve],
  ] as const;
  for (const [name, summary, act] of actions) {
    app.post(
      `/api/v1/alerts/:id/${name}`,
      {
        config: operator,
        schema: { tags, summary, params: IdParams, body: AlertAction, response: { 200: ProblemRow } },
      },
      async (request) => {
        await act(request.params.id, request.actor, request.body.comment);
        return toProblem(await alerting.problem(request.params.id));
      },
    );
  }

  app.post(
    '/api/v1/alerts/:id/comments',
    {
      config: operator,
      schema: {
        tags,
        summary: 'Say something about it',
        params: IdParams,
        body: NewComment,
        response: { 200: AlertComment },
      },
    },
    async (request) => {
      const { atMs, ...said } = await alerting.comment(request.params.id, request.actor, request.body.comment);
      return { ...said, at: instant(atMs) };
    },
  );
}

function deliveryRoutes(app: App, { alerting }: AlertingRoutesDeps): void {
  app.get(
    '/api/v1/deliveries',
    {
      config: viewer,
      schema: {
        tags,
        summary: 'What was said to whom, newest first',
        querystring: DeliveryQuery,
        response: { 200: DeliveryList },
      },
    },
    async (request) => {
      const { cursor, limit = 200, alertId } = request.query;
      const found = await alerting.deliveries({
        ...(alertId !== undefined && { alertId }),
        ...(cursor !== undefined && { beforeSeq: numberCursor(cursor) }),
        limit,
      });
      const last = found.length === limit ? found.at(-1) : undefined;
      return { items: found.map(toDelivery), nextCursor: last ? String(last.seq) : null };
    },
  );

  app.get(
    '/api/v1/outbox',
    {
      // Mails hold what pages say, which every viewer may read anyway.
      config: viewer,
      schema: {
        tags,
        summary: 'Mails of the local outbox, newest first',
        querystring: PageQuery,
        response: { 200: OutboxList },
      },
    },
    async (request) => {
      const { cursor, limit = 200 } = request.query;
      const mails = await alerting.outbox({ ...(cursor !== undefined && { before: outboxCursor(cursor) }), limit });
      const last = mails.length === limit ? mails.at(-1) : undefined;
      return {
        items: mails.map(({ atMs, ...mail }) => ({ ...mail, at: instant(atMs) })),
        nextCursor: last ? `${last.atMs}.${last.messageId}` : null,
      };
    },
  );
}

const badCursor = (cursor: string) =>
  badRequest('bad_cursor', `cursor: ${JSON.stringify(cursor)} is not one that this list gave. Start without a cursor.`);

function numberCursor(cursor: string): number {
  if (!/^\d{1,15}$/.test(cursor)) throw badCursor(cursor);
  return Number(cursor);
}

function alertCursor(cursor: string): { openedAtMs: number; id: string } {
  const [, openedAtMs, id] = /^(\d{1,15})\.([\da-f-]{36})$/.exec(cursor) ?? [];
  if (openedAtMs === undefined || id === undefined) throw badCursor(cursor);
  return { openedAtMs: Number(openedAtMs), id };
}

function outboxCursor(cursor: string): { atMs: number; messageId: string } {
  const [, atMs, messageId] = /^(\d{1,15})\.(<.+>)$/.exec(cursor) ?? [];
  if (atMs === undefined || messageId === undefined) throw badCursor(cursor);
  return { atMs: Number(atMs), messageId };
}
