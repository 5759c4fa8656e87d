// Table hosts.

import { int, list, text, time, type Column, type Table } from '../column.ts';
import type { HostRow } from '../source.ts';
import { checkedColumns } from './checked.ts';
import { remarkColumns } from './remarks.ts';
import { hostCode, serviceCode, serviceCounts } from './states.ts';

export const hostColumns: readonly Column<HostRow>[] = [
  text('name', (row) => row.name),
  text('alias', (row) => row.alias),
  text('address', (row) => row.address),
  int('state', (row) => hostCode(row.state)),
  int('hard_state', (row) => hostCode(row.stateType === 'hard' ? row.state : row.lastHardState)),
  int('last_state', (row) => hostCode(row.lastHardState)),
  int('last_hard_state', (row) => hostCode(row.lastHardState)),
  time('last_time_up', (row) => row.lastSeenAtMs.up),
  time('last_time_down', (row) => row.lastSeenAtMs.down),
  time('last_time_unreachable', (row) => row.lastSeenAtMs.unreachable),
  ...checkedColumns<HostRow>(),
  list('parents', (row) => row.parents),
  list('childs', (row) => row.children),
  list('services', ({ name }, world) => world.servicesOf(name).map((one) => one.description), 'services'),
  list(
    'services_with_state',
    ({ name }, world) =>
      world.servicesOf(name).map((one) => [one.description, serviceCode(one.state), Number(one.hasBeenChecked)]),
    'services',
  ),
  list(
    'services_with_info',
    ({ name }, world) =>
      world
        .servicesOf(name)
        .map((one) => [one.description, serviceCode(one.state), Number(one.hasBeenChecked), one.output]),
    'services',
  ),
  ...serviceCounts<HostRow>(({ name }, world) => world.servicesOf(name), 'services'),
  ...remarkColumns<HostRow>(({ name }) => [name]),
  int('total_services', ({ name }, world) => world.servicesOf(name).length, 'services'),
  text('statusmap_image', () => ''),
  text('vrml_image', () => ''),
  int('initial_state', () => 0),
  text('filename', () => ''),
];

export const hosts: Table<HostRow> = {
  name: 'hosts',
  prefix: 'host_',
  columns: hostColumns,
  needs: ['hosts'],
  rows: ({ world }) => world.all('hosts'),
  isSeenBy: (row, user) => row.contacts.includes(user),
  isNamed: (row, object) => row.name === object,
};
