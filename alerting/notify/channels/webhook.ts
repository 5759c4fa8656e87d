// Generic webhook: JSON, signed with the contact's secret. The receiver checks
// x-plexus-signature = "v1=" + hex(HMAC-SHA256(secret, timestamp + "." + body)), refuses old
// timestamps, and takes idempotency-key as the identity of the message.

import { createHmac } from 'node:crypto';
import type { Clock } from '#kernel/clock.ts';
import { AppError } from '#kernel/errors.ts';
import type { Channel } from './channel.ts';
import type { HttpPost } from './http-post.ts';

export function createWebhookChannel(http: HttpPost, deps: { clock: Clock }): Channel {
  return {
    async send({ delivery, contact, secret }, signal) {
      if (contact.channel !== 'webhook') throw new AppError('wrong_channel', `${contact.name} is not a webhook.`);
      const { openedAtMs, atMs, ...message } = delivery.message;
      const body = JSON.stringify({
        version: 1,
        id: delivery.idempotencyKey,
        ...message,
        openedAt: new Date(openedAtMs).toISOString(),
        at: new Date(atMs).toISOString(),
      });
      // Of this try, not of the message: a receiver may refuse what is old.
      const timestamp = String(Math.floor(deps.clock.nowMs() / 1000));
      const headers = {
        'idempotency-key': delivery.idempotencyKey,
        'x-plexus-timestamp': timestamp,
        ...(secret !== undefined && { 'x-plexus-signature': `v1=${sign(secret, timestamp, body)}` }),
      };
      await http.post(contact.url, body, headers, signal);
    },
    close: () => Promise.resolve(),
  };
}

const sign = (secret: string, timestamp: string, body: string): string =>
  createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex');
