// Events of the log as lines of the timeline, with the names of their hosts.

import type { StoredEvent } from '#kernel/domain/event.ts';
import type { TimelineEvent } from '#web/contract/events.ts';
import { instant } from '#web/contract/shared.ts';

export function createTimeline(namesOf: (hostIds: readonly string[]) => Promise<Map<string, string>>) {
  return async (events: StoredEvent[]): Promise<TimelineEvent[]> => {
    const hostIds = new Set(events.flatMap((event) => event.hostId ?? []));
    const names = hostIds.size > 0 ? await namesOf([...hostIds]) : new Map<string, string>();
    return events.map((event) => ({
      id: event.id,
      kind: event.kind,
      at: instant(event.atMs),
      hostId: event.hostId ?? null,
      hostName: (event.hostId && names.get(event.hostId)) ?? null,
      checkId: event.checkId ?? null,
      alertId: event.alertId ?? null,
      runId: event.runId ?? null,
      causeId: event.causeId ?? null,
      data: { ...event.data },
    }));
  };
}
