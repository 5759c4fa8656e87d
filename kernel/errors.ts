// Failures of operations. Bad input from outside is not an error here: parsers
// return a `Decoded` value. A plain Error is a bug and crashes the role.

export type Retry = 'never' | 'later';

export interface AppErrorOptions {
  cause?: unknown;
  retry?: Retry;
  /** Wait at least so long before trying again; only with `retry: 'later'`. */
  retryAfterMs?: number;
  /** HTTP status the web edge answers with; 500 when absent. */
  status?: number;
  /** Facts for the log and the problem document; never secrets. */
  details?: Record<string, unknown>;
}

/** Thrown when an operation failed; caught once, at the edge (route, job, loop). */
export class AppError extends Error {
  readonly code: string;
  readonly retry: Retry;
  readonly retryAfterMs: number | undefined;
  readonly status: number;
  readonly details: Record<string, unknown>;

  constructor(code: string, message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.retry = options.retry ?? 'never';
    this.retryAfterMs = options.retryAfterMs;
    this.status = options.status ?? 500;
    this.details = options.details ?? {};
  }
}

export const notFound = (what: string, id: string): AppError =>
  new AppError('not_found', `There is no ${what} ${JSON.stringify(id)}.`, { status: 404 });

/** A request that cannot be done as asked; `message` says where, what was given, what is accepted. */
export const badRequest = (code: string, message: string, details?: Record<string, unknown>): AppError =>
  new AppError(code, message, { status: 400, ...(details && { details }) });

export const conflict = (code: string, message: string): AppError => new AppError(code, message, { status: 409 });

/** Flattens any thrown value into log fields. */
export function errorFields(error: unknown): Record<string, unknown> {
  if (error instanceof AppError) {
    return {
      code: error.code,
      error: error.message,
      ...error.details,
      ...(error.cause ? { cause: String(error.cause) } : {}),
    };
  }
  if (error instanceof Error) return { error: error.message, stack: error.stack };
  return { error: String(error) };
}

/** Bytes or text from outside, decoded or refused with a reason; decoders never throw. */
export type Decoded<Value> = { ok: true; value: Value } | { ok: false; reason: string; at: number };
