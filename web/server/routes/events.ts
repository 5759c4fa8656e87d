// The timeline, the audit trail and the live stream.

import type { StoredEvent } from '#kernel/domain/event.ts';
import { badRequest } from '#kernel/errors.ts';
import { readAuditTrail, verifyAuditTrail } from '#store/audit-trail.ts';
import { readEvents } from '#store/event-reader.ts';
import type { Db } from '#store/postgres.ts';
import { AuditCheck, AuditEntry, TimelineEvent, TimelineQuery } from '#web/contract/events.ts';
import { instant, ListOf, PageQuery } from '#web/contract/shared.ts';
import type { FastifyRequest } from 'fastify';
import Type from 'typebox';
import type { App } from '../app.ts';
import { bearerOf } from '../plugins/access.ts';
import type { Identity } from '../identity/identity.ts';
import { topicsOf, type LiveFeed } from '../live-feed.ts';

const MOST_TOPICS = 50;
const MOST_REPLAYED = 500;

export interface EventRoutesDeps {
  db: Db;
  identity: Identity;
  liveFeed: LiveFeed;
  toTimeline(events: StoredEvent[]): Promise<TimelineEvent[]>;
}

/** Whether the session or token of this request is still good. */
function rightOf(request: FastifyRequest, identity: Identity): () => Promise<boolean> {
  const sessionId = request.session?.id;
  const bearer = bearerOf(request);
  return async () => {
    if (sessionId !== undefined) return (await identity.readSession(sessionId)) !== undefined;
    return bearer !== undefined && (await identity.readToken(bearer)) !== undefined;
  };
}

const parseInstant = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : Date.parse(text);

export function eventRoutes(app: App, deps: EventRoutesDeps): void {
  const { db } = deps;

  app.get(
    '/api/v1/events',
    {
      config: { access: 'viewer' },
      schema: {
        tags: ['timeline'],
        summary: 'Events, newest first',
        querystring: TimelineQuery,
        response: { 200: ListOf(TimelineEvent) },
      },
    },
    async (request) => {
      const { kinds, from, to, cursor, limit = 200, ...subject } = request.query;
      const fromMs = parseInstant(from);
      const toMs = parseInstant(to);
      const events = await readEvents(db, {
        ...subject,
        ...(kinds && { kinds: kinds.split(',').filter(Boolean) }),
        ...(fromMs !== undefined && { fromMs }),
        ...(toMs !== undefined && { toMs }),
        ...(cursor !== undefined && { beforeId: cursor }),
        limit,
      });
      const last = events.length === limit ? events.at(-1) : undefined;
      return { items: await deps.toTimeline(events), nextCursor: last?.id ?? null };
    },
  );

  app.get(
    '/api/v1/audit',
    {
      config: { access: 'engineer' },
      schema: {
        tags: ['audit'],
        summary: 'Audit trail, newest first',
        querystring: PageQuery,
        response: { 200: ListOf(AuditEntry) },
      },
    },
    async (request) => {
      const limit = request.query.limit ?? 200;
      const entries = await readAuditTrail(db, {
        ...(request.query.cursor && { beforeSeq: request.query.cursor }),
        limit,
      });
      return {
        items: entries.map(({ atMs, ...entry }) => ({ ...entry, at: instant(atMs) })),
        nextCursor: entries.length === limit ? (entries.at(-1)?.seq ?? null) : null,
      };
    },
  );

  app.get(
    '/api/v1/audit/check',
    {
      config: { access: 'engineer' },
      schema: { tags: ['audit'], summary: 'Does the hash chain hold?', response: { 200: AuditCheck } },
    },
    async () => {
      const result = await verifyAuditTrail(db);
      return { entries: result.entries, brokenAt: result.brokenAt ?? null };
    },
  );

  app.get(
    '/api/v1/stream',
    {
      config: { access: 'viewer' },
      schema: {
        tags: ['timeline'],
        summary: 'Live stream (server-sent events)',
        querystring: Type.Object({ topics: Type.String({ maxLength: 4000 }) }),
      },
    },
    async (request, reply) => {
      const topics = new Set(request.query.topics.split(',').filter(Boolean));
      if (topics.size === 0 || topics.size > MOST_TOPICS) {
        throw badRequest('bad_topics', `topics: ${topics.size} given, 1 to ${MOST_TOPICS} accepted.`);
      }
      reply.hijack();
      const response = reply.raw;
      response.writeHead(200, {
        'content-type': 'text/event-stream',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
        connection: 'keep-alive',
      });
      const send = (message: { id?: string; event: string; data: unknown }) =>
        void response.write(
          `${message.id ? `id: ${message.id}\n` : ''}event: ${message.event}\ndata: ${JSON.stringify(message.data)}\n\n`,
        );
      const disconnect = deps.liveFeed.connect({
        topics,
        send,
        unsentBytes: () => response.writableLength,
        mayStay: rightOf(request, deps.identity),
        close: () => response.end(),
      });
      request.raw.once('close', disconnect);
      response.write('retry: 1000\n\n');
      const lastId = request.headers['last-event-id'];
      if (typeof lastId === 'string' && /^\d+$/.test(lastId)) {
        // The browser missed something; it re-reads what it shows, so the newest suffice.
        const missed = await readEvents(db, { limit: MOST_REPLAYED });
        const wanted = missed.filter(
          (event) => Number(event.id) > Number(lastId) && topicsOf(event).some((topic) => topics.has(topic)),
        );
        const lines = await deps.toTimeline(wanted.reverse());
        for (const line of lines) send({ id: line.id, event: 'event', data: line });
      }
      return reply;
    },
  );
}
