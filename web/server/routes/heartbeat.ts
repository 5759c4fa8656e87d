// Pings of jobs. The token in the URL is all that a job has: no login, no headers, any
// body, GET or POST, so that `curl` or `wget` at the end of a crontab line is enough.

import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '#kernel/errors.ts';
import type { HeartbeatsApi } from '#checks/api.ts';
import { HeartbeatPing, HeartbeatUrl } from '#web/contract/heartbeat.ts';
import { IdParams } from '#web/contract/shared.ts';
import type { App } from '../app.ts';

/** More than any job says at its end; the rest is not kept anyway. */
const BODY_LIMIT_BYTES = 100_000;
/** For each address: a thousand jobs behind one may report in the same minute, and nobody guesses 256 bits with this. */
const PING_LIMIT = { rateLimit: { max: 1200, timeWindow: 60_000 } };

export function heartbeatRoutes(app: App, deps: { heartbeats: HeartbeatsApi }): void {
  const { heartbeats } = deps;
  const tags = ['checks'];

  app.post(
    '/api/v1/checks/:id/heartbeat-url',
    {
      config: { access: 'engineer' },
      schema: { tags, summary: 'Make the ping URL of a check', params: IdParams, response: { 200: HeartbeatUrl } },
    },
    async (request) => {
      const token = await heartbeats.makeToken(request.actor, request.params.id);
      return { token, path: `/api/v1/heartbeat/${token}` };
    },
  );

  // A scope of its own: here any body is text.
  void app.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'string', bodyLimit: BODY_LIMIT_BYTES }, (_request, body, next) =>
      next(null, body),
    );
    for (const url of ['/api/v1/heartbeat/:token', '/api/v1/heartbeat/:token/:what']) {
      scope.route<{ Params: { token: string; what?: string } }>({
        method: ['GET', 'POST'],
        url,
        config: { access: 'public', ...PING_LIMIT },
        schema: { tags, summary: 'Ping from a job', params: HeartbeatPing },
        handler: ping,
      });
    }
    done();
  });

  async function ping(
    request: FastifyRequest<{ Params: { token: string; what?: string } }>,
    reply: FastifyReply,
  ): Promise<string> {
    const { token, what } = request.params;
    const output = typeof request.body === 'string' ? request.body : '';
    if (!(await heartbeats.ping(token, { what: meaningOf(what), output }))) throw unknownUrl();
    void reply.type('text/plain');
    return 'OK\n';
  }
}

const unknownUrl = () => new AppError('not_found', 'No check has this ping URL.', { status: 404 });

function meaningOf(what: string | undefined): 'start' | number {
  if (what === undefined) return 0;
  if (what === 'start') return 'start';
  return what === 'fail' ? 1 : Number(what);
}
