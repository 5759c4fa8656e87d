// Tables hostsbygroup, servicesbygroup and servicesbyhostgroup: one row for each member of
// each group.

import { joined, type Table } from '../column.ts';
import type { HostGroupRow, HostRow, ServiceGroupRow, ServiceRow } from '../source.ts';
import { hostGroupColumns } from './host-groups.ts';
import { hostColumns } from './hosts.ts';
import { serviceGroupColumns } from './service-groups.ts';
import { allServiceColumns, isServiceSeenBy } from './services.ts';

interface Member<Group, One> {
  group: Group;
  member: One;
}

export const hostsByGroup: Table<Member<HostGroupRow, HostRow>> = {
  name: 'hostsbygroup',
  prefix: 'host_',
  columns: [
    ...joined('', hostColumns, ({ member }: Member<HostGroupRow, HostRow>) => member),
    ...joined('hostgroup_', hostGroupColumns, ({ group }: Member<HostGroupRow, HostRow>) => group),
  ],
  needs: ['hosts', 'hostGroups'],
  rows: ({ world }) =>
    world.all('hostGroups').flatMap((group) =>
      group.hostNames.flatMap((name) => {
        const member = world.host(name);
        return member ? { group, member } : [];
      }),
    ),
  isSeenBy: ({ member }, user) => member.contacts.includes(user),
};

export const servicesByGroup: Table<Member<ServiceGroupRow, ServiceRow>> = {
  name: 'servicesbygroup',
  prefix: 'service_',
  columns: [
    ...joined('', allServiceColumns, ({ member }: Member<ServiceGroupRow, ServiceRow>) => member),
    ...joined('servicegroup_', serviceGroupColumns, ({ group }: Member<ServiceGroupRow, ServiceRow>) => group),
  ],
  needs: ['services', 'serviceGroups'],
  rows: ({ world }) =>
    world.all('serviceGroups').flatMap((group) =>
      group.members.flatMap(([hostName, description]) => {
        const member = world.service(hostName, description);
        return member ? { group, member } : [];
      }),
    ),
  isSeenBy: ({ member }, user, world) => isServiceSeenBy(member, user, world),
  contactNeeds: ['hosts'],
};

export const servicesByHostGroup: Table<Member<HostGroupRow, ServiceRow>> = {
  name: 'servicesbyhostgroup',
  prefix: 'service_',
  columns: [
    ...joined('', allServiceColumns, ({ member }: Member<HostGroupRow, ServiceRow>) => member),
    ...joined('hostgroup_', hostGroupColumns, ({ group }: Member<HostGroupRow, ServiceRow>) => group),
  ],
  needs: ['services', 'hostGroups'],
  rows: ({ world }) =>
    world
      .all('hostGroups')
      .flatMap((group) =>
        group.hostNames.flatMap((name) => world.servicesOf(name).map((member) => ({ group, member }))),
      ),
  isSeenBy: ({ member }, user, world) => isServiceSeenBy(member, user, world),
  contactNeeds: ['hosts'],
};
