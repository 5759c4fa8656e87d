// Every table of Livestatus by its name, and the table `columns` that tells of all of them.

import { anyTable, text, type AnyTable, type ColumnType } from '../column.ts';
import { hostsByGroup, servicesByGroup, servicesByHostGroup } from './by-group.ts';
import { commands, timePeriods } from './commands.ts';
import { contactGroups, contacts } from './contacts.ts';
import { comments, downtimes } from './downtimes.ts';
import { hostGroups } from './host-groups.ts';
import { hosts } from './hosts.ts';
import { log } from './log.ts';
import { serviceGroups } from './service-groups.ts';
import { services } from './services.ts';
import { stateHistory } from './state-history.ts';
import { status } from './status.ts';

const described: AnyTable[] = [
  anyTable(hosts),
  anyTable(services),
  anyTable(hostGroups),
  anyTable(serviceGroups),
  anyTable(contacts),
  anyTable(contactGroups),
  anyTable(commands),
  anyTable(timePeriods),
  anyTable(downtimes),
  anyTable(comments),
  anyTable(log),
  anyTable(stateHistory),
  anyTable(status),
  anyTable(hostsByGroup),
  anyTable(servicesByGroup),
  anyTable(servicesByHostGroup),
];

interface ColumnRow {
  table: string;
  name: string;
  type: ColumnType;
}

const columns = anyTable<ColumnRow>({
  name: 'columns',
  prefix: 'column_',
  columns: [
    text('table', (row) => row.table),
    text('name', (row) => row.name),
    text('type', (row) => row.type),
    text('description', (row) => `${row.name.replaceAll('_', ' ')} of ${row.table}`),
  ],
  needs: [],
  rows: () => TABLE_LIST.flatMap((table) => table.columns.map(({ name, type }) => ({ table: table.name, name, type }))),
});

const TABLE_LIST: AnyTable[] = [...described, columns];

export const TABLES: ReadonlyMap<string, AnyTable> = new Map(TABLE_LIST.map((table) => [table.name, table]));
