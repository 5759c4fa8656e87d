// Runs: start, watch, cancel, try again; and the apply of desired state, which is a run.

import type { RunsApi } from '#remediation/api.ts';
import {
  DriftApply,
  OutputQuery,
  RowParams,
  RunCreate,
  RunDetail,
  RunList,
  RunQuery,
  RunStarted,
  TaskOutput,
  TaskParams,
} from '#web/contract/remediation.ts';
import { Empty, instant } from '#web/contract/shared.ts';
import type { App } from '../../app.ts';
import { toRun, toRunDetail } from './run-detail.ts';

export function runRoutes(app: App, deps: { runs: RunsApi }): void {
  const { runs } = deps;
  const viewer = { access: 'viewer' as const };
  const operator = { access: 'operator' as const };
  const tags = ['runs'];
  const detail = async (runId: string) => toRunDetail(await runs.get(runId));

  app.get(
    '/api/v1/runs',
    {
      config: viewer,
      schema: { tags, summary: 'Runs, newest first', querystring: RunQuery, response: { 200: RunList } },
    },
    async (request) => {
      const page = await runs.list({ ...request.query, limit: request.query.limit ?? 200 });
      return { items: page.items.map(toRun), nextCursor: page.nextCursor ?? null };
    },
  );

  app.post(
    '/api/v1/runs',
    {
      config: operator,
      schema: { tags, summary: 'Run steps or a runbook', body: RunCreate, response: { 200: RunDetail } },
    },
    async (request) => detail(await runs.create(request.actor, request.body)),
  );

  app.get(
    '/api/v1/runs/:id',
    {
      config: viewer,
      schema: { tags, summary: 'One run with its tasks', params: RowParams, response: { 200: RunDetail } },
    },
    (request) => detail(request.params.id),
  );

  app.get(
    '/api/v1/runs/:id/tasks/:taskId/output',
    {
      config: viewer,
      schema: {
        tags,
        summary: 'What a task printed, from a chunk on',
        params: TaskParams,
        querystring: OutputQuery,
        response: { 200: TaskOutput },
      },
    },
    async (request) => {
      const { id, taskId } = request.params;
      const { after = -1, limit = 200 } = request.query;
      const { chunks, ...output } = await runs.output(id, taskId, after, limit);
      return { ...output, chunks: chunks.map(({ atMs, ...chunk }) => ({ ...chunk, at: instant(atMs) })) };
    },
  );

  app.post(
    '/api/v1/runs/:id/cancel',
    { config: operator, schema: { tags, summary: 'Cancel a run', params: RowParams, response: { 200: Empty } } },
    async (request) => {
      await runs.cancel(request.actor, request.params.id);
      return {};
    },
  );

  app.post(
    '/api/v1/runs/:id/retry',
    {
      config: operator,
      schema: {
        tags,
        summary: 'Run again on the hosts that did not succeed',
        params: RowParams,
        response: { 200: RunDetail },
      },
    },
    async (request) => detail(await runs.retry(request.actor, request.params.id)),
  );

  app.post(
    '/api/v1/drift/apply',
    {
      config: operator,
      schema: {
        tags,
        summary: 'Make hosts match their desired state',
        body: DriftApply,
        response: { 200: RunStarted },
      },
    },
    async (request) => ({ runId: await runs.applyDrift(request.actor, request.body) }),
  );
}
