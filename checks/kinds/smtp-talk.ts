// What a check says to an SMTP server and what it hears (RFC 5321): greeting, EHLO,
// STARTTLS (RFC 3207), and as far as RCPT. Never DATA, so no mail is ever sent.

import type { Conversation } from './net-conversation.ts';
import type { PeerCertificate } from './net-certificate.ts';

export interface SmtpPlan {
  ehloName: string;
  tls: 'none' | 'starttls' | 'implicit';
  verifyTls: boolean;
  serverName?: string;
  bannerCode: number;
  bannerContains?: string;
  mailFrom?: string;
  rcptTo?: string;
  rcptCodes: readonly number[];
}

interface Reply {
  code: number;
  /** Without their codes. */
  lines: string[];
}

export interface SmtpHeard {
  banner: string;
  certificate?: PeerCertificate;
  /** What the server said that it should not have; the talk ended there. */
  wrong?: string;
}

// EHLO replies of real servers have some twenty lines.
const MAX_REPLY_LINES = 200;

/** `stage` tells what is waited for, for the message when the talk breaks off. */
export async function talkSmtp(talk: Conversation, plan: SmtpPlan, stage: (next: string) => void): Promise<SmtpHeard> {
  let certificate: PeerCertificate | undefined;
  const secure = async () => {
    stage('TLS handshake');
    const { serverName } = plan;
    certificate = await talk.startTls({ verify: plan.verifyTls, ...(serverName !== undefined && { serverName }) });
  };
  if (plan.tls === 'implicit') await secure();

  stage('greeting');
  const greeting = await readReply(talk);
  const banner = greeting.lines[0] ?? '';
  const heard = (wrong?: string): SmtpHeard => ({
    banner,
    ...(certificate && { certificate }),
    ...(wrong !== undefined && { wrong }),
  });
  if (greeting.code !== plan.bannerCode) return heard(`greeted with ${said(greeting)} (expected ${plan.bannerCode})`);
  if (plan.bannerContains !== undefined && !greeting.lines.join('\n').includes(plan.bannerContains))
    return heard(`greeting ${JSON.stringify(banner)} is without ${JSON.stringify(plan.bannerContains)}`);

  stage('answer to EHLO');
  let hello = await ask(talk, `EHLO ${plan.ehloName}`);
  // Servers from before 1995 know HELO alone (RFC 5321 §3.2).
  if (hello.code >= 500 && plan.tls === 'none') hello = await ask(talk, `HELO ${plan.ehloName}`);
  if (hello.code !== 250) return heard(`answered EHLO with ${said(hello)} (expected 250)`);

  if (plan.tls === 'starttls') {
    if (!hello.lines.some((line) => /^STARTTLS\b/i.test(line))) return heard('does not offer STARTTLS');
    stage('answer to STARTTLS');
    const ready = await ask(talk, 'STARTTLS');
    if (ready.code !== 220) return heard(`answered STARTTLS with ${said(ready)} (expected 220)`);
    await secure();
    stage('answer to EHLO in TLS');
    const again = await ask(talk, `EHLO ${plan.ehloName}`);
    if (again.code !== 250) return heard(`answered EHLO in TLS with ${said(again)} (expected 250)`);
  }

  const wrong = await probeAddresses(talk, plan, stage);
  talk.send('QUIT\r\n');
  return heard(wrong);
}

async function probeAddresses(
  talk: Conversation,
  plan: SmtpPlan,
  stage: (next: string) => void,
): Promise<string | undefined> {
  if (plan.mailFrom === undefined) return undefined;
  stage('answer to MAIL');
  const mail = await ask(talk, `MAIL FROM:<${plan.mailFrom}>`);
  if (mail.code !== 250) return `answered MAIL with ${said(mail)} (expected 250)`;
  if (plan.rcptTo === undefined) return undefined;
  stage('answer to RCPT');
  const rcpt = await ask(talk, `RCPT TO:<${plan.rcptTo}>`);
  return plan.rcptCodes.includes(rcpt.code)
    ? undefined
    : `answered RCPT with ${said(rcpt)} (expected ${plan.rcptCodes.join(' or ')})`;
}

async function ask(talk: Conversation, command: string): Promise<Reply> {
  talk.send(`${command}\r\n`);
  return readReply(talk);
}

/** A line that is no reply gives code 0 and stands as it is. */
async function readReply(talk: Conversation): Promise<Reply> {
  const lines: string[] = [];
  let code = 0;
  for (let read = 0; read < MAX_REPLY_LINES; read++) {
    const line = await talk.readLine();
    const match = /^(?<code>[2-5]\d\d)(?<more>[- ]?)(?<text>.*)$/.exec(line)?.groups;
    if (!match) return { code: 0, lines: [line] };
    code = Number(match['code']);
    lines.push(match['text'] ?? '');
    if (match['more'] !== '-') break;
  }
  return { code, lines };
}

const said = ({ code, lines }: Reply): string =>
  `${code === 0 ? '' : `${code} `}${(lines[0] ?? '').slice(0, 80)}`.trim();
