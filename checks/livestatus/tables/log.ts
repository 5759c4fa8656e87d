// Table log. The filter on time decides how far back is read.

import { int, text, time, type Table } from '../column.ts';
import type { LogRow } from '../source.ts';
import { isPlacedSeenBy, placeColumns } from './place.ts';
import { stateCode } from './states.ts';

/** More than any screen shows; a query for the log of years must not fill memory. */
const MAX_ROWS = 100_000;

const CLASSES = {
  info: 0,
  alert: 1,
  program: 2,
  notification: 3,
  passive_check: 4,
  command: 5,
  initial_state: 6,
} as const;

const isName = (name: string): boolean => name === 'host_name' || name === 'service_description';

export const log: Table<LogRow> = {
  name: 'log',
  prefix: 'log_',
  columns: [
    time('time', (row) => row.atMs),
    int('class', (row) => CLASSES[row.class]),
    text('type', (row) => row.type),
    text('options', (row) => row.options),
    text('message', (row) => `[${Math.floor(row.atMs / 1000)}] ${row.type}: ${row.options}`),
    int('lineno', () => 0),
    int('state', (row) => (row.state === undefined ? 0 : stateCode(row.state))),
    text('state_type', (row) => row.stateType?.toUpperCase() ?? ''),
    text('state_info', (row) => row.stateType?.toUpperCase() ?? ''),
    int('attempt', (row) => row.attempt ?? 0),
    text('plugin_output', (row) => row.output ?? ''),
    text('contact_name', (row) => row.contactName ?? ''),
    text('command_name', (row) => row.commandName ?? ''),
    text('comment', (row) => row.comment ?? ''),
    // `current_host_state`: how the host is now, not how it was.
    ...placeColumns<LogRow>().flatMap((column) =>
      isName(column.name) ? [column] : [column, { ...column, name: `current_${column.name}` }],
    ),
  ],
  needs: [],
  rows: ({ source, span }) => source.log(span, MAX_ROWS),
  isSeenBy: isPlacedSeenBy,
  contactNeeds: ['hosts', 'services'],
};
