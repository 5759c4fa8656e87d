// SSH banners, good ones and what else answers on port 22; beside Debian's check_ssh.

import { beforeAll, expect, test } from 'vitest';
import { sshKind } from '#checks/kinds/ssh.ts';
import { describeWithPeer } from '../../support/peer.ts';
import * as servers from './loopback-servers.ts';
import { stateOfPlugin } from './real-plugin.ts';
import { runKind } from './run-kind.ts';

const BANNER = 'SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n';
const ports: Record<string, number> = {};
beforeAll(async () => {
  ports['ssh'] = await servers.serveTcp((socket) => void socket.resume().write(BANNER));
  ports['chatty'] = await servers.serveTcp((socket) => void socket.resume().write(`Authorized use only.\r\n${BANNER}`));
  ports['mail'] = await servers.serveTcp((socket) => void socket.end('220 mail.example ready\r\n'));
  ports['silent'] = await servers.serveTcp(servers.SILENT);
  ports['hangs up'] = await servers.serveTcp(servers.HANGS_UP);
  ports['garbage'] = await servers.serveTcp(servers.GARBAGE);
  ports['endless'] = await servers.serveTcp(servers.ENDLESS);
  ports['drip'] = await servers.serveTcp(servers.DRIP);
  ports['closed'] = await servers.closedPort();
});

const verdicts: [string, string, Record<string, unknown>, string, RegExp][] = [
  ['a server', 'ssh', {}, 'ok', /^SSH OK - OpenSSH_9.2p1 Debian-2\+deb12u3 \(protocol 2.0\) on 127.0.0.1 port/],
  ['a server with a notice before its banner', 'chatty', {}, 'ok', /^SSH OK - OpenSSH/],
  ['the version that is wanted', 'ssh', { versionMatches: '^OpenSSH_9\\.' }, 'ok', /^SSH OK/],
  ['another version', 'ssh', { versionMatches: '^OpenSSH_8' }, 'critical', /version OpenSSH_9.* does not match/],
  ['another protocol', 'ssh', { protocol: '1.99' }, 'critical', /protocol 2.0 \(expected 1.99\)/],
  ['too slow', 'ssh', { latencyWarn: '@0:10' }, 'warning', /took .* \(limit @0:10\)/],
  ['something else that hangs up', 'mail', {}, 'critical', /closed the connection before banner/],
  ['silence', 'silent', {}, 'critical', /no banner from 127.0.0.1 port \d+ within 0.3 seconds/],
  ['hung up', 'hangs up', {}, 'critical', /closed the connection/],
  ['garbage', 'garbage', {}, 'critical', /no banner/],
  ['garbage without end', 'endless', {}, 'critical', /sent more than 64 KB/],
  ['a byte at a time', 'drip', {}, 'critical', /no banner|more than/],
  ['nobody there', 'closed', {}, 'critical', /ECONNREFUSED/],
  ['a name that does not exist', 'ssh', { address: 'nope.invalid' }, 'unknown', /^SSH UNKNOWN - nope.invalid/],
  ['IPv6 of an IPv4 address', 'ssh', { ipVersion: 6 }, 'unknown', /no IPv6 address/],
];
test.each(verdicts)('%s', async (_, server, settings, state, output) => {
  const result = await runKind(sshKind, { port: ports[server], ...settings }, { timeoutMs: 300 });
  expect(result).toMatchObject({ state, output: expect.stringMatching(output) });
});

describeWithPeer('check_ssh', 'the same state as check_ssh', () => {
  const same: [string, string, string[], Record<string, unknown>][] = [
    ['a server', 'ssh', [], {}],
    ['another protocol', 'ssh', ['-P', '1.99'], { protocol: '1.99' }],
    ['another version', 'ssh', ['-r', 'OpenSSH_8'], { versionMatches: '^OpenSSH_8' }],
    ['mail', 'mail', [], {}],
    ['silence', 'silent', ['-t', '1'], {}],
    ['hung up', 'hangs up', [], {}],
    ['nobody there', 'closed', [], {}],
  ];
  test.each(same)('%s', async (_, server, args, settings) => {
    const port = ports[server];
    const [theirs, ours] = await Promise.all([
      stateOfPlugin('check_ssh', ['-p', String(port), ...args, '127.0.0.1']),
      runKind(sshKind, { port, ...settings }, { timeoutMs: 1000 }),
    ]);
    expect(ours).toMatchObject({ state: theirs });
  });
});
