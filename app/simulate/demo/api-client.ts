// The public API as the demo uses it: the same routes, tokens and checks as anybody
// else's script, answers read by the contract's own schemas.

import type { Static, TSchema } from 'typebox';
import { Parse } from 'typebox/value';
import type { Clock } from '#kernel/clock.ts';
import { AppError } from '#kernel/errors.ts';

export interface ApiClient {
  get<Schema extends TSchema>(path: string, schema: Schema): Promise<Static<Schema>>;
  post<Schema extends TSchema>(path: string, body: unknown, schema: Schema): Promise<Static<Schema>>;
  upload<Schema extends TSchema>(path: string, archive: Uint8Array, schema: Schema): Promise<Static<Schema>>;
  /** Whether the server says that it is ready. Never rejects. */
  isReady(): Promise<boolean>;
}

const TIMEOUT_MS = 15_000;

/** Every call rejects with `api_failed` when the answer is a refusal, of another shape, or none within 15 s. */
export function createApiClient(clock: Clock, server: { url: string; token: string }): ApiClient {
  async function call(path: string, init: RequestInit): Promise<Response> {
    const giveUp = new AbortController();
    const timer = clock.after(TIMEOUT_MS, () => giveUp.abort());
    try {
      const response = await fetch(server.url + path, { ...init, signal: giveUp.signal });
      // Read here, while the time limit still holds.
      return new Response(await response.arrayBuffer(), { status: response.status });
    } finally {
      timer.cancel();
    }
  }

  async function ask<Schema extends TSchema>(path: string, init: RequestInit, schema: Schema): Promise<Static<Schema>> {
    const headers = { authorization: `Bearer ${server.token}`, ...init.headers };
    const what = `${init.method ?? 'GET'} ${path}`;
    const response = await call(`/api/v1${path}`, { ...init, headers }).catch((error: unknown) => {
      throw new AppError('api_failed', `${what} was not answered.`, { cause: error });
    });
    const text = await response.text();
    if (!response.ok) throw new AppError('api_failed', `${what} was refused (${response.status}): ${text}`);
    try {
      return Parse(schema, JSON.parse(text));
    } catch (error) {
      throw new AppError('api_failed', `${what} was answered with something else than it promises.`, { cause: error });
    }
  }

  return {
    get: (path, schema) => ask(path, {}, schema),
    post: (path, body, schema) =>
      ask(
        path,
        { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) },
        schema,
      ),
    upload: (path, archive, schema) =>
      ask(
        path,
        { method: 'POST', headers: { 'content-type': 'application/gzip' }, body: new Uint8Array(archive) },
        schema,
      ),
    isReady: () =>
      call('/readyz', {}).then(
        (response) => response.ok,
        () => false,
      ),
  };
}
