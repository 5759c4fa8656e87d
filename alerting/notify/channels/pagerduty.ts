// PagerDuty Events API v2: one incident per alert, by its dedup_key. 202 is accepted,
// 400 is final, 429 and 5xx may pass.

import type { Severity } from '#kernel/domain/event.ts';
import { AppError } from '#kernel/errors.ts';
import type { Message } from '../message.ts';
import { shorten } from '../wording.ts';
import type { Channel } from './channel.ts';
import type { HttpPost } from './http-post.ts';

const DEFAULT_URL = 'https://events.pagerduty.com/v2/enqueue';
const SUMMARY_LIMIT = 1024;

const SEVERITY: Record<Severity, string> = { page: 'critical', urgent: 'error', ticket: 'warning', info: 'info' };

const ACTION: Record<Message['kind'], 'trigger' | 'acknowledge' | 'resolve'> = {
  problem: 'trigger',
  escalation: 'trigger',
  test: 'trigger',
  acknowledgement: 'acknowledge',
  recovery: 'resolve',
};

export function createPagerdutyChannel(http: HttpPost): Channel {
  return {
    async send({ delivery, contact, secret }, signal) {
      if (contact.channel !== 'pagerduty' || secret === undefined)
        throw new AppError('contact_incomplete', `${contact.name} has no routing key.`);
      const { message } = delivery;
      const body = {
        routing_key: secret,
        event_action: ACTION[message.kind],
        // The alert is the incident: a repeat adds to it and makes no second one.
        dedup_key: message.alertId === null ? delivery.idempotencyKey : `plexus-${message.alertId}`,
        client: 'Plexus',
        ...(message.links[0] && { client_url: message.links[0].url }),
        payload: {
          summary: shorten(message.subject, SUMMARY_LIMIT),
          source: message.host ?? 'plexus',
          severity: SEVERITY[message.severity],
          timestamp: new Date(message.openedAtMs).toISOString(),
          ...(message.check && { component: message.check }),
          ...(message.cluster && { group: message.cluster }),
          ...(message.metric && { class: message.metric }),
          custom_details: Object.fromEntries(message.lines.map(({ label, text }) => [label, text])),
        },
        links: message.links.map(({ label, url }) => ({ href: url, text: label })),
      };
      await http.post(contact.url ?? DEFAULT_URL, JSON.stringify(body), {}, signal);
    },
    close: () => Promise.resolve(),
  };
}
