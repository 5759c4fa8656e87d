// Comments and downtimes as lists in the columns of hosts and services.

import { list, type Column } from '../column.ts';
import type { World } from '../world.ts';

const seconds = (ms: number): number => Math.floor(ms / 1000);
/** Numbers of the field for where a comment comes from. */
export const COMMENT_KINDS = { user: 1, downtime: 2, flapping: 3, acknowledgement: 4 } as const;

/** `place`: the host, and the service where the row is one. */
export function remarkColumns<Row>(
  place: (row: Row) => readonly [hostName: string, description?: string],
): Column<Row>[] {
  const comments = (row: Row, world: World) => world.commentsOf(...place(row));
  const downtimes = (row: Row, world: World) => world.downtimesOf(...place(row));
  return [
    list('comments', (row, world) => comments(row, world).map(({ id }) => id), 'comments'),
    list(
      'comments_with_info',
      (row, world) => comments(row, world).map((one) => [one.id, one.author, one.comment]),
      'comments',
    ),
    list(
      'comments_with_extra_info',
      (row, world) =>
        comments(row, world).map((one) => [
          one.id,
          one.author,
          one.comment,
          COMMENT_KINDS[one.kind],
          seconds(one.entryAtMs),
        ]),
      'comments',
    ),
    list('downtimes', (row, world) => downtimes(row, world).map(({ id }) => id), 'downtimes'),
    list(
      'downtimes_with_info',
      (row, world) => downtimes(row, world).map((one) => [one.id, one.author, one.comment]),
      'downtimes',
    ),
  ];
}
