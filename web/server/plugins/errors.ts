// Every failure leaves the API as an RFC 9457 problem document with a stable code.

import type { FastifyError } from 'fastify';
import { AppError, errorFields } from '#kernel/errors.ts';
import type { Logger } from '#kernel/log.ts';
import { isDatabaseAway } from '#store/postgres.ts';
import type { Problem } from '#web/contract/shared.ts';
import type { App } from '../app.ts';

const TITLES: Record<number, string> = {
  400: 'The request cannot be understood',
  401: 'Not logged in',
  403: 'Not allowed',
  404: 'Not found',
  409: 'Conflict',
  413: 'Too large',
  415: 'Wrong content type',
  429: 'Too many requests',
  500: 'Plexus failed',
  503: 'Not available now',
};

// PostgreSQL: character_not_in_repertoire, untranslatable_character (SQLSTATE, appendix A of its manual).
const UNSTORABLE_TEXT = ['22021', '22P05'];

export function problemErrors(app: App, deps: { log: Logger }): void {
  const send = (problem: Omit<Problem, 'type' | 'title'>): Problem => ({
    type: `urn:plexus:problem:${problem.code}`,
    title: TITLES[problem.status] ?? 'Plexus failed',
    ...problem,
  });

  app.setErrorHandler((error: FastifyError | AppError, request, reply) => {
    const requestId = request.id;
    let problem: Problem;
    if (error instanceof AppError) {
      if (error.status >= 500)
        deps.log.error('a request failed', { requestId, url: request.url, ...errorFields(error) });
      const errors = placesOf(error);
      problem = send({ status: error.status, code: error.code, detail: error.message, requestId, ...errors });
      if (error.retryAfterMs !== undefined) void reply.header('retry-after', Math.ceil(error.retryAfterMs / 1000));
    } else if (error.validation) {
      const errors = error.validation.map((entry) => ({
        path: `${error.validationContext ?? 'body'}${entry.instancePath.replaceAll('/', '.')}`,
        message: sayWhat(entry.message ?? 'is not accepted', entry.params),
      }));
      const detail = errors.map((entry) => `${entry.path} ${entry.message}`).join('; ');
      problem = send({ status: 400, code: 'invalid_request', detail, requestId, errors });
    } else if (error.statusCode !== undefined && error.statusCode < 500) {
      problem = send({
        status: error.statusCode,
        code: (error.code ?? 'bad_request').toLowerCase(),
        detail: error.message,
        requestId,
      });
    } else if (UNSTORABLE_TEXT.includes(error.code)) {
      const detail = 'A text holds the character NUL (U+0000), which cannot be stored; leave it out.';
      problem = send({ status: 400, code: 'unstorable_text', detail, requestId });
    } else if (isDatabaseAway(error)) {
      deps.log.warn('a request could not be answered', { requestId, url: request.url, error: error.message });
      void reply.header('retry-after', 2);
      problem = send({
        status: 503,
        code: 'database_away',
        detail: 'The database does not answer. Metrics and rules go on; try again in some seconds.',
        requestId,
      });
    } else {
      deps.log.error('a request failed', { requestId, url: request.url, ...errorFields(error) });
      problem = send({
        status: 500,
        code: 'internal',
        detail: 'The log has the reason under this request id.',
        requestId,
      });
    }
    void reply.status(problem.status).type('application/problem+json').send(problem);
  });

  app.setNotFoundHandler((request, reply) => {
    const detail = `There is nothing at ${request.method} ${request.url.split('?')[0]}.`;
    void reply
      .status(404)
      .type('application/problem+json')
      .send(send({ status: 404, code: 'not_found', detail, requestId: request.id }));
  });
}

/** Places within the request that an error names, as its details hold them. */
function placesOf({ details }: AppError): Pick<Problem, 'errors'> {
  const { errors } = details;
  return Array.isArray(errors) ? { errors: errors as NonNullable<Problem['errors']> } : {};
}

/** Names what the schema's own words leave out: the field that is too many, the values that are accepted. */
function sayWhat(message: string, params: Record<string, unknown>): string {
  const { additionalProperty, allowedValues, allowedValue } = params;
  if (typeof additionalProperty === 'string') return `${message} (${JSON.stringify(additionalProperty)} was given)`;
  const allowed = Array.isArray(allowedValues) ? allowedValues : allowedValue === undefined ? [] : [allowedValue];
  return allowed.length === 0 ? message : `${message}: ${allowed.map((value) => JSON.stringify(value)).join(', ')}`;
}
