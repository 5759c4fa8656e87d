// SMTP talks with servers that keep to the protocol and with those that do not; beside
// Debian's check_smtp.

import { SMTPServer } from 'smtp-server';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { smtpKind } from '#checks/kinds/smtp.ts';
import { describeWithPeer } from '../../support/peer.ts';
import * as servers from './loopback-servers.ts';
import { stateOfPlugin } from './real-plugin.ts';
import { runKind } from './run-kind.ts';

/** Answers each line with what the script has for its first word. */
const scripted = (greeting: string, script: Record<string, string>) =>
  servers.serveTcp((socket) => {
    socket.write(greeting);
    socket.on('data', (chunk: Buffer) => {
      for (const line of chunk.toString().split('\r\n').filter(Boolean)) {
        heard.push(line);
        const word = line.split(' ')[0] ?? '';
        socket.write(script[word] ?? '502 no\r\n');
        if (word === 'QUIT') socket.end();
      }
    });
  });

let heard: string[] = [];
const ports: Record<string, number> = {};
beforeAll(async () => {
  const good = {
    EHLO: '250-mail.example\r\n250-SIZE 1000\r\n250 8BITMIME\r\n',
    HELO: '250 ok\r\n',
    QUIT: '221 bye\r\n',
  };
  const mail = { MAIL: '250 ok\r\n', RCPT: '550 no relaying\r\n' };
  ports['good'] = await scripted('220-mail.example\r\n220 ESMTP Postfix\r\n', { ...good, ...mail });
  ports['old'] = await scripted('220 old.example\r\n', { HELO: '250 hello\r\n', QUIT: '221 bye\r\n' });
  ports['refusing'] = await servers.serveTcp((socket) => void socket.end('554 no mail here\r\n'));
  ports['no TLS after all'] = await scripted('220 ok\r\n', {
    EHLO: '250-a\r\n250 STARTTLS\r\n',
    STARTTLS: '454 later\r\n',
  });
  ports['TLS garbage'] = await scripted('220 ok\r\n', {
    EHLO: '250-a\r\n250 STARTTLS\r\n',
    STARTTLS: '220 go\r\nthis is no handshake, this is not even TLS\r\n',
  });
  ports['endless reply'] = await scripted('220 ok\r\n', { EHLO: '250-more\r\n'.repeat(300) });
  ports['silent'] = await servers.serveTcp(servers.SILENT);
  ports['hangs up'] = await servers.serveTcp(servers.HANGS_UP);
  ports['garbage'] = await servers.serveTcp(servers.GARBAGE);
  ports['endless'] = await servers.serveTcp(servers.ENDLESS);
  ports['drip'] = await servers.serveTcp(servers.DRIP);
  ports['closed'] = await servers.closedPort();
});

const probe = { mailFrom: '', rcptTo: 'ann@example.test' };
const verdicts: [string, string, Record<string, unknown>, string, RegExp][] = [
  ['a server', 'good', {}, 'ok', /^SMTP OK - 127.0.0.1 port \d+ said "mail.example" in/],
  ['a server from before EHLO', 'old', {}, 'ok', /^SMTP OK/],
  ['a word in the greeting', 'good', { bannerContains: 'Postfix' }, 'ok', /^SMTP OK/],
  ['another greeting', 'good', { bannerContains: 'Exim' }, 'warning', /greeting "mail.example" is without "Exim"/],
  ['a server that takes no mail', 'refusing', {}, 'warning', /greeted with 554 no mail here \(expected 220\)/],
  ['the same where it is critical', 'refusing', { mismatchState: 'critical' }, 'critical', /greeted with 554/],
  ['an open relay would be seen', 'good', { ...probe, rcptCodes: [550] }, 'ok', /^SMTP OK/],
  [
    'a recipient that is refused',
    'good',
    probe,
    'warning',
    /answered RCPT with 550 no relaying \(expected 250 or 251\)/,
  ],
  ['no STARTTLS', 'good', { tls: 'starttls' }, 'warning', /does not offer STARTTLS/],
  ['STARTTLS withdrawn', 'no TLS after all', { tls: 'starttls' }, 'warning', /answered STARTTLS with 454 later/],
  ['STARTTLS, then garbage', 'TLS garbage', { tls: 'starttls' }, 'critical', /^SMTP CRITICAL/],
  ['a reply without end', 'endless reply', {}, 'ok', /^SMTP OK/],
  ['silence', 'silent', {}, 'critical', /no greeting from 127.0.0.1 port \d+ within 0.4 seconds/],
  ['hung up', 'hangs up', {}, 'warning', /closed the connection before greeting/],
  ['garbage', 'garbage', {}, 'warning', /greeted with .*<garbage\/>.* \(expected 220\)/],
  ['garbage without end', 'endless', {}, 'critical', /sent more than 64 KB/],
  ['a byte at a time', 'drip', {}, 'critical', /no greeting|more than 64 KB/],
  ['nobody there', 'closed', {}, 'critical', /ECONNREFUSED/],
  ['a name that does not exist', 'good', { address: 'nope.invalid' }, 'unknown', /^SMTP UNKNOWN - nope.invalid/],
];
test.each(verdicts)('%s', async (_, server, settings, state, output) => {
  const result = await runKind(smtpKind, { port: ports[server], ...settings }, { timeoutMs: 400 });
  expect(result).toMatchObject({ state, output: expect.stringMatching(output) });
});

test('a recipient is tried and no mail is ever sent', async () => {
  heard = [];
  await runKind(smtpKind, { port: ports['good'], mailFrom: 'ops@example.test', rcptTo: 'ann@example.test' });
  await expect.poll(() => heard.at(-1)).toBe('QUIT');
  expect(heard).toEqual(['EHLO localhost', 'MAIL FROM:<ops@example.test>', 'RCPT TO:<ann@example.test>', 'QUIT']);
});

const refused: [string, Record<string, unknown>, string][] = [
  ['a command in an address', { mailFrom: 'a@b>\r\nDATA' }, '/mailFrom'],
  ['a command in our name', { ehloName: 'a\r\nDATA' }, '/ehloName'],
  ['a recipient without a sender', { rcptTo: 'a@b' }, '/rcptTo'],
];
test.each(refused)('%s is refused when the check is saved', (_, spec, path) => {
  expect(smtpKind.prepare(spec)).toMatchObject({ ok: false, problems: [expect.objectContaining({ path })] });
});

describeWithPeer('openssl', 'TLS', () => {
  let starttls = 0;
  let implicit = 0;
  beforeAll(async () => {
    const certificate = servers.makeCertificate(30);
    const open = (secure: boolean) =>
      new Promise<number>((resolve) => {
        const server = new SMTPServer({ ...certificate, secure, authOptional: true, logger: false });
        server.on('error', () => {});
        afterAll(() => server.close());
        const listening = server.listen(0, '127.0.0.1', () => {
          const address = listening.address();
          resolve(typeof address === 'object' && address !== null ? address.port : 0);
        });
      });
    [starttls, implicit] = [await open(false), await open(true)];
  });
  const settings = (tls: 'starttls' | 'implicit') => ({ tls, port: tls === 'starttls' ? starttls : implicit });

  test.each(['starttls', 'implicit'] as const)('%s: the certificate is told and judged', async (tls) => {
    const spec = { ...settings(tls), verifyTls: false, certDaysWarn: 40 };
    expect(await runKind(smtpKind, spec)).toMatchObject({
      state: 'warning',
      output: expect.stringMatching(/certificate localhost expires in \d+ days \(limit 40\)/),
      perfdata: expect.stringMatching(/cert_days=(29|30);40:$/),
    });
    expect(await runKind(smtpKind, settings(tls))).toMatchObject({
      state: 'critical',
      output: expect.stringContaining('self-signed'),
    });
  });

  describeWithPeer('check_smtp', 'the same state as check_smtp', () => {
    test.each([
      ['20,7', 'ok'],
      ['40,7', 'warning'],
      ['50,40', 'critical'],
    ])('limits of %s days are %s', async (limits, state) => {
      const [certDaysWarn, certDaysCrit] = limits.split(',').map(Number);
      const args = ['-H', '127.0.0.1', '-p', String(starttls), '-S', '-D', limits];
      expect(await stateOfPlugin('check_smtp', args)).toBe(state);
      const spec = { ...settings('starttls'), verifyTls: false, certDaysWarn, certDaysCrit };
      expect(await runKind(smtpKind, spec)).toMatchObject({ state });
    });
  });
});

describeWithPeer('check_smtp', 'the same state as check_smtp', () => {
  const same: [string, string, string[], Record<string, unknown>][] = [
    ['a server', 'good', [], {}],
    ['silence', 'silent', ['-t', '1'], {}],
    ['hung up', 'hangs up', [], {}],
    ['nobody there', 'closed', [], {}],
    ['no STARTTLS', 'good', ['-S'], { tls: 'starttls' }],
    ['a name that does not exist', 'good', ['-H', 'nope.invalid'], { address: 'nope.invalid' }],
  ];
  test.each(same)('%s', async (_, server, args, settings) => {
    const port = ports[server];
    const [theirs, ours] = await Promise.all([
      stateOfPlugin('check_smtp', ['-H', '127.0.0.1', '-p', String(port), ...args]),
      runKind(smtpKind, { port, ...settings }, { timeoutMs: 1000 }),
    ]);
    expect(ours).toMatchObject({ state: theirs });
  });
});
