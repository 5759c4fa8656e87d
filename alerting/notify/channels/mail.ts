// A message as a mail: stable identity, threaded by episode, plain text first. How it
// travels (relay or local outbox) is the transport's.

import { AppError } from '#kernel/errors.ts';
import type { Message } from '../message.ts';
import { formatInstant } from '../wording.ts';
import type { Channel, Outgoing } from './channel.ts';

export interface Mail {
  deliveryId: string;
  messageId: string;
  /** Message-ID of the first mail of the episode to this contact; absent on that mail itself. */
  replyTo: string | undefined;
  from: string;
  to: string;
  subject: string;
  text: string;
  html: string;
  atMs: number;
}

export interface MailTransport {
  /** Resolves when the mail is accepted; the same Message-ID again is the same mail. */
  accept(mail: Mail, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

export function createMailChannel(transport: MailTransport, options: { from: string }): Channel {
  return {
    async send(outgoing, signal) {
      await transport.accept(toMail(outgoing, options.from), signal);
    },
    close: () => transport.close(),
  };
}

function toMail({ delivery, contact }: Outgoing, from: string): Mail {
  if (contact.channel !== 'mail') throw new AppError('wrong_channel', `${contact.name} is not reached by mail.`);
  const domain = /@([^>\s]+)/.exec(from)?.[1] ?? 'plexus.invalid';
  const root = `<${delivery.alertId ?? delivery.id}.${contact.id}@${domain}>`;
  return {
    deliveryId: delivery.id,
    messageId: delivery.isFirst ? root : `<${delivery.id}@${domain}>`,
    replyTo: delivery.isFirst ? undefined : root,
    from,
    to: contact.address,
    subject: delivery.message.subject,
    text: mailText(delivery.message),
    html: mailHtml(delivery.message),
    atMs: delivery.createdAtMs,
  };
}

export function mailText(message: Message): string {
  const lines = message.lines.map(({ label, text }) => `${label}: ${text}`);
  const links = message.links.map(({ label, url }) => `${label}: ${url}`);
  return [...lines, ...(links.length > 0 ? ['', ...links] : []), '', `Sent ${formatInstant(message.atMs)}`, ''].join(
    '\n',
  );
}

const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`);

export function mailHtml(message: Message): string {
  const cell = 'padding:2px 12px 2px 0;vertical-align:top';
  const rows = message.lines
    .map(
      ({ label, text }) =>
        `<tr><td style="${cell};color:#5a6472">${escapeHtml(label)}</td><td style="${cell}">${escapeHtml(text)}</td></tr>`,
    )
    .join('\n');
  const links = message.links
    .map(({ label, url }) => `<p><a href="${escapeHtml(url)}">${escapeHtml(label)}</a></p>`)
    .join('\n');
  return `<!doctype html><html><body style="font-family:system-ui,sans-serif;font-size:14px">
<h1 style="font-size:16px">${escapeHtml(message.subject)}</h1>
<table style="border-collapse:collapse">
${rows}
</table>
${links}
<p style="color:#5a6472">Sent ${formatInstant(message.atMs)}</p>
</body></html>`;
}
