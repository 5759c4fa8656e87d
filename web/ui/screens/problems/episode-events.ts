// The events of an episode in the shape of the timeline, so that both are worded alike.

import type { Episode } from '#web/contract/alerting.ts';
import type { TimelineEvent } from '#web/contract/events.ts';

export function episodeEvents(episode: Episode): TimelineEvent[] {
  const { alert } = episode;
  return episode.events.map((event) => ({
    ...event,
    // The contract of the episode leaves the kind open; it comes from the same log.
    kind: event.kind as TimelineEvent['kind'],
    data: typeof event.data === 'object' && event.data !== null ? { ...event.data } : {},
    hostId: alert.host?.id ?? null,
    hostName: alert.host?.name ?? null,
    checkId: alert.check?.id ?? null,
    alertId: alert.id,
  }));
}
