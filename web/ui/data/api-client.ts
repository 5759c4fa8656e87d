// Talks to /api/v1: the only file that calls fetch. It adds the CSRF token to every
// change and turns problem documents into ApiError; what the answers mean is for the callers.

import type { Problem } from '#web/contract/shared.ts';

/** A refusal or failure, with the stable code of the API; `code` is 'unreachable' when no answer came. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly requestId: string | null;
  /** Message by path of the offending field, such as `spec.port`. */
  readonly fields: Readonly<Record<string, string>>;

  constructor(problem: Pick<Problem, 'status' | 'code' | 'detail'> & Partial<Problem>) {
    super(problem.detail);
    this.name = 'ApiError';
    this.status = problem.status;
    this.code = problem.code;
    this.requestId = problem.requestId ?? null;
    this.fields = Object.fromEntries((problem.errors ?? []).map((e) => [fieldName(e.path), e.message]));
  }
}

/** `/spec/port` and `body.spec.port` both name the field `spec.port`. */
export const fieldName = (path: string): string => path.replace(/^body/, '').replace(/^[/.]/, '').replaceAll('/', '.');

export type QueryValue = string | number | boolean | null | undefined;

export interface ApiClient {
  get<Answer>(path: string, query?: Record<string, QueryValue>, signal?: AbortSignal): Promise<Answer>;
  send<Answer>(method: 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body?: unknown): Promise<Answer>;
  /** Sends bytes as they are; used for release archives. */
  upload<Answer>(path: string, query: Record<string, QueryValue>, bytes: Blob): Promise<Answer>;
  setCsrfToken(token: string | null): void;
}

const TIMEOUT_MS = 30_000;
// An archive of some hundred megabytes over a slow link takes minutes.
const UPLOAD_TIMEOUT_MS = 15 * 60_000;

/** `onSignedOut` is called when the server no longer knows the session. */
export function createApiClient(onSignedOut: () => void): ApiClient {
  let csrfToken: string | null = null;

  async function ask<Answer>(path: string, init: RequestInit): Promise<Answer> {
    let response: Response;
    try {
      response = await fetch(`/api/v1${path}`, { credentials: 'same-origin', ...init });
    } catch (cause) {
      if (init.signal?.aborted && (cause as { name?: unknown }).name === 'AbortError') throw cause;
      throw new ApiError({
        status: 0,
        code: 'unreachable',
        detail: 'Plexus does not answer. The request was not carried out.',
      });
    }
    const text = await response.text();
    if (response.ok) return (text === '' ? undefined : JSON.parse(text)) as Answer;
    if (response.status === 401 && !path.startsWith('/auth/')) onSignedOut();
    throw new ApiError(problemOf(response.status, text));
  }

  return {
    get: (path, query = {}, signal) =>
      ask(path + queryString(query), {
        headers: { accept: 'application/json' },
        signal: signal ? AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]) : AbortSignal.timeout(TIMEOUT_MS),
      }),
    send: (method, path, body) =>
      ask(path, {
        method,
        headers: {
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(csrfToken ? { 'x-csrf-token': csrfToken } : {}),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      }),
    upload: (path, query, bytes) =>
      ask(path + queryString(query), {
        method: 'POST',
        headers: { 'content-type': 'application/gzip', ...(csrfToken ? { 'x-csrf-token': csrfToken } : {}) },
        body: bytes,
        signal: AbortSignal.timeout(UPLOAD_TIMEOUT_MS),
      }),
    setCsrfToken: (token) => {
      csrfToken = token;
    },
  };
}

/** `?a=1&b=x`; empty, null and undefined values are left out. */
export function queryString(query: Record<string, QueryValue>): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== '') params.set(name, String(value));
  }
  const text = params.toString();
  return text === '' ? '' : `?${text}`;
}

/** A proxy in front of the server may answer with HTML, so the body is not trusted to be a problem document. */
function problemOf(status: number, text: string): Pick<Problem, 'status' | 'code' | 'detail'> & Partial<Problem> {
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body === 'object' && body !== null && 'code' in body && 'detail' in body) return body as Problem;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  return { status, code: `http_${status}`, detail: `The server answered with status ${status} and no explanation.` };
}
