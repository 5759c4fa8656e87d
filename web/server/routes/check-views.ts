// What stands around checks: the overview, the map of dependencies, and what belongs to one check.

import type { ChecksApi } from '#checks/api.ts';
import { badRequest } from '#kernel/errors.ts';
import {
  BlastRadius,
  BlastRadiusQuery,
  CheckCommand,
  CheckComments,
  CheckExplanation,
  CheckHistory,
  CheckOverview,
  CheckRelations,
  DependencyMap,
  DependencyMapQuery,
} from '#web/contract/check-views.ts';
import { IdParams, instant, instantOrNull } from '#web/contract/shared.ts';
import type { App } from '../app.ts';

export function checkViewRoutes(app: App, deps: { checks: ChecksApi }): void {
  const { checks } = deps;
  const config = { access: 'viewer' as const };
  const tags = ['checks'];
  const params = IdParams;

  app.get(
    '/api/v1/checks/overview',
    { config, schema: { tags, summary: 'Everything counted', response: { 200: CheckOverview } } },
    () => checks.overview(),
  );

  app.get(
    '/api/v1/checks/map',
    {
      config,
      schema: {
        ...{ tags, summary: 'Parents and dependencies as a graph' },
        ...{ querystring: DependencyMapQuery, response: { 200: DependencyMap } },
      },
    },
    ({ query: { hostId } }) => checks.dependencyMap(hostId === undefined ? undefined : { hostId }),
  );

  app.get(
    '/api/v1/checks/blast-radius',
    {
      config,
      schema: {
        ...{ tags, summary: 'What needs a host or a check' },
        ...{ querystring: BlastRadiusQuery, response: { 200: BlastRadius } },
      },
    },
    ({ query: { hostId, checkId } }) => {
      if (hostId !== undefined && checkId === undefined) return checks.blastRadius({ hostId });
      if (checkId !== undefined && hostId === undefined) return checks.blastRadius({ checkId });
      throw badRequest('invalid_request', 'Give either hostId or checkId.');
    },
  );

  app.get(
    '/api/v1/checks/:id/command',
    {
      config,
      schema: { tags, summary: 'What a run does, secrets masked', params, response: { 200: CheckCommand } },
    },
    async (request) => ({ command: await checks.command(request.params.id) }),
  );

  app.get(
    '/api/v1/checks/:id/relations',
    {
      config,
      schema: { tags, summary: 'Parents, dependencies, downtimes', params, response: { 200: CheckRelations } },
    },
    async (request) => {
      const { downtimes, ...links } = await checks.relations(request.params.id);
      return {
        ...links,
        downtimes: downtimes.map(({ startsAtMs, endsAtMs, ...rest }) => ({
          ...rest,
          startsAt: instant(startsAtMs),
          endsAt: instant(endsAtMs),
        })),
      };
    },
  );

  app.get(
    '/api/v1/checks/:id/history',
    { config, schema: { tags, summary: 'Changes of state, newest first', params, response: { 200: CheckHistory } } },
    async (request) => ({
      items: (await checks.history(request.params.id)).map(({ atMs, ...entry }) => ({ ...entry, at: instant(atMs) })),
      nextCursor: null,
    }),
  );

  app.get(
    '/api/v1/checks/:id/comments',
    { config, schema: { tags, summary: 'Comments, newest first', params, response: { 200: CheckComments } } },
    async (request) => ({
      items: (await checks.comments(request.params.id)).map(({ atMs, expiresAtMs, ...entry }) => ({
        ...entry,
        at: instant(atMs),
        expiresAt: instantOrNull(expiresAtMs),
      })),
      nextCursor: null,
    }),
  );

  app.get(
    '/api/v1/checks/:id/explanation',
    {
      config,
      schema: {
        ...{ tags, summary: 'Why it is as it is, runs when it does, and is told or not' },
        ...{ params, response: { 200: CheckExplanation } },
      },
    },
    (request) => checks.explain(request.params.id),
  );
}
