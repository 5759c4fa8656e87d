// Checks: what is watched, the state it is in, and the routes by which it is changed.

import type { CheckDetail as CheckDetailRecord, CheckFilter, ChecksApi, CheckSummary } from '#checks/api.ts';
import {
  CheckCounts,
  CheckCountsQuery,
  CheckCreate,
  CheckDetail,
  CheckKinds,
  CheckList,
  CheckListQuery,
  CheckResults,
  CheckUpdate,
  type Check,
} from '#web/contract/checks.ts';
import { Empty, IdParams, instant, instantOrNull } from '#web/contract/shared.ts';
import type { App } from '../app.ts';
import { checkActionRoutes } from './check-actions.ts';
import { checkViewRoutes } from './check-views.ts';

const secOrNull = (ms: number | null): number | null => (ms === null ? null : ms / 1000);

function toCheck(record: CheckSummary): Check {
  const { createdAtMs, updatedAtMs, lastCheckAtMs, lastChangeAtMs, lastHardChangeAtMs, nextCheckAtMs } = record;
  const { latencyMs, executionMs, isStale, isFlapping, ...rest } = record;
  return {
    ...rest,
    stale: isStale,
    flapping: isFlapping,
    createdAt: instant(createdAtMs),
    updatedAt: instant(updatedAtMs),
    lastCheckAt: instantOrNull(lastCheckAtMs),
    lastChangeAt: instantOrNull(lastChangeAtMs),
    lastHardChangeAt: instantOrNull(lastHardChangeAtMs),
    nextCheckAt: instantOrNull(nextCheckAtMs),
    latencySec: secOrNull(latencyMs),
    executionSec: secOrNull(executionMs),
  };
}

const toDetail = (record: CheckDetailRecord): CheckDetail => ({
  ...toCheck(record),
  longOutput: record.longOutput,
  checkedBy: record.checkedBy,
  settings: record.settings,
  perfdata: record.perfdata,
});

const toFilter = ({ q, ...filter }: CheckFilter & { q?: string }): CheckFilter => ({
  ...filter,
  ...(q !== undefined && { search: q }),
});

export function checkRoutes(app: App, deps: { checks: ChecksApi }): void {
  const { checks } = deps;
  const viewer = { access: 'viewer' as const };
  const engineer = { access: 'engineer' as const };
  const tags = ['checks'];

  checkViewRoutes(app, deps);
  checkActionRoutes(app, deps);

  app.get(
    '/api/v1/check-kinds',
    { config: viewer, schema: { tags, summary: 'What can be checked', response: { 200: CheckKinds } } },
    () => ({ items: checks.kinds(), nextCursor: null }),
  );

  app.get(
    '/api/v1/checks',
    {
      config: viewer,
      schema: { tags, summary: 'Checks, worst first', querystring: CheckListQuery, response: { 200: CheckList } },
    },
    async (request) => {
      const { sort, cursor, limit = 200, ...filter } = request.query;
      const place = { ...(sort && { sort }), ...(cursor !== undefined && { cursor }), limit };
      const page = await checks.list({ ...toFilter(filter), ...place });
      return { items: page.items.map(toCheck), nextCursor: page.nextCursor };
    },
  );

  app.get(
    '/api/v1/checks/counts',
    {
      config: viewer,
      schema: {
        ...{ tags, summary: 'How many checks a filter catches' },
        ...{ querystring: CheckCountsQuery, response: { 200: CheckCounts } },
      },
    },
    (request) => checks.counts(toFilter(request.query)),
  );

  app.post(
    '/api/v1/checks',
    { config: engineer, schema: { tags, summary: 'Add a check', body: CheckCreate, response: { 200: CheckDetail } } },
    async (request) => toDetail(await checks.get(await checks.create(request.actor, request.body))),
  );

  app.get(
    '/api/v1/checks/:id',
    { config: viewer, schema: { tags, summary: 'One check', params: IdParams, response: { 200: CheckDetail } } },
    async (request) => toDetail(await checks.get(request.params.id)),
  );

  app.patch(
    '/api/v1/checks/:id',
    {
      config: engineer,
      schema: { tags, summary: 'Change a check', params: IdParams, body: CheckUpdate, response: { 200: CheckDetail } },
    },
    async (request) => {
      await checks.update(request.actor, request.params.id, request.body);
      return toDetail(await checks.get(request.params.id));
    },
  );

  app.delete(
    '/api/v1/checks/:id',
    { config: engineer, schema: { tags, summary: 'Delete a check', params: IdParams, response: { 200: Empty } } },
    async (request) => {
      await checks.remove(request.actor, request.params.id);
      return {};
    },
  );

  app.get(
    '/api/v1/checks/:id/results',
    {
      config: viewer,
      schema: { tags, summary: 'The last results, oldest first', params: IdParams, response: { 200: CheckResults } },
    },
    async (request) => ({
      items: (await checks.results(request.params.id)).map(({ atMs, ...entry }) => ({ ...entry, at: instant(atMs) })),
      nextCursor: null,
    }),
  );
}
