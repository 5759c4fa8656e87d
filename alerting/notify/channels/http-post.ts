// One POST of JSON to a provider, with timeouts, and what its answer means for a retry.

import { Agent, request } from 'undici';
import { AppError } from '#kernel/errors.ts';

const CONNECT_TIMEOUT_MS = 5000;
const ANSWER_TIMEOUT_MS = 10_000;
const SHOWN_ANSWER = 300;

export interface HttpPost {
  /** Resolves on 2xx. Throws `provider_refused` (4xx: no use in trying again) or `provider_away`. */
  post(url: string, body: string, headers: Record<string, string>, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

export function createHttpPost(): HttpPost {
  const agent = new Agent({
    connect: { timeout: CONNECT_TIMEOUT_MS },
    headersTimeout: ANSWER_TIMEOUT_MS,
    bodyTimeout: ANSWER_TIMEOUT_MS,
    connections: 8,
  });
  return {
    async post(url, body, headers, signal) {
      const { origin } = new URL(url);
      const answer = await request(url, {
        method: 'POST',
        dispatcher: agent,
        headers: { 'content-type': 'application/json', 'user-agent': 'plexus', ...headers },
        body,
        signal,
      }).catch((cause: unknown) => {
        const reason = cause instanceof Error ? cause.message : String(cause);
        throw new AppError('provider_away', `${origin} did not answer: ${reason}`, { cause, retry: 'later' });
      });
      const { statusCode } = answer;
      const said = await readShort(answer.body);
      if (statusCode >= 200 && statusCode < 300) return;
      const message = `${origin} answered ${statusCode}${said ? `: ${said}` : ''}`;
      const mayPass = statusCode >= 500 || statusCode === 429 || statusCode === 408;
      if (!mayPass) throw new AppError('provider_refused', message);
      const retryAfterMs = parseRetryAfter(answer.headers['retry-after']);
      throw new AppError('provider_away', message, {
        retry: 'later',
        ...(retryAfterMs !== undefined && { retryAfterMs }),
      });
    },
    close: () => agent.close(),
  };
}

/** The first characters of the answer; the rest is not read. */
async function readShort(body: AsyncIterable<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of body) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length >= SHOWN_ANSWER) break;
  }
  return text.slice(0, SHOWN_ANSWER).trim();
}

/** RFC 9110 §10.2.3, the form in seconds; at most an hour. */
function parseRetryAfter(header: string | string[] | undefined): number | undefined {
  const sec = Number(header);
  return header !== undefined && Number.isFinite(sec) && sec >= 0 ? Math.min(sec, 3600) * 1000 : undefined;
}
