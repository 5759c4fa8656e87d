// Downtimes by lane of the calendar: what was planned for the same reason, or what is of the
// same host. Pure.

import type { Downtime, DowntimeBatch, DowntimeStatusWord } from '#web/contract/downtimes.ts';

export interface LaneBar {
  key: string;
  batch: string;
  startsAt: string;
  endsAt: string;
  status: DowntimeStatusWord;
  comment: string;
  recurring: boolean;
  fixed: boolean;
  hosts: number;
  services: number;
  /** What is written on it. */
  label: string;
}

export interface Lane {
  name: string;
  bars: LaneBar[];
}

/** By reason, those that are open first, then by their first start. */
export function lanesByReason(batches: readonly DowntimeBatch[]): Lane[] {
  const lanes = new Map<string, LaneBar[]>();
  for (const batch of batches) {
    const bar: LaneBar = {
      ...{ key: batch.batch, batch: batch.batch, startsAt: batch.startsAt, endsAt: batch.endsAt },
      ...{ status: batch.status, comment: batch.comment, recurring: batch.recurringId !== null, fixed: batch.fixed },
      ...{ hosts: batch.hosts, services: batch.services, label: batch.names.join(', ') },
    };
    lanes.set(batch.comment, [...(lanes.get(batch.comment) ?? []), bar]);
  }
  const isOpen = (lane: Lane): boolean => lane.bars.some(({ status }) => status === 'active' || status === 'pending');
  return [...lanes].map(([name, bars]) => ({ name, bars })).toSorted((a, b) => Number(isOpen(b)) - Number(isOpen(a)));
}

/** By host, with its services. */
export function lanesByHost(downtimes: readonly Downtime[]): Lane[] {
  const lanes = new Map<string, LaneBar[]>();
  for (const downtime of downtimes) {
    const bar: LaneBar = {
      ...{ key: downtime.id, batch: downtime.batch, startsAt: downtime.startsAt, endsAt: downtime.endsAt },
      ...{ status: downtime.status, comment: downtime.comment, recurring: downtime.recurringId !== null },
      ...{ fixed: downtime.fixed, hosts: 1, services: downtime.checkId === null ? 0 : 1 },
      label: downtime.checkName === null ? downtime.comment : `${downtime.checkName}: ${downtime.comment}`,
    };
    lanes.set(downtime.hostName, [...(lanes.get(downtime.hostName) ?? []), bar]);
  }
  return [...lanes]
    .map(([name, bars]) => ({ name, bars }))
    .toSorted((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }));
}
