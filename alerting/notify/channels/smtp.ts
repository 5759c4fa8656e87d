// Hands mails to a relay over pooled SMTP connections.

import nodemailer from 'nodemailer';
import { AppError } from '#kernel/errors.ts';
import type { Mail, MailTransport } from './mail.ts';

const MOST_CONNECTIONS = 4;
// The whole attempt is bounded by its sender; these free the connection of a relay that went silent.
const CONNECT_TIMEOUT_MS = 10_000;
const SILENCE_TIMEOUT_MS = 30_000;

/** `url` is `smtp://[user:password@]host[:port]` or `smtps://…`. */
export function createSmtpTransport(url: string): MailTransport {
  const relay = nodemailer.createTransport(url, undefined);
  const pool = nodemailer.createTransport({
    ...relay.options,
    pool: true,
    maxConnections: MOST_CONNECTIONS,
    connectionTimeout: CONNECT_TIMEOUT_MS,
    greetingTimeout: CONNECT_TIMEOUT_MS,
    dnsTimeout: CONNECT_TIMEOUT_MS,
    socketTimeout: SILENCE_TIMEOUT_MS,
  } as Parameters<typeof nodemailer.createTransport>[0]);
  relay.close();
  return {
    async accept(mail) {
      try {
        await pool.sendMail(toSmtp(mail));
      } catch (cause) {
        throw toAppError(cause);
      }
    },
    close() {
      pool.close();
      return Promise.resolve();
    },
  };
}

const toSmtp = (mail: Mail) => ({
  messageId: mail.messageId,
  ...(mail.replyTo !== undefined && { inReplyTo: mail.replyTo, references: mail.replyTo }),
  from: mail.from,
  to: mail.to,
  subject: mail.subject,
  text: mail.text,
  html: mail.html,
  date: new Date(mail.atMs),
  // RFC 3834: no vacation notice shall answer a page.
  headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
  // The body is ours, but parts of it come from outside: never read a file or a URL for it.
  disableFileAccess: true,
  disableUrlAccess: true,
});

/** RFC 5321 §4.2.1: 5yz is final, 4yz may pass; a refused login waits for whoever mends it. */
function toAppError(cause: unknown): AppError {
  const code =
    cause instanceof Error && 'responseCode' in cause && typeof cause.responseCode === 'number'
      ? cause.responseCode
      : undefined;
  const isLogin = cause instanceof Error && 'code' in cause && cause.code === 'EAUTH';
  const isFinal = code !== undefined && code >= 500 && !isLogin;
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new AppError('mail_refused', `The mail relay did not take it: ${reason}`, {
    cause,
    retry: isFinal ? 'never' : 'later',
  });
}
