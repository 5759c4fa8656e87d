// Views: charts that people keep, and the import of those of ganglia-web.

import { AppError } from '#kernel/errors.ts';
import { Empty, IdParams, ListOf, PageQuery } from '#web/contract/shared.ts';
import { View, ViewCreate, ViewImport, ViewImportReport, ViewSummary, ViewUpdate } from '#web/contract/views.ts';
import type { App } from '../app.ts';
import { importGangliaViews } from '../views/ganglia-import.ts';
import type { Views } from '../views/views.ts';

export function viewRoutes(app: App, deps: { views: Views }): void {
  const { views } = deps;
  const viewer = { access: 'viewer' as const };
  const operator = { access: 'operator' as const };
  const tags = ['views'];

  app.get(
    '/api/v1/views',
    {
      config: viewer,
      schema: { tags, summary: 'Views by name', querystring: PageQuery, response: { 200: ListOf(ViewSummary) } },
    },
    ({ query }) => views.list({ cursor: query.cursor, limit: query.limit ?? 200 }),
  );

  app.post(
    '/api/v1/views',
    { config: operator, schema: { tags, summary: 'Keep a view', body: ViewCreate, response: { 200: View } } },
    (request) => views.create(request.actor, request.body),
  );

  app.get(
    '/api/v1/views/:id',
    {
      config: viewer,
      schema: { tags, summary: 'One view with its charts', params: IdParams, response: { 200: View } },
    },
    (request) => views.get(request.params.id),
  );

  app.put(
    '/api/v1/views/:id',
    {
      config: operator,
      schema: { tags, summary: 'Save a view', params: IdParams, body: ViewUpdate, response: { 200: View } },
    },
    (request) => views.update(request.actor, request.params.id, request.body),
  );

  app.delete(
    '/api/v1/views/:id',
    { config: operator, schema: { tags, summary: 'Delete a view', params: IdParams, response: { 200: Empty } } },
    async (request) => {
      await views.remove(request.actor, request.params.id);
      return {};
    },
  );

  app.post(
    '/api/v1/views/import',
    {
      config: operator,
      schema: {
        tags,
        summary: 'Make views of the view files of ganglia-web, or say what would be made',
        body: ViewImport,
        response: { 200: ViewImportReport },
      },
    },
    async (request) => {
      const { files, dryRun = false } = request.body;
      const report: ViewImportReport = { dryRun, views: [] };
      for (const { view, ...reported } of await importGangliaViews(files, (name) => views.isTaken(name))) {
        if (!view || dryRun) report.views.push({ ...reported, id: null });
        else report.views.push(await made(reported, () => views.create(request.actor, view)));
      }
      return report;
    },
  );
}

type Reported = Omit<ViewImportReport['views'][number], 'id'>;

/** Somebody may have taken the name since it was looked at; the other views are made all the same. */
async function made(reported: Reported, create: () => Promise<View>): Promise<ViewImportReport['views'][number]> {
  try {
    return { ...reported, id: (await create()).id };
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'name_taken') throw error;
    return { ...reported, result: 'skipped', why: error.message, id: null };
  }
}
