// Cursors of lists that are ordered by time, newest first.

import { badRequest } from '#kernel/errors.ts';

interface PagePosition {
  atMs: number;
  id: string;
}

export const writeCursor = (position: PagePosition): string => `${position.atMs}.${position.id}`;

/** Throws `bad_cursor` for a text that no list of ours gave out. */
export function readCursor(cursor: string | undefined): PagePosition | undefined {
  if (cursor === undefined) return undefined;
  const match = /^(\d{1,15})\.([0-9a-f-]{36})$/.exec(cursor);
  if (!match?.[1] || !match[2]) throw badRequest('bad_cursor', 'cursor: pass the nextCursor of the page before.');
  return { atMs: Number(match[1]), id: match[2] };
}
