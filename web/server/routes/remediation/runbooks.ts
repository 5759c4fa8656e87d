// Runbooks: saved, versioned definitions of what to do.

import type { Runbook as RunbookRecord, RunbooksApi } from '#remediation/api.ts';
import {
  RowParams,
  Runbook,
  RunbookCreate,
  RunbookList,
  RunbookUpdate,
  RunbookVersionList,
} from '#web/contract/remediation.ts';
import { Empty, instant, PageQuery } from '#web/contract/shared.ts';
import type { App } from '../../app.ts';

const toRunbook = ({ createdAtMs, updatedAtMs, origin, ...rest }: RunbookRecord): Runbook => ({
  ...rest,
  origin: origin ?? null,
  createdAt: instant(createdAtMs),
  updatedAt: instant(updatedAtMs),
});

export function runbookRoutes(app: App, deps: { runbooks: RunbooksApi }): void {
  const { runbooks } = deps;
  const viewer = { access: 'viewer' as const };
  const engineer = { access: 'engineer' as const };
  const tags = ['runbooks'];

  app.get(
    '/api/v1/runbooks',
    {
      config: viewer,
      schema: { tags, summary: 'Runbooks by name', querystring: PageQuery, response: { 200: RunbookList } },
    },
    async (request) => {
      const page = await runbooks.list({ ...request.query, limit: request.query.limit ?? 200 });
      return { items: page.items.map(toRunbook), nextCursor: page.nextCursor ?? null };
    },
  );

  app.post(
    '/api/v1/runbooks',
    { config: engineer, schema: { tags, summary: 'Add a runbook', body: RunbookCreate, response: { 200: Runbook } } },
    async (request) => toRunbook(await runbooks.get(await runbooks.create(request.actor, request.body))),
  );

  app.get(
    '/api/v1/runbooks/:id',
    { config: viewer, schema: { tags, summary: 'One runbook', params: RowParams, response: { 200: Runbook } } },
    async (request) => toRunbook(await runbooks.get(request.params.id)),
  );

  app.get(
    '/api/v1/runbooks/:id/versions',
    {
      config: viewer,
      schema: { tags, summary: 'Every save, newest first', params: RowParams, response: { 200: RunbookVersionList } },
    },
    async (request) => {
      const versions = await runbooks.versions(request.params.id);
      return {
        items: versions.map(({ savedAtMs, ...rest }) => ({ ...rest, savedAt: instant(savedAtMs) })),
        nextCursor: null,
      };
    },
  );

  app.put(
    '/api/v1/runbooks/:id',
    {
      config: engineer,
      schema: {
        tags,
        summary: 'Save a new version',
        params: RowParams,
        body: RunbookUpdate,
        response: { 200: Runbook },
      },
    },
    async (request) => {
      await runbooks.update(request.actor, request.params.id, request.body);
      return toRunbook(await runbooks.get(request.params.id));
    },
  );

  app.delete(
    '/api/v1/runbooks/:id',
    { config: engineer, schema: { tags, summary: 'Delete a runbook', params: RowParams, response: { 200: Empty } } },
    async (request) => {
      await runbooks.remove(request.actor, request.params.id);
      return {};
    },
  );
}
