// The host_… and service_… columns of rows that are about a host or one of its services.

import { joined, text, type Column } from '../column.ts';
import type { World } from '../world.ts';
import { hostColumns } from './hosts.ts';
import { isServiceSeenBy, serviceColumns } from './services.ts';

interface Placed {
  hostName?: string;
  description?: string;
}

export const placeColumns = <Row extends Placed>(): Column<Row>[] => [
  // The names are told also of what is no longer there.
  text('host_name', (row) => row.hostName ?? ''),
  text('service_description', (row) => row.description ?? ''),
  ...joined<Row, (typeof hostColumns)[number] extends Column<infer Host> ? Host : never>(
    'host_',
    hostColumns.filter(({ name }) => name !== 'name'),
    (row, world) => (row.hostName === undefined ? undefined : world.host(row.hostName)),
    'hosts',
  ),
  ...joined<Row, (typeof serviceColumns)[number] extends Column<infer Service> ? Service : never>(
    'service_',
    serviceColumns.filter(({ name }) => name !== 'description'),
    (row, world) =>
      row.hostName === undefined || row.description === undefined
        ? undefined
        : world.service(row.hostName, row.description),
    'services',
  ),
];

/** Rows about nothing (the program itself) are seen by everybody. */
export function isPlacedSeenBy({ hostName, description }: Placed, user: string, world: World): boolean {
  if (hostName === undefined) return true;
  const service = description === undefined ? undefined : world.service(hostName, description);
  if (service) return isServiceSeenBy(service, user, world);
  return world.host(hostName)?.contacts.includes(user) ?? false;
}
