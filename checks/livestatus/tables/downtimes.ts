// Tables downtimes and comments.

import { flag, int, text, time, type Table } from '../column.ts';
import type { CommentRow, DowntimeRow } from '../source.ts';
import { isPlacedSeenBy, placeColumns } from './place.ts';
import { COMMENT_KINDS } from './remarks.ts';

/** Numbers of the field: what a remark is about. */
const ON_HOST = 1;
const ON_SERVICE = 2;

export const downtimes: Table<DowntimeRow> = {
  name: 'downtimes',
  prefix: 'downtime_',
  columns: [
    int('id', (row) => row.id),
    text('author', (row) => row.author),
    text('comment', (row) => row.comment),
    time('entry_time', (row) => row.entryAtMs),
    time('start_time', (row) => row.startAtMs),
    time('end_time', (row) => row.endAtMs),
    flag('fixed', (row) => row.isFixed),
    int('duration', (row) => Math.floor(row.durationMs / 1000)),
    int('triggered_by', (row) => row.triggeredById ?? 0),
    // 1 = in effect, 0 = still to come.
    flag('type', (row) => row.isInEffect),
    flag('is_pending', (row) => !row.isInEffect),
    flag('is_service', (row) => row.description !== undefined),
    ...placeColumns<DowntimeRow>(),
  ],
  needs: ['downtimes'],
  rows: ({ world }) => world.all('downtimes'),
  isSeenBy: isPlacedSeenBy,
  contactNeeds: ['hosts', 'services'],
};

export const comments: Table<CommentRow> = {
  name: 'comments',
  prefix: 'comment_',
  columns: [
    int('id', (row) => row.id),
    text('author', (row) => row.author),
    text('comment', (row) => row.comment),
    time('entry_time', (row) => row.entryAtMs),
    int('entry_type', (row) => COMMENT_KINDS[row.kind]),
    int('source', () => 1),
    int('type', (row) => (row.description === undefined ? ON_HOST : ON_SERVICE)),
    flag('is_service', (row) => row.description !== undefined),
    flag('persistent', (row) => row.isPersistent),
    flag('expires', (row) => row.expiresAtMs !== undefined),
    time('expire_time', (row) => row.expiresAtMs),
    ...placeColumns<CommentRow>(),
  ],
  needs: ['comments'],
  rows: ({ world }) => world.all('comments'),
  isSeenBy: isPlacedSeenBy,
  contactNeeds: ['hosts', 'services'],
};
