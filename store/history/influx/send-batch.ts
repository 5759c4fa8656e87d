// Sends one batch of lines and says what became of it. Never throws, never
// retries: that is decided by whoever owns the batch.

import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { Pool } from 'undici';
import type { WriteEndpoint } from './endpoint.ts';

export type SendOutcome =
  | { kind: 'stored' }
  /** The server will never take these; `samples` when it said how many. */
  | { kind: 'refused'; reason: string; samples?: number }
  | { kind: 'later'; reason: string; retryAfterMs?: number; noDatabase: boolean };

export interface BatchSender {
  send(lines: string): Promise<SendOutcome>;
  close(): Promise<void>;
}

const pack = promisify<string, { level: number }, Buffer>(gzip);

const TIMEOUT_MS = 10_000;
// A server that asks for more is asked again all the same; the spool is waiting.
const LONGEST_RETRY_AFTER_MS = 300_000;
// Wrong password, unknown database, time-out, too many: an operator or time can mend these, the lines are fine.
const CURABLE = new Set([401, 403, 404, 408, 429]);

export function createBatchSender(endpoint: WriteEndpoint, options: { connections: number }): BatchSender {
  const pool = new Pool(endpoint.origin, {
    connections: options.connections,
    connect: { timeout: TIMEOUT_MS },
    headersTimeout: TIMEOUT_MS,
    bodyTimeout: TIMEOUT_MS,
    maxResponseSize: 1 << 20,
  });
  const headers = {
    ...endpoint.headers,
    'content-type': 'text/plain; charset=utf-8',
    ...(endpoint.gzip && { 'content-encoding': 'gzip' }),
  };
  return {
    async send(lines) {
      try {
        const body = endpoint.gzip ? await pack(lines, { level: 1 }) : lines;
        const response = await pool.request({ method: 'POST', path: endpoint.path, headers, body });
        const text = await response.body.text();
        return readOutcome(response.statusCode, text, response.headers['retry-after']);
      } catch (error) {
        return { kind: 'later', reason: error instanceof Error ? error.message : String(error), noDatabase: false };
      }
    },
    // Not `close`: a request that hangs must not hold up the end of the process.
    close: () => pool.destroy(),
  };
}

/** Meaning of an answer. 2xx is stored; a "partial write" stored all but the lines it counts. */
function readOutcome(status: number, text: string, retryAfter: string | string[] | undefined): SendOutcome {
  if (status >= 200 && status < 300) return { kind: 'stored' };
  const reason = `InfluxDB answered ${status}: ${text.trim().slice(0, 300)}`;
  if (status >= 500 || CURABLE.has(status) || status < 400) {
    const waitMs = retryAfterMs(retryAfter);
    return { kind: 'later', reason, noDatabase: status === 404, ...(waitMs !== undefined && { retryAfterMs: waitMs }) };
  }
  const lost = /partial write:.*dropped=(\d+)/s.exec(text)?.[1];
  return { kind: 'refused', reason, ...(lost !== undefined && { samples: Math.max(1, Number(lost)) }) };
}

/** RFC 9110 §10.2.3, the form in seconds; InfluxDB sends no other. */
function retryAfterMs(header: string | string[] | undefined): number | undefined {
  const seconds = typeof header === 'string' && /^\d+$/.test(header) ? Number(header) : undefined;
  return seconds === undefined ? undefined : Math.min(seconds * 1000, LONGEST_RETRY_AFTER_MS);
}
