// The text that lets an agent join: where the gateway is, how to know it, and a
// secret that opens the door once or a few times.

import type { Decoded } from '#kernel/errors.ts';
import { decodeJson, matching, object, text } from './json-shape.ts';

export interface JoinToken {
  /** wss:// address of the gateway. */
  url: string;
  /** SHA-256 of the gateway's certificate in hex: the agent talks to nobody else. */
  fp: string;
  secret: string;
}

const PREFIX = 'plx1.';

const shape = object({
  url: matching(/^wss:\/\/\S{1,500}$/, 'a wss:// address'),
  fp: matching(/^[0-9a-f]{64}$/, 'a SHA-256 in hex'),
  secret: text(128),
});

export const encodeJoinToken = (token: JoinToken): string =>
  PREFIX + Buffer.from(JSON.stringify(token)).toString('base64url');

export function decodeJoinToken(joinText: string): Decoded<JoinToken> {
  if (!joinText.startsWith(PREFIX) || joinText.length > 4000)
    return { ok: false, reason: `a join token starts with ${PREFIX}`, at: 0 };
  return decodeJson(shape, Buffer.from(joinText.slice(PREFIX.length), 'base64url').toString('utf8'));
}
