// Table hostgroups.

import { int, list, text, type Column, type Table } from '../column.ts';
import type { GroupRow, HostGroupRow, HostRow, ServiceRow } from '../source.ts';
import type { World } from '../world.ts';
import { hostCode, hostCounts, serviceCounts } from './states.ts';

export const groupColumns = <Row extends GroupRow>(): Column<Row>[] => [
  text('name', (row) => row.name),
  text('alias', (row) => row.alias),
  text('notes', (row) => row.notes),
  text('notes_url', (row) => row.notesUrl),
  text('action_url', (row) => row.actionUrl),
];

const hostsOf = ({ hostNames }: HostGroupRow, world: World): HostRow[] =>
  hostNames.flatMap((name) => world.host(name) ?? []);
const servicesOf = ({ hostNames }: HostGroupRow, world: World): ServiceRow[] =>
  hostNames.flatMap((name) => world.servicesOf(name));

export const hostGroupColumns: readonly Column<HostGroupRow>[] = [
  ...groupColumns<HostGroupRow>(),
  list('members', (row) => row.hostNames),
  list(
    'members_with_state',
    (row, world) => hostsOf(row, world).map((one) => [one.name, hostCode(one.state), Number(one.hasBeenChecked)]),
    'hosts',
  ),
  ...hostCounts<HostGroupRow>(hostsOf),
  ...serviceCounts<HostGroupRow>(servicesOf, 'services'),
  int('id', () => 0),
];

export const hostGroups: Table<HostGroupRow> = {
  name: 'hostgroups',
  prefix: 'hostgroup_',
  columns: hostGroupColumns,
  needs: ['hostGroups'],
  rows: ({ world }) => world.all('hostGroups'),
  isNamed: (row, object) => row.name === object,
};
