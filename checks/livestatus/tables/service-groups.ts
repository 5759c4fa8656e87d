// Table servicegroups.

import { list, type Column, type Table } from '../column.ts';
import type { ServiceGroupRow, ServiceRow } from '../source.ts';
import type { World } from '../world.ts';
import { groupColumns } from './host-groups.ts';
import { serviceCode, serviceCounts } from './states.ts';

const servicesOf = ({ members }: ServiceGroupRow, world: World): ServiceRow[] =>
  members.flatMap(([hostName, description]) => world.service(hostName, description) ?? []);

export const serviceGroupColumns: readonly Column<ServiceGroupRow>[] = [
  ...groupColumns<ServiceGroupRow>(),
  list('members', (row) => row.members),
  list(
    'members_with_state',
    (row, world) =>
      servicesOf(row, world).map((one) => [
        one.hostName,
        one.description,
        serviceCode(one.state),
        Number(one.hasBeenChecked),
      ]),
    'services',
  ),
  ...serviceCounts<ServiceGroupRow>(servicesOf, 'services'),
];

export const serviceGroups: Table<ServiceGroupRow> = {
  name: 'servicegroups',
  prefix: 'servicegroup_',
  columns: serviceGroupColumns,
  needs: ['serviceGroups'],
  rows: ({ world }) => world.all('serviceGroups'),
  isNamed: (row, object) => row.name === object,
};
