// What a batch of events of the log means for the engine: who is to be read anew, run,
// taken on, or to follow a downtime. Pure.

import type { EventKind, StoredEvent } from '#kernel/domain/event.ts';
import type { RecheckRequest } from './recheck-answers.ts';

export const HEARD = [
  'config.changed',
  'host.changed',
  'host.retired',
  'host.created',
  'objects.applied',
  'check.recheck_requested',
  'check.state_changed',
  'check.acknowledged',
  'check.acknowledgement_ended',
  'downtime.started',
  'downtime.ended',
  'downtime.cancelled',
  'alert.acknowledged',
  'alert.unacknowledged',
] as const satisfies EventKind[];
export type HeardKind = (typeof HEARD)[number];

interface Heard {
  /** Objects were applied: anything may be another now. */
  isEverything: boolean;
  /** Hosts that are defined in another way, or whose checks are. */
  redefined: Set<string>;
  /** Hosts whose objects are in another state; news only where another process runs them. */
  restated: Set<string>;
  rechecks: RecheckRequest[];
  owners: StoredEvent<'alert.acknowledged' | 'alert.unacknowledged'>[];
  downtimes: { hostId: string; downtimeId: string; what: 'started' | 'ended' | 'cancelled' }[];
}

/** Requests for runs older than `oldestMs` are of no use to anybody any more. */
export function hear(events: readonly StoredEvent<HeardKind>[], oldestMs: number): Heard {
  const heard: Heard = {
    isEverything: false,
    redefined: new Set(),
    restated: new Set(),
    rechecks: [],
    owners: [],
    downtimes: [],
  };
  const follow = (event: StoredEvent<'downtime.started' | 'downtime.ended' | 'downtime.cancelled'>): void => {
    const what = event.kind.slice('downtime.'.length) as 'started' | 'ended' | 'cancelled';
    if (event.hostId !== undefined)
      heard.downtimes.push({ hostId: event.hostId, downtimeId: event.data.downtimeId, what });
  };
  for (const event of events) {
    switch (event.kind) {
      case 'check.recheck_requested':
        if (event.checkId !== undefined && event.atMs >= oldestMs)
          heard.rechecks.push({ checkId: event.checkId, eventId: event.id });
        break;
      case 'config.changed':
        if (event.data.kind === 'check' && event.hostId !== undefined) heard.redefined.add(event.hostId);
        break;
      case 'host.created':
      case 'host.changed':
      case 'host.retired':
        if (event.hostId !== undefined) heard.redefined.add(event.hostId);
        break;
      case 'objects.applied':
        heard.isEverything = true;
        break;
      case 'alert.acknowledged':
      case 'alert.unacknowledged':
        heard.owners.push(event);
        break;
      case 'downtime.started':
      case 'downtime.ended':
      case 'downtime.cancelled':
        follow(event);
        if (event.hostId !== undefined) heard.restated.add(event.hostId);
        break;
      case 'check.state_changed':
      case 'check.acknowledged':
      case 'check.acknowledgement_ended':
        if (event.hostId !== undefined) heard.restated.add(event.hostId);
        break;
      default:
        return event satisfies never;
    }
  }
  return heard;
}
