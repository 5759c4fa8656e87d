// TCP checks against servers of every temper, and beside Debian's check_tcp.

import { beforeAll, expect, test } from 'vitest';
import { tcpKind } from '#checks/kinds/tcp.ts';
import { systemClock } from '#kernel/clock.ts';
import { describeWithPeer } from '../../support/peer.ts';
import * as servers from './loopback-servers.ts';
import { stateOfPlugin } from './real-plugin.ts';
import { runKind } from './run-kind.ts';

const ports: Record<string, number> = {};
let said = '';
beforeAll(async () => {
  ports['silent'] = await servers.serveTcp(servers.SILENT);
  ports['hangs up'] = await servers.serveTcp(servers.HANGS_UP);
  ports['garbage'] = await servers.serveTcp(servers.GARBAGE);
  ports['endless'] = await servers.serveTcp(servers.ENDLESS);
  ports['drip'] = await servers.serveTcp(servers.DRIP);
  ports['echo'] = await servers.serveTcp((socket) =>
    socket.on('data', (chunk: Buffer) => {
      said += chunk.toString('latin1');
      socket.write(chunk);
    }),
  );
  ports['greeter'] = await servers.serveTcp((socket) => void socket.end('220 mail.example ready\r\n'));
  ports['closed'] = await servers.closedPort();
});

const verdicts: [string, string, Record<string, unknown>, string, RegExp][] = [
  ['what is sent comes back', 'echo', { send: 'ping\r\n', expect: 'ping' }, 'ok', /sent "ping"/],
  ['bytes are sent and expected', 'echo', { sendHex: '00ff 10', expectHex: 'FF10' }, 'ok', /sent FF10/],
  [
    'an answer of another kind can be a warning',
    'greeter',
    { expect: 'SSH', mismatchState: 'warning' },
    'warning',
    /^TCP WARNING - unexpected answer .*220 mail/,
  ],
  ['a port that has to be closed', 'closed', { refusedState: 'ok' }, 'ok', /^TCP OK - .*ECONNREFUSED/],
  [
    'hung up without a word',
    'hangs up',
    { expect: '220' },
    'critical',
    /no answer from 127.0.0.1 port \d+, which closed/,
  ],
  ['garbage in place of a greeting', 'garbage', { expect: '220' }, 'critical', /did not send "220" within 0.4 seconds/],
  ['endless garbage is cut at 4 KB', 'endless', { expect: '220' }, 'critical', /unexpected answer .*"x{80}"/],
  ['an answer byte by byte', 'drip', { expect: '220' }, 'critical', /unexpected answer|did not send/],
  ['too slow for its warning', 'greeter', { latencyWarn: '@0:10' }, 'warning', /took .* s \(limit @0:10\) on 127/],
  ['no TLS on the other side: silence', 'silent', { tls: true }, 'critical', /no TLS connection to .* within 0.4/],
  ['no TLS on the other side: garbage', 'garbage', { tls: true }, 'critical', /^TCP CRITICAL - 127.0.0.1 port/],
  ['no TLS on the other side: hung up', 'hangs up', { tls: true }, 'critical', /disconnected before secure TLS/],
  ['IPv6 asked of an IPv4 address', 'silent', { ipVersion: 6 }, 'critical', /127.0.0.1 is no IPv6 address/],
  ['a name that does not exist', 'silent', { address: 'nope.invalid' }, 'critical', /ENOTFOUND|EAI_AGAIN/],
];
test.each(verdicts)('%s', async (_, server, settings, state, output) => {
  const result = await runKind(tcpKind, { port: ports[server], ...settings }, { timeoutMs: 400 });
  expect(result).toMatchObject({ state, output: expect.stringMatching(output) });
});

test('the quit text is said before the connection ends', async () => {
  said = '';
  await runKind(tcpKind, { port: ports['echo'], send: 'hello', expect: 'hello', quit: 'QUIT\r\n' });
  await expect.poll(() => said).toBe('helloQUIT\r\n');
});

test('an IPv6 server is reached', async () => {
  const port = await servers.serveTcp(servers.SILENT, '::1');
  expect(await runKind(tcpKind, { port, ipVersion: 6 }, { address: '::1' })).toMatchObject({
    state: 'ok',
    output: `TCP OK - connected to [::1] port ${port}`,
  });
});

const refused: [string, Record<string, unknown>, string][] = [
  ['bytes that are not in pairs', { port: 1, sendHex: '123' }, '/sendHex'],
  ['text and bytes at once', { port: 1, expect: 'a', expectHex: '61' }, '/expectHex'],
  ['a limit that is no range', { port: 1, latencyWarn: 'fast' }, '/latencyWarn'],
  ['an address that would be an option', { port: 1, address: '-x' }, '/address'],
];
test.each(refused)('%s is refused when the check is saved', (_, spec, path) => {
  expect(tcpKind.prepare(spec)).toMatchObject({ ok: false, problems: [expect.objectContaining({ path })] });
});

describeWithPeer('openssl', 'TLS', () => {
  const DAY_MS = 86_400_000;
  const daysLater = (days: number) => {
    const clock = systemClock();
    return { ...clock, nowMs: () => clock.nowMs() + days * DAY_MS };
  };
  let port = 0;
  beforeAll(async () => {
    port = await servers.serveTls((socket) => void socket.end('hello'), servers.makeCertificate(30));
  });

  const limits = { certDaysWarn: 20, certDaysCrit: 7 };
  const days: [string, number, string, RegExp][] = [
    ['30 days left', 0, 'ok', /^TCP OK/],
    ['15 days left', 15, 'warning', /certificate localhost expires in 14 days \(limit 20\) on 127/],
    ['5 days left', 25, 'critical', /certificate localhost expires in 4 days \(limit 7\)/],
    ['over', 40, 'critical', /certificate localhost expired \d+ days ago/],
  ];
  test.each(days)('a certificate: %s', async (_, later, state, output) => {
    const spec = { port, tls: true, verifyTls: false, ...limits };
    expect(await runKind(tcpKind, spec, { clock: daysLater(later) })).toMatchObject({
      state,
      output: expect.stringMatching(output),
      perfdata: expect.stringMatching(/cert_days=-?\d+;20:;7:/),
    });
  });

  test('a certificate that nobody vouches for is CRITICAL unless it need not be verified', async () => {
    expect(await runKind(tcpKind, { port, tls: true })).toMatchObject({
      state: 'critical',
      output: expect.stringContaining('self-signed certificate'),
    });
  });

  describeWithPeer('check_tcp', 'the same in check_tcp', () => {
    test.each([
      [['-D', '20,7'], 'ok'],
      [['-D', '40,7'], 'warning'],
      [['-D', '50,40'], 'critical'],
    ])('%j is %s in both', async (args, state) => {
      const [warn, crit] = (args[1] ?? '').split(',').map(Number);
      const spec = { port, tls: true, verifyTls: false, certDaysWarn: warn, certDaysCrit: crit };
      expect(await stateOfPlugin('check_tcp', ['-H', '127.0.0.1', '-p', String(port), '-S', ...args])).toBe(state);
      expect(await runKind(tcpKind, spec)).toMatchObject({ state });
    });
  });
});

describeWithPeer('check_tcp', 'the same state as check_tcp', () => {
  const same: [string, string, string[], Record<string, unknown>][] = [
    ['open', 'silent', [], {}],
    ['closed', 'closed', [], {}],
    ['closed as it should be', 'closed', ['-r', 'ok'], { refusedState: 'ok' }],
    ['the greeting', 'greeter', ['-e', '220'], { expect: '220' }],
    ['another greeting', 'greeter', ['-e', 'SSH'], { expect: 'SSH', mismatchState: 'warning' }],
    ['another greeting, critical', 'greeter', ['-e', 'SSH', '-M', 'crit'], { expect: 'SSH' }],
    ['hung up', 'hangs up', ['-e', '220'], { expect: '220' }],
    ['no greeting', 'silent', ['-e', '220', '-t', '1'], { expect: '220' }],
    ['an echo', 'echo', ['-s', 'abc', '-e', 'abc'], { send: 'abc', expect: 'abc' }],
    ['IPv6 for IPv4', 'silent', ['-6'], { ipVersion: 6 }],
  ];
  test.each(same)('%s', async (_, server, args, spec) => {
    const port = ports[server];
    const [theirs, ours] = await Promise.all([
      stateOfPlugin('check_tcp', ['-H', '127.0.0.1', '-p', String(port), ...args]),
      runKind(tcpKind, { port, ...spec }, { timeoutMs: 1000 }),
    ]);
    expect(ours).toMatchObject({ state: theirs });
  });
});
