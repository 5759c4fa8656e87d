// Monitoring objects: sets of documents and Nagios configurations, single objects, rules.

import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Actor } from '#kernel/domain/actor.ts';
import { hasRole } from '#kernel/domain/actor.ts';
import { AppError, badRequest } from '#kernel/errors.ts';
import type { ObjectsApi, SetFiles, SetOutcome as Outcome, SetRequest as Wanted, SetSummary } from '#checks/api.ts';
import {
  ObjectDetail,
  ObjectEdit,
  ObjectList,
  ObjectListQuery,
  ObjectSetDetail,
  ObjectSetList,
  RemovalQuery,
  RuleTest,
  RuleTestRequest,
  SetExport,
  SetOutcome,
  SetParams,
  SetRequest,
  type SetSummary as SetSummaryShape,
} from '#web/contract/objects.ts';
import { IdParams, instant } from '#web/contract/shared.ts';
import type { App } from '../app.ts';

/** 20 MB of files, written as JSON. */
const BODY_LIMIT_BYTES = 48 << 20;
const viewer = { access: 'viewer' as const };
const engineer = { access: 'engineer' as const };
const tags = ['objects'];
const outcome = { 200: SetOutcome, 422: SetOutcome };

const toSummary = ({ appliedAtMs, ...set }: SetSummary): SetSummaryShape => ({
  ...set,
  appliedAt: instant(appliedAtMs),
});

/** A refused set is no success; the report says why. */
const answer = (reply: FastifyReply, result: Outcome): Outcome => {
  if (result.outcome === 'refused') void reply.code(422);
  return result;
};

export function objectRoutes(app: App, deps: { objects: ObjectsApi }): void {
  setRoutes(app, deps.objects);
  singleObjectRoutes(app, deps.objects);
}

function setRoutes(app: App, objects: ObjectsApi): void {
  app.get(
    '/api/v1/object-sets',
    { config: viewer, schema: { tags, summary: 'Sets of objects', response: { 200: ObjectSetList } } },
    async () => ({ items: (await objects.listSets()).map(toSummary), nextCursor: null }),
  );

  app.get(
    '/api/v1/object-sets/:name',
    { config: viewer, schema: { tags, summary: 'One set', params: SetParams, response: { 200: ObjectSetDetail } } },
    async (request) => toSummary(await objects.getSet(request.params.name)),
  );

  app.get(
    '/api/v1/object-sets/:name/export',
    {
      config: viewer,
      schema: { tags, summary: 'YAML that applies back to the same', params: SetParams, response: { 200: SetExport } },
    },
    async (request) => ({ yaml: await objects.exportSet(request.params.name) }),
  );

  app.put(
    '/api/v1/object-sets/:name',
    {
      config: engineer,
      bodyLimit: BODY_LIMIT_BYTES,
      schema: { tags, summary: 'Apply a set', params: SetParams, body: SetRequest, response: outcome },
    },
    async (request, reply) =>
      answer(reply, await objects.apply(request.actor, toWanted(request.params.name, request.body, request.actor))),
  );

  app.post(
    '/api/v1/object-sets/:name/preview',
    {
      config: engineer,
      bodyLimit: BODY_LIMIT_BYTES,
      schema: {
        ...{ tags, summary: 'What applying a set would say and change' },
        ...{ params: SetParams, body: SetRequest, response: { 200: SetOutcome } },
      },
    },
    (request) => objects.preview(toWanted(request.params.name, request.body, request.actor)),
  );

  app.post(
    '/api/v1/object-sets/:name/removal-preview',
    {
      config: engineer,
      schema: { tags, summary: 'What removing a set would change', params: SetParams, response: { 200: SetOutcome } },
    },
    (request) => objects.previewRemoval(request.params.name),
  );

  app.delete(
    '/api/v1/object-sets/:name',
    {
      config: engineer,
      schema: {
        ...{ tags, summary: 'Remove a set: its checks go, its hosts stay' },
        ...{ params: SetParams, querystring: RemovalQuery, response: outcome },
      },
    },
    async (request, reply) => {
      const { acceptRest = false } = request.query;
      return answer(reply, await objects.removeSet(request.actor, request.params.name, { acceptRest }));
    },
  );
}

function singleObjectRoutes(app: App, objects: ObjectsApi): void {
  app.get(
    '/api/v1/objects',
    {
      config: viewer,
      schema: { tags, summary: 'Objects', querystring: ObjectListQuery, response: { 200: ObjectList } },
    },
    async (request) => {
      const { cursor = '0', limit = 200, ...filter } = request.query;
      const offset = Number(cursor);
      const { items, total } = await objects.listObjects({ ...filter, offset, limit });
      const next = offset + items.length;
      return { items, total, nextCursor: next < total ? String(next) : null };
    },
  );

  app.get(
    '/api/v1/objects/:id',
    {
      config: viewer,
      schema: {
        ...{ tags, summary: 'One object, with its values and where each came from' },
        ...{ params: IdParams, response: { 200: ObjectDetail } },
      },
    },
    (request) => objects.getObject(request.params.id),
  );

  app.post(
    '/api/v1/objects',
    { config: engineer, schema: { tags, summary: 'Add or change an object', body: ObjectEdit, response: outcome } },
    async (request, reply) => answer(reply, await objects.applyEdit(request.actor, request.body)),
  );

  app.post(
    '/api/v1/objects/preview',
    {
      config: engineer,
      schema: {
        ...{ tags, summary: 'What adding or changing an object would do' },
        ...{ body: ObjectEdit, response: { 200: SetOutcome } },
      },
    },
    (request) => objects.previewEdit(request.body),
  );

  app.delete(
    '/api/v1/objects/:id',
    { config: engineer, schema: { tags, summary: 'Delete an object', params: IdParams, response: outcome } },
    async (request, reply) => answer(reply, await objects.deleteObject(request.actor, request.params.id)),
  );

  app.post(
    '/api/v1/objects/:id/removal-preview',
    {
      config: engineer,
      schema: {
        ...{ tags, summary: 'What deleting an object would change' },
        ...{ params: IdParams, response: { 200: SetOutcome } },
      },
    },
    (request) => objects.previewDelete(request.params.id),
  );

  app.post(
    '/api/v1/objects/rule-test',
    {
      config: engineer,
      schema: {
        ...{ tags, summary: 'Which hosts a rule catches now, and why not the others' },
        ...{ body: RuleTestRequest, response: { 200: RuleTest } },
      },
    },
    (request) => objects.testRule(request.body.yaml, request.body.search),
  );
}

function toWanted(name: string, body: FastifyRequest<{ Body: SetRequest }>['body'], actor: Actor): Wanted {
  const { cluster, acceptRest, keepsOthers } = body;
  return {
    name,
    documents: documentsOf(body, actor),
    ...(cluster !== undefined && { cluster }),
    ...(acceptRest !== undefined && { acceptRest }),
    ...(keepsOthers !== undefined && { keepsOthers }),
  };
}

function documentsOf({ kind, files, folders, mainFile, path }: SetRequest, actor: Actor): SetFiles {
  if (path !== undefined) {
    if (kind !== 'nagios')
      throw badRequest('bad_arguments', 'path is for Nagios configurations; send the files instead.');
    // It shows lines of any file that the server may read.
    if (!hasRole(actor, 'admin'))
      throw new AppError('not_allowed', `Reading a path of the server needs the role admin; you have ${actor.role}.`, {
        status: 403,
      });
    if (!path.startsWith('/')) throw badRequest('bad_arguments', 'path: the whole path of the main file is accepted.');
    return { kind, mainFile: path, isHere: true };
  }
  if (kind === 'yaml') return { kind, files: files ?? [] };
  return { kind, files: files ?? [], ...(mainFile !== undefined && { mainFile }), ...(folders && { folders }) };
}
