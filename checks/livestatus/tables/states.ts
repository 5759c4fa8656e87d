// States as the numbers of Livestatus, and services counted by them.

import { HOST_STATES, SERVICE_STATES, type HostState, type ServiceState } from '#kernel/domain/check-state.ts';
import { int, type Column } from '../column.ts';
import type { CollectionName, HostRow, ServiceRow } from '../source.ts';
import type { World } from '../world.ts';

export const hostCode = (state: HostState): number => HOST_STATES.indexOf(state);
export const serviceCode = (state: ServiceState): number => SERVICE_STATES.indexOf(state);

export const stateCode = (state: HostState | ServiceState): number => {
  const host = HOST_STATES.findIndex((one) => one === state);
  return host === -1 ? SERVICE_STATES.findIndex((one) => one === state) : host;
};

/** OK < WARNING < UNKNOWN < CRITICAL, as the field ranks them. */
const RANK = [0, 1, 3, 2];
const worst = (codes: number[]): number =>
  codes.reduce((so, code) => ((RANK[code] ?? 0) > (RANK[so] ?? 0) ? code : so), 0);

/** `num_services`, `num_services_hard_crit`, `worst_service_state` and so on. */
export const serviceCounts = <Row>(
  of: (row: Row, world: World) => readonly ServiceRow[],
  ...needs: CollectionName[]
): Column<Row>[] => [
  int('num_services', (row, world) => of(row, world).length, ...needs),
  int('num_services_pending', (row, world) => of(row, world).filter((one) => !one.hasBeenChecked).length, ...needs),
  ...(['ok', 'warn', 'crit', 'unknown'] as const).flatMap((short, code): Column<Row>[] => [
    int(
      `num_services_${short}`,
      (row, world) => of(row, world).filter((one) => one.hasBeenChecked && serviceCode(one.state) === code).length,
      ...needs,
    ),
    int(
      `num_services_hard_${short}`,
      (row, world) => of(row, world).filter((one) => one.hasBeenChecked && hardCode(one) === code).length,
      ...needs,
    ),
  ]),
  int('worst_service_state', (row, world) => worst(of(row, world).map((one) => serviceCode(one.state))), ...needs),
  int('worst_service_hard_state', (row, world) => worst(of(row, world).map(hardCode)), ...needs),
];

export const hardCode = (row: ServiceRow): number =>
  serviceCode(row.stateType === 'hard' ? row.state : row.lastHardState);

/** `num_hosts`, `num_hosts_down`, `worst_host_state` and so on. */
export const hostCounts = <Row>(of: (row: Row, world: World) => readonly HostRow[]): Column<Row>[] => [
  int('num_hosts', (row, world) => of(row, world).length, 'hosts'),
  int('num_hosts_pending', (row, world) => of(row, world).filter((one) => !one.hasBeenChecked).length, 'hosts'),
  ...(['up', 'down', 'unreach'] as const).map((short, code) =>
    int<Row>(
      `num_hosts_${short}`,
      (row, world) => of(row, world).filter((one) => one.hasBeenChecked && hostCode(one.state) === code).length,
      'hosts',
    ),
  ),
  int('worst_host_state', (row, world) => Math.max(0, ...of(row, world).map((one) => hostCode(one.state))), 'hosts'),
];
