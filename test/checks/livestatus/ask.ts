// Puts a request to the engine as the server does, without a socket.

import { answerLivestatus } from '#checks/livestatus/engine.ts';
import type { LivestatusSource } from '#checks/livestatus/source.ts';
import { formatLivestatusHeader } from '#wire/livestatus-response.ts';
import { parseLivestatusRequest } from '#wire/livestatus-query.ts';
import { FakeClock } from '../../support/fake-clock.ts';

export interface Asked {
  code: number;
  body: string;
  /** With its header, where the request wants one. */
  response: string;
}

export async function ask(source: LivestatusSource, text: string, clock = new FakeClock()): Promise<Asked> {
  const request = parseLivestatusRequest(text.replace(/\n+$/, ''));
  if (request.kind === 'command') throw new Error('a command has no answer');
  const answer =
    request.kind === 'refused'
      ? { ok: false as const, ...request }
      : await answerLivestatus({ clock, source }, request.query, new AbortController().signal);
  const code = answer.ok ? 200 : answer.code;
  const body = answer.ok ? [...answer.pieces].join('') : answer.reason;
  if (!request.hasHeader) return { code, body, response: answer.ok ? body : '' };
  return { code, body, response: formatLivestatusHeader(code, Buffer.byteLength(body)) + body };
}
