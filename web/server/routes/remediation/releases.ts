// Artifacts and releases: upload an archive, deploy it, go back.

import type { IncomingMessage } from 'node:http';
import type { FastifyRequest } from 'fastify';
import type {
  Artifact as ArtifactRecord,
  ArtifactsApi,
  Release as ReleaseRecord,
  ReleasesApi,
} from '#remediation/api.ts';
import {
  Artifact,
  ArtifactList,
  ArtifactUploadQuery,
  ReleaseDeploy,
  ReleaseList,
  ReleaseQuery,
  ReleaseRollback,
  RunStarted,
  type Release,
} from '#web/contract/remediation.ts';
import { instant, instantOrNull, PageQuery } from '#web/contract/shared.ts';
import type { App } from '../../app.ts';

// The store counts bytes and says so better; this only stops what is hopeless.
const UPLOAD_LIMIT_BYTES = 201 << 20;
const ARCHIVE_TYPES = ['application/gzip', 'application/x-gzip', 'application/x-tar', 'application/octet-stream'];

type NextBody = (error: Error | null, body?: unknown) => void;

const toArtifact = ({ uploadedAtMs, ...rest }: ArtifactRecord): Artifact => ({
  ...rest,
  uploadedAt: instant(uploadedAtMs),
});

const toRelease = ({ createdAtMs, finishedAtMs, options: _options, ...rest }: ReleaseRecord): Release => ({
  ...rest,
  artifactId: rest.artifactId ?? null,
  runId: rest.runId ?? null,
  createdAt: instant(createdAtMs),
  finishedAt: instantOrNull(finishedAtMs),
});

export function releaseRoutes(app: App, deps: { releases: ReleasesApi; artifacts: ArtifactsApi }): void {
  const { releases, artifacts } = deps;
  const viewer = { access: 'viewer' as const };
  const operator = { access: 'operator' as const };
  const tags = ['releases'];

  app.get(
    '/api/v1/artifacts',
    {
      config: viewer,
      schema: { tags, summary: 'Archives, newest first', querystring: PageQuery, response: { 200: ArtifactList } },
    },
    async (request) => {
      const page = await artifacts.list({ ...request.query, limit: request.query.limit ?? 200 });
      return { items: page.items.map(toArtifact), nextCursor: page.nextCursor ?? null };
    },
  );

  // In a scope of its own, so that only this route takes raw bodies.
  app.register((scope: App, _options, done) => {
    scope.addContentTypeParser(ARCHIVE_TYPES, (_request: FastifyRequest, payload: IncomingMessage, next: NextBody) =>
      next(null, payload),
    );
    scope.post(
      '/api/v1/artifacts',
      {
        config: operator,
        bodyLimit: UPLOAD_LIMIT_BYTES,
        schema: {
          tags,
          summary: 'Upload a tar or tar.gz as the raw body',
          consumes: ARCHIVE_TYPES,
          querystring: ArtifactUploadQuery,
          response: { 200: Artifact },
        },
      },
      async (request) =>
        toArtifact(await artifacts.upload(request.actor, { ...request.query, content: bodyOf(request.body) })),
    );
    done();
  });

  app.get(
    '/api/v1/releases',
    {
      config: viewer,
      schema: { tags, summary: 'The ledger, newest first', querystring: ReleaseQuery, response: { 200: ReleaseList } },
    },
    async (request) => {
      const page = await releases.list({ ...request.query, limit: request.query.limit ?? 200 });
      return { items: page.items.map(toRelease), nextCursor: page.nextCursor ?? null };
    },
  );

  app.post(
    '/api/v1/releases/deploy',
    {
      config: operator,
      schema: { tags, summary: 'Deploy an archive', body: ReleaseDeploy, response: { 200: RunStarted } },
    },
    async (request) => ({ runId: await releases.deploy(request.actor, request.body) }),
  );

  app.post(
    '/api/v1/releases/rollback',
    {
      config: operator,
      schema: {
        tags,
        summary: 'Go back to the last good release',
        body: ReleaseRollback,
        response: { 200: RunStarted },
      },
    },
    async (request) => ({ runId: await releases.rollback(request.actor, request.body.app) }),
  );
}

/** The stream that the parser handed on; nothing when the request had no body. */
async function* bodyOf(body: unknown): AsyncIterable<Uint8Array> {
  if (body === null || typeof body !== 'object' || !(Symbol.asyncIterator in body)) return;
  for await (const part of body as AsyncIterable<unknown>) if (part instanceof Uint8Array) yield part;
}
