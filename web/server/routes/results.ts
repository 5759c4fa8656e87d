// Results from outside: many at once as JSON, and NRDP for what already speaks it. An API
// token is the token of NRDP, too.

import { hasRole, type Actor } from '#kernel/domain/actor.ts';
import { badRequest } from '#kernel/errors.ts';
import type { NamedResult, OutsideApi } from '#checks/api.ts';
import { ResultsSubmit, ResultsTaken } from '#web/contract/results.ts';
import type { App } from '../app.ts';
import type { Identity } from '../identity/identity.ts';

const BODY_LIMIT_BYTES = 4 << 20;
/** For each address: many hosts may report through one, each for itself. */
const LIMIT = { rateLimit: { max: 3000, timeWindow: 60_000 } };
const FORM = 'application/x-www-form-urlencoded';

export function resultRoutes(app: App, deps: { outside: OutsideApi; identity: Pick<Identity, 'readToken'> }): void {
  const { outside, identity } = deps;

  app.post(
    '/api/v1/results',
    {
      bodyLimit: BODY_LIMIT_BYTES,
      config: { access: 'operator', ...LIMIT },
      schema: {
        tags: ['checks'],
        summary: 'Results from outside',
        body: ResultsSubmit,
        response: { 200: ResultsTaken },
      },
    },
    (request) => {
      const verdicts = outside.submitResults(request.body.results.map(toNamedResult));
      return { taken: verdicts.filter((verdict) => verdict === 'taken').length, verdicts };
    },
  );

  // A scope of its own: forms are taken here and nowhere else.
  void app.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(FORM, { parseAs: 'string', bodyLimit: BODY_LIMIT_BYTES }, (_request, body, next) =>
      next(null, body),
    );
    for (const url of ['/nrdp', '/nrdp/']) {
      scope.post(url, { config: { access: 'public', ...LIMIT }, schema: { hide: true } }, async (request, reply) => {
        const form = new Map(new URLSearchParams(typeof request.body === 'string' ? request.body : ''));
        const { contentType, body } = await outside.nrdp(form, (token) => actorOf(token, request.ip));
        void reply.type(`${contentType}; charset=utf-8`);
        return body;
      });
    }
    done();
  });

  /** Undefined for a token that nobody has, and for one that may only look. */
  async function actorOf(token: string, source: string): Promise<Actor | undefined> {
    const record = await identity.readToken(token);
    return record && hasRole(record, 'operator')
      ? { label: `token:${record.name}`, role: record.role, source }
      : undefined;
  }
}

function toNamedResult({ at, state, code, ...result }: ResultsSubmit['results'][number], index: number): NamedResult {
  if ((state === undefined) === (code === undefined))
    throw badRequest('invalid_request', `results[${index}]: give either state or code.`);
  return {
    ...result,
    ...(state !== undefined && { state }),
    ...(code !== undefined && { code }),
    ...(at !== undefined && { atMs: Date.parse(at) }),
  };
}
