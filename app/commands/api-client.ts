// For commands that ask a running server: where its API is and with which token come
// from the settings.

import { AppError } from '#kernel/errors.ts';
import { decodeJson, object, text, type Shape } from '#wire/json-shape.ts';
import type { Settings } from '../settings.ts';

export interface ApiClient {
  /** `path` is below /api/v1. Throws `api_unreachable`, `api_answer`, or the code of the problem that the server tells. */
  get<Value>(path: string, shape: Shape<Value>): Promise<Value>;
  /** `alsoStatus`: an answer with this status has the same shape as one that worked. */
  send<Value>(
    method: 'POST' | 'PUT' | 'DELETE',
    path: string,
    body: object,
    shape: Shape<Value>,
    options?: { timeoutMs?: number; alsoStatus?: number },
  ): Promise<Value>;
}

const TIMEOUT_MS = 10_000;
const problem = object({ code: text(200), detail: text(10_000) });

type ApiSettings = Pick<Settings, 'http' | 'tls' | 'publicUrl' | 'apiToken'>;

/** A certificate is made out to the public name, so that is asked where there is one; else the address listened on. */
function apiUrl({ http, tls, publicUrl }: ApiSettings): string {
  if (tls && publicUrl !== undefined) return publicUrl;
  const host = { '0.0.0.0': '127.0.0.1', '::': '::1' }[http.host] ?? http.host;
  return `${tls ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${http.port}`;
}

/** Throws `bad_settings` without a token. */
export function createApiClient(settings: ApiSettings): ApiClient {
  const url = apiUrl(settings);
  const token = settings.apiToken?.reveal();
  if (token === undefined)
    throw new AppError('bad_settings', 'PLEXUS_API_TOKEN is missing; a token that the server accepts is needed.');
  async function ask<Value>(
    path: string,
    shape: Shape<Value>,
    request: RequestInit & { timeoutMs?: number; alsoStatus?: number },
  ): Promise<Value> {
    const { timeoutMs = TIMEOUT_MS, alsoStatus, ...init } = request;
    let response: Response;
    let body: string;
    try {
      response = await fetch(`${url}/api/v1${path}`, {
        ...init,
        headers: { ...init.headers, authorization: `Bearer ${token}` },
        signal: AbortSignal.timeout(timeoutMs),
        redirect: 'error',
      });
      body = await response.text();
    } catch (cause) {
      throw new AppError(
        'api_unreachable',
        `${url} does not answer; PLEXUS_HTTP_HOST and PLEXUS_HTTP_PORT say where.`,
        {
          cause,
        },
      );
    }
    if (!response.ok && response.status !== alsoStatus) {
      const told = decodeJson(problem, body);
      throw told.ok
        ? new AppError(told.value.code, told.value.detail)
        : new AppError('api_answer', `${url} answered ${response.status} to ${path}.`);
    }
    const answer = decodeJson(shape, body);
    if (!answer.ok)
      throw new AppError('api_answer', `${url} answered ${path} with other than expected: ${answer.reason}.`);
    return answer.value;
  }
  return {
    get: (path, shape) => ask(path, shape, {}),
    send: (method, path, body, shape, options = {}) =>
      ask(path, shape, {
        ...options,
        method,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
  };
}
