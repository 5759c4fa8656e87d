// Events of the log in the words of the Nagios log, as clients look for them.

import { HOST_STATES } from '#kernel/domain/check-state.ts';
import type { EventKind, StoredEvent } from '#kernel/domain/event.ts';
import { toStoredEvent } from '#store/event-log.ts';
import type { Db } from '#store/postgres.ts';
import type { WatchedSite } from '../../engine/site.ts';
import type { LogRow, TimeSpan } from '../source.ts';

const LOGGED = [
  'check.state_changed',
  'check.flapping_started',
  'check.flapping_stopped',
  'check.acknowledged',
  'downtime.started',
  'downtime.ended',
  'downtime.cancelled',
  'notification.sent',
] as const satisfies EventKind[];
type LoggedEvent = StoredEvent<(typeof LOGGED)[number]>;

/** Newest first. What is about no object of the site any more keeps the names that its event has. */
export async function logRows(db: Db, site: WatchedSite, span: TimeSpan, maxRows: number): Promise<LogRow[]> {
  const rows = await db
    .selectFrom('event')
    .selectAll()
    .where('kind', 'in', LOGGED)
    .where('at_ms', '>=', span.fromMs)
    .where('at_ms', '<', span.untilMs)
    .orderBy('at_ms', 'desc')
    .orderBy('id', 'desc')
    .limit(maxRows)
    .execute();
  // Only these kinds were asked for.
  return rows.map((row) => toLogRow(site, toStoredEvent(row) as LoggedEvent));
}

interface Place {
  hostName?: string;
  description?: string;
  isHost: boolean;
  /** `host`, or `host;service`, as the log has it. */
  words: string;
}

function placeOf(site: WatchedSite, event: LoggedEvent): Place {
  const node = event.checkId === undefined ? undefined : site.objects.get(event.checkId);
  const { hostName: named, checkName } = { hostName: undefined, checkName: undefined, ...event.data };
  const hostName = (event.hostId === undefined ? undefined : site.hosts.get(event.hostId)?.name) ?? named;
  const isHost = node ? node.object === 'host' : checkName === undefined || isHostState(event);
  const description = isHost ? undefined : (node?.name ?? checkName);
  return {
    ...(hostName !== undefined && { hostName }),
    ...(description !== undefined && { description }),
    isHost,
    words: description === undefined ? (hostName ?? '') : `${hostName ?? ''};${description}`,
  };
}

const isHostState = (event: LoggedEvent): boolean =>
  event.kind === 'check.state_changed' && HOST_STATES.some((state) => state === event.data.to);

function toLogRow(site: WatchedSite, event: LoggedEvent): LogRow {
  const { isHost, words, ...place } = placeOf(site, event);
  const of = isHost ? 'HOST' : 'SERVICE';
  const row = (kind: LogRow['class'], type: string, said: (string | number)[], more: Partial<LogRow> = {}): LogRow => ({
    atMs: event.atMs,
    class: kind,
    type: `${of} ${type}`,
    options: [words, ...said].join(';'),
    ...place,
    ...more,
  });
  switch (event.kind) {
    case 'check.state_changed': {
      const { to, type, attempt, output } = event.data;
      const said = [to.toUpperCase(), type.toUpperCase(), attempt, output];
      return row('alert', 'ALERT', said, { state: to, stateType: type, attempt, output });
    }
    case 'check.flapping_started':
    case 'check.flapping_stopped': {
      const what = event.kind === 'check.flapping_started' ? 'STARTED' : 'STOPPED';
      return row('alert', 'FLAPPING ALERT', [what, `${event.data.percent} % of its states changed`]);
    }
    case 'check.acknowledged': {
      const { by, comment } = event.data;
      return row('command', 'ACKNOWLEDGEMENT', [by, comment], { comment });
    }
    case 'downtime.started':
    case 'downtime.ended':
    case 'downtime.cancelled': {
      const what = { 'downtime.started': 'STARTED', 'downtime.ended': 'STOPPED', 'downtime.cancelled': 'CANCELLED' };
      const { comment } = event.data;
      return row('alert', 'DOWNTIME ALERT', [what[event.kind], comment], { comment });
    }
    case 'notification.sent': {
      const { contact, channel, what } = event.data;
      const named = { contactName: contact, commandName: channel };
      const told = row('notification', 'NOTIFICATION', [what.toUpperCase(), channel], named);
      return { ...told, options: [contact, words, what.toUpperCase(), channel].join(';') };
    }
    default:
      return event satisfies never;
  }
}
