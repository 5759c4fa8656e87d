// Tables commands and timeperiods.

import { flag, text, type Table } from '../column.ts';
import type { CommandRow, TimePeriodRow } from '../source.ts';

export const commands: Table<CommandRow> = {
  name: 'commands',
  prefix: 'command_',
  columns: [text('name', (row) => row.name), text('line', (row) => row.line)],
  needs: ['commands'],
  rows: ({ world }) => world.all('commands'),
  isNamed: (row, object) => row.name === object,
};

export const timePeriods: Table<TimePeriodRow> = {
  name: 'timeperiods',
  prefix: 'timeperiod_',
  columns: [text('name', (row) => row.name), text('alias', (row) => row.alias), flag('in', (row) => row.isInNow)],
  needs: ['timePeriods'],
  rows: ({ world }) => world.all('timePeriods'),
  isNamed: (row, object) => row.name === object,
};
