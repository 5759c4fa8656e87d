// Reflexes: which condition runs which runbook, under which guard, and how it went.

import type { ReflexAttempt as AttemptRecord, ReflexesApi, ReflexWithLast } from '#remediation/api.ts';
import {
  AttemptQuery,
  Reflex,
  ReflexAttemptList,
  ReflexCreate,
  ReflexList,
  ReflexUpdate,
  RowParams,
  type ReflexAttempt,
} from '#web/contract/remediation.ts';
import { Empty, instant, instantOrNull, PageQuery } from '#web/contract/shared.ts';
import type { App } from '../../app.ts';

const toAttempt = ({ decidedAtMs, deadlineMs, finishedAtMs, ...rest }: AttemptRecord): ReflexAttempt => ({
  ...rest,
  hostId: rest.hostId ?? null,
  hostName: rest.hostName ?? null,
  checkId: rest.checkId ?? null,
  reason: rest.reason ?? null,
  runId: rest.runId ?? null,
  decidedAt: instant(decidedAtMs),
  deadlineAt: instantOrNull(deadlineMs),
  finishedAt: instantOrNull(finishedAtMs),
});

const toReflex = ({ createdAtMs, updatedAtMs, origin, lastAttempt, ...rest }: ReflexWithLast): Reflex => ({
  ...rest,
  origin: origin ?? null,
  lastAttempt: lastAttempt ? toAttempt(lastAttempt) : null,
  createdAt: instant(createdAtMs),
  updatedAt: instant(updatedAtMs),
});

export function reflexRoutes(app: App, deps: { reflexes: ReflexesApi }): void {
  const { reflexes } = deps;
  const viewer = { access: 'viewer' as const };
  const engineer = { access: 'engineer' as const };
  const tags = ['reflexes'];
  const one = async (id: string) => toReflex(await reflexes.get(id));
  const attempts = async (filter: Parameters<ReflexesApi['attempts']>[0]) => {
    const page = await reflexes.attempts(filter);
    return { items: page.items.map(toAttempt), nextCursor: page.nextCursor ?? null };
  };

  app.get(
    '/api/v1/reflexes',
    {
      config: viewer,
      schema: { tags, summary: 'Reflexes by name', querystring: PageQuery, response: { 200: ReflexList } },
    },
    async (request) => {
      const page = await reflexes.list({ ...request.query, limit: request.query.limit ?? 200 });
      return { items: page.items.map(toReflex), nextCursor: page.nextCursor ?? null };
    },
  );

  app.post(
    '/api/v1/reflexes',
    { config: engineer, schema: { tags, summary: 'Add a reflex', body: ReflexCreate, response: { 200: Reflex } } },
    async (request) => one(await reflexes.create(request.actor, request.body)),
  );

  app.get(
    '/api/v1/reflexes/:id',
    { config: viewer, schema: { tags, summary: 'One reflex', params: RowParams, response: { 200: Reflex } } },
    (request) => one(request.params.id),
  );

  app.patch(
    '/api/v1/reflexes/:id',
    {
      config: engineer,
      schema: { tags, summary: 'Change a reflex', params: RowParams, body: ReflexUpdate, response: { 200: Reflex } },
    },
    async (request) => {
      await reflexes.update(request.actor, request.params.id, request.body);
      return one(request.params.id);
    },
  );

  app.delete(
    '/api/v1/reflexes/:id',
    { config: engineer, schema: { tags, summary: 'Delete a reflex', params: RowParams, response: { 200: Empty } } },
    async (request) => {
      await reflexes.remove(request.actor, request.params.id);
      return {};
    },
  );

  app.get(
    '/api/v1/reflexes/:id/attempts',
    {
      config: viewer,
      schema: {
        tags,
        summary: 'Firings of one reflex, newest first',
        params: RowParams,
        querystring: PageQuery,
        response: { 200: ReflexAttemptList },
      },
    },
    (request) => attempts({ reflexId: request.params.id, ...request.query, limit: request.query.limit ?? 200 }),
  );

  app.get(
    '/api/v1/reflex-attempts',
    {
      config: viewer,
      schema: {
        tags,
        summary: 'Firings of all reflexes, newest first',
        querystring: AttemptQuery,
        response: { 200: ReflexAttemptList },
      },
    },
    (request) => attempts({ ...request.query, limit: request.query.limit ?? 200 }),
  );
}
