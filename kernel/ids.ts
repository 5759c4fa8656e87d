// Identifiers and chance. The only file that may ask for randomness.

import { createHash, randomBytes, randomInt } from 'node:crypto';

/** UUIDv7 (RFC 9562): sorts by time, 74 random bits. */
export function uuidv7(nowMs: number): string {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(nowMs, 0, 6);
  bytes[6] = (bytes[6]! & 0x0f) | 0x70;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** Whether text from outside can be the id of a row at all. */
export const isUuid = (text: string): boolean => /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(text);

/** Unguessable text for tokens and nonces: 256 bits, URL-safe. */
export const randomToken = (): string => randomBytes(32).toString('base64url');

export const sha256Hex = (input: string | Uint8Array): string => createHash('sha256').update(input).digest('hex');

/** A value in [1 - spread, 1 + spread] × base, for back-off that does not march in step. */
export const jitter = (base: number, spread: number): number =>
  base * (1 - spread + (2 * spread * randomInt(0, 1 << 24)) / (1 << 24));
