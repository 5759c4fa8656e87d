// NTP servers that are right, wrong, lost or hostile; beside Debian's check_ntp_time.

import { beforeAll, expect, test } from 'vitest';
import { ntpKind } from '#checks/kinds/ntp.ts';
import { systemClock } from '#kernel/clock.ts';
import { describeWithPeer } from '../../support/peer.ts';
import { closedPort, serveUdp } from './loopback-servers.ts';
import { stateOfPlugin } from './real-plugin.ts';
import { runKind } from './run-kind.ts';

const EPOCH_SEC = 2_208_988_800;
const clock = systemClock();

function answer(request: Buffer, options: { offsetSec?: number; stratum?: number; leap?: number } = {}): Buffer {
  const { offsetSec = 0, stratum = 2, leap = 0 } = options;
  const packet = Buffer.alloc(48);
  packet[0] = (leap << 6) | (4 << 3) | 4;
  packet[1] = stratum;
  if (stratum === 0) packet.write('RATE', 12);
  // check_ntp_time wants to see when the server last set its clock.
  const stamp = clock.nowMs() / 1000 + offsetSec + EPOCH_SEC;
  for (const at of [16, 32, 40]) {
    packet.writeUInt32BE(Math.floor(stamp), at);
    packet.writeUInt32BE(Math.floor((stamp % 1) * 2 ** 32), at + 4);
  }
  request.copy(packet, 24, 40, 48);
  return packet;
}

const ports: Record<string, number> = {};
let asked = 0;
beforeAll(async () => {
  ports['right'] = await serveUdp((request) => [answer(request)]);
  ports['ahead'] = await serveUdp((request) => [answer(request, { offsetSec: 90 })]);
  ports['behind'] = await serveUdp((request) => [answer(request, { offsetSec: -300 })]);
  ports['low'] = await serveUdp((request) => [answer(request, { stratum: 9 })]);
  ports['lost'] = await serveUdp((request) => [answer(request, { leap: 3, stratum: 16 })]);
  ports['kiss'] = await serveUdp((request) => {
    asked++;
    return [answer(request, { stratum: 0 })];
  });
  ports['silent'] = await serveUdp(() => []);
  ports['garbage'] = await serveUdp(() => [Buffer.from('garbage'), Buffer.alloc(48), Buffer.alloc(0)]);
  ports['forger'] = await serveUdp((request) => [answer(Buffer.alloc(request.length), { offsetSec: 999 })]);
  ports['garbage first'] = await serveUdp((request) => [Buffer.from('garbage'), answer(request)]);
  ports['closed'] = await closedPort();
});

const verdicts: [string, string, Record<string, unknown>, string, RegExp][] = [
  ['the right time', 'right', {}, 'ok', /^NTP OK - offset -?[\d.e-]+ s against 127.0.0.1 port \d+ \(stratum 2\)/],
  ['90 seconds ahead', 'ahead', {}, 'warning', /^NTP WARNING - offset (90|89\.9)\S* s \(limit 60\) against 127/],
  ['five minutes behind', 'behind', {}, 'critical', /^NTP CRITICAL - offset (300|299\.9)\S* s \(limit 120\)/],
  ['far from a clock', 'low', { stratumWarn: '5' }, 'warning', /stratum 9 \(limit 5\)/],
  ['not synchronised itself', 'lost', {}, 'critical', /is not synchronised \(stratum 16\)/],
  ['sent away', 'kiss', {}, 'critical', /refuses to answer \(RATE\)/],
  ['silence', 'silent', {}, 'critical', /no answer from 127.0.0.1 port \d+ within 0.3 seconds/],
  ['garbage', 'garbage', {}, 'critical', /no answer/],
  ['an answer to what was not asked', 'forger', {}, 'critical', /no answer/],
  ['garbage before the answer', 'garbage first', {}, 'ok', /^NTP OK/],
  ['nobody there', 'closed', {}, 'critical', /ECONNREFUSED|no answer/],
  ['a name that does not exist', 'right', { address: 'nope.invalid' }, 'unknown', /^NTP UNKNOWN/],
];
test.each(verdicts)('%s', async (_, server, settings, state, output) => {
  const result = await runKind(ntpKind, { port: ports[server], ...settings }, { timeoutMs: 300 });
  expect(result).toMatchObject({ state, output: expect.stringMatching(output) });
});

test('a server that sends us away is not asked again', async () => {
  asked = 0;
  await runKind(ntpKind, { port: ports['kiss'], samples: 8 });
  expect(asked).toBe(1);
});

test('offset and stratum go to the history', async () => {
  expect(await runKind(ntpKind, { port: ports['right'] })).toMatchObject({
    perfdata: expect.stringMatching(/^offset=-?[\d.e-]+s;60;120 stratum=2;;;0;16$/),
  });
});

describeWithPeer('check_ntp_time', 'the same state as check_ntp_time', () => {
  test.each(['right', 'ahead', 'behind', 'silent', 'closed'])('%s', async (server) => {
    const port = ports[server];
    const args = ['-H', '127.0.0.1', '-p', String(port), '-w', '60', '-c', '120', '-t', '2'];
    const [theirs, ours] = await Promise.all([
      stateOfPlugin('check_ntp_time', args),
      runKind(ntpKind, { port }, { timeoutMs: 1500 }),
    ]);
    expect(ours).toMatchObject({ state: theirs });
  });
});
