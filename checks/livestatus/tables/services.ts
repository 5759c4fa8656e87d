// Table services: its own columns and those of the host, as host_….

import { int, joined, text, time, type Column, type Table } from '../column.ts';
import type { HostRow, ServiceRow } from '../source.ts';
import type { World } from '../world.ts';
import { checkedColumns } from './checked.ts';
import { hostColumns } from './hosts.ts';
import { remarkColumns } from './remarks.ts';
import { hardCode, serviceCode } from './states.ts';

/** Without those of the host. */
export const serviceColumns: readonly Column<ServiceRow>[] = [
  text('description', (row) => row.description),
  int('state', (row) => serviceCode(row.state)),
  int('hard_state', hardCode),
  int('last_state', (row) => serviceCode(row.lastHardState)),
  int('last_hard_state', (row) => serviceCode(row.lastHardState)),
  time('last_time_ok', (row) => row.lastSeenAtMs.ok),
  time('last_time_warning', (row) => row.lastSeenAtMs.warning),
  time('last_time_critical', (row) => row.lastSeenAtMs.critical),
  time('last_time_unknown', (row) => row.lastSeenAtMs.unknown),
  ...checkedColumns<ServiceRow>(),
  ...remarkColumns<ServiceRow>((row) => [row.hostName, row.description]),
  int('initial_state', () => 0),
];

export const allServiceColumns: readonly Column<ServiceRow>[] = [
  ...serviceColumns,
  // Asked for by every client: it must not need the host.
  text('host_name', (row) => row.hostName),
  ...joined<ServiceRow, HostRow>(
    'host_',
    hostColumns.filter(({ name }) => name !== 'name'),
    (row, world) => world.host(row.hostName),
    'hosts',
  ),
];

export const isServiceSeenBy = (row: ServiceRow, user: string, world: World): boolean =>
  row.contacts.includes(user) || (world.host(row.hostName)?.contacts.includes(user) ?? false);

export const services: Table<ServiceRow> = {
  name: 'services',
  prefix: 'service_',
  columns: allServiceColumns,
  needs: ['services'],
  rows: ({ world }) => world.all('services'),
  isSeenBy: isServiceSeenBy,
  contactNeeds: ['hosts'],
  // `host service`, or `host;service` where the host's name has a blank.
  isNamed: (row, object) =>
    object === `${row.hostName};${row.description}` || object === `${row.hostName} ${row.description}`,
};
