// Whoever takes an alert on has the problem of its check, which is then told to nobody else.

import type { StoredEvent } from '#kernel/domain/event.ts';
import type { ObjectNode } from './node.ts';
import type { RequestHandler } from './request-handler.ts';

/** What an alert says because of its check is passed over: the two would answer each other for ever. */
export function takeOwnership(
  node: ObjectNode,
  requests: RequestHandler,
  event: StoredEvent<'alert.acknowledged' | 'alert.unacknowledged'>,
): void {
  if (event.causeId !== undefined) return;
  const { by } = event.data;
  const about = { hostId: node.hostId, objectId: node.id };
  const isTaken = node.current.acknowledgement !== null;
  if (event.kind === 'alert.unacknowledged') {
    if (isTaken) void requests.handle({ ...about, do: 'unacknowledge', by });
  } else if (!isTaken) {
    const comment = event.data.comment ?? 'acknowledged with its alert';
    const ack = { by, comment, isSticky: true, expiresAtMs: null, notifies: false };
    void requests.handle({ ...about, do: 'acknowledge', ...ack });
  }
}
