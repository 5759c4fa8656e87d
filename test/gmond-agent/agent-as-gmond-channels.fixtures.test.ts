// Channels of a gmond.conf on real sockets: addresses of both kinds, interfaces, source
// addresses, requests, mute, tags; and what a configuration's groups put on the wire.

import { createSocket, type RemoteInfo } from 'node:dgram';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import os from 'node:os';
import { expect, onTestFinished, test } from 'vitest';
import { readGmondConfig } from '#agent/gmond-config.ts';
import { optionsOfGmondConfig } from '#agent/gmond-config-options.ts';
import { createMetricSender, type MetricSenderOptions } from '#agent/send-loop.ts';
import { silentLogger } from '#kernel/log.ts';
import { FakeClock } from '#test/support/fake-clock.ts';
import { readFixture, readJsonLines } from '#test/support/fixtures.ts';
import { createGmondDecoder, encodeGmondPacket, type GmondPacket } from '#wire/gmond-packet.ts';
import { parseGmondConf } from '#wire/gmond-conf.ts';

const hasIpv6 = Object.values(os.networkInterfaces()).some((addresses) =>
  addresses?.some(({ address }) => address === '::1'),
);
// Loopback has no route to IPv6 groups.
const ipv6Interface = Object.entries(os.networkInterfaces()).find(([, addresses]) =>
  addresses?.some(({ family, internal }) => family === 'IPv6' && !internal),
)?.[0];
const loopback = Object.entries(os.networkInterfaces()).find(([, addresses]) =>
  addresses?.some(({ address }) => address === '127.0.0.1'),
)?.[0];

async function openReceiver(address: string, group?: string) {
  const socket = createSocket({ type: address.includes(':') ? 'udp6' : 'udp4', reuseAddr: true });
  const decode = createGmondDecoder();
  const heard: { packet: GmondPacket; from: RemoteInfo; hex: string }[] = [];
  socket.on('message', (datagram, from) => {
    const decoded = decode(datagram);
    if (decoded.ok) heard.push({ packet: decoded.value, from, hex: datagram.toString('hex') });
  });
  socket.bind(0, address);
  await once(socket, 'listening');
  if (group !== undefined) socket.addMembership(group, address.includes(':') ? `::%${ipv6Interface}` : '127.0.0.1');
  onTestFinished(() => new Promise<void>((resolve) => socket.close(() => resolve())));
  return { socket, port: socket.address().port, heard, names: () => heard.map(({ packet }) => packet.name) };
}

const PROC: Record<string, string> = { '/proc/loadavg': '0.52 0.29 0.13 2/115 12514\n' };

const optionsOf = (text: string): Partial<MetricSenderOptions> =>
  optionsOfGmondConfig(
    readGmondConfig(parseGmondConf({ file: 'g', text }, { environment: {}, include: () => [] })).config,
  );

async function startSender(text: string, more: Partial<MetricSenderOptions> = {}) {
  const clock = new FakeClock();
  const sender = createMetricSender(
    {
      ...{ clock, log: silentLogger },
      readText: (path) => Promise.resolve(PROC[path]),
      readSpace: () => Promise.resolve(undefined),
    },
    { targets: [], hostName: 'web-1', ip: '10.0.0.1', ...optionsOf(text), ...more },
  );
  await sender.start(new AbortController().signal);
  onTestFinished(() => sender.stop());
  return { clock, sender };
}

const LOAD = 'collection_group { collect_every = 20 time_threshold = 20 metric { name = load_one title = Load } }';

test('the source address is the one that bind names', async () => {
  const receiver = await openReceiver('127.0.0.1');
  await startSender(`udp_send_channel { host = 127.0.0.1 port = ${receiver.port} bind = 127.0.0.2 } ${LOAD}`);
  await expect.poll(() => receiver.heard.length).toBe(2);
  expect(receiver.heard[0]?.from.address).toBe('127.0.0.2');
});

test('a source address that this host does not have yet is tried again, and other channels send meanwhile', async () => {
  const receiver = await openReceiver('127.0.0.1');
  const { sender, clock } = await startSender(
    `udp_send_channel { host = 127.0.0.1 port = 9 bind = 203.0.113.1 } udp_send_channel { host = 127.0.0.1 port = ${receiver.port} } ${LOAD}`,
  );
  await expect.poll(() => receiver.heard.length).toBe(2);
  expect(sender.counters().failed).toBeGreaterThan(0);
  const before = sender.counters().failed;
  clock.advance(10_000);
  await expect.poll(() => sender.counters().failed).toBeGreaterThan(before);
});

test.runIf(hasIpv6)('IPv6: to an address', async () => {
  const receiver = await openReceiver('::1');
  await startSender(`udp_send_channel { host = "::1" port = ${receiver.port} } ${LOAD}`);
  await expect.poll(() => receiver.names()).toEqual(['load_one', 'load_one']);
});

test.runIf(ipv6Interface !== undefined)('IPv6: to a group over a named interface', async () => {
  const group = 'ff11::2b:47';
  const receiver = await openReceiver('::', group);
  await startSender(
    `udp_send_channel { mcast_join = "${group}" mcast_if = ${ipv6Interface} port = ${receiver.port} } ${LOAD}`,
  );
  await expect.poll(() => receiver.names()).toEqual(['load_one', 'load_one']);
});

test('IPv4: a group over an interface that is named, not numbered', async () => {
  const receiver = await openReceiver('0.0.0.0', '239.2.11.98');
  await startSender(
    `udp_send_channel { mcast_join = 239.2.11.98 mcast_if = ${loopback} port = ${receiver.port} ttl = 0 } ${LOAD}`,
  );
  await expect.poll(() => receiver.names()).toEqual(['load_one', 'load_one']);
});

test('a request sent back to where we send from is answered at the next collection, also for a spoofed name', async () => {
  const receiver = await openReceiver('127.0.0.1');
  const { clock } = await startSender(
    `globals { override_hostname = n } udp_send_channel { host = 127.0.0.1 port = ${receiver.port} } ${LOAD}`,
  );
  await expect.poll(() => receiver.heard.length).toBe(2);
  const from = receiver.heard[0]?.from;
  // send_metadata_interval is 0: only a request brings metadata again.
  clock.advance(20_000);
  await expect.poll(() => receiver.heard.length).toBe(3);
  receiver.socket.send(
    encodeGmondPacket({ id: 136, host: 'n:n', name: 'load_one', spoof: true }),
    from?.port ?? 0,
    from?.address,
  );
  await expect
    .poll(() => {
      clock.advance(20_000);
      return receiver.heard.filter(({ packet }) => packet.id === 128).length;
    })
    .toBe(2);
});

test('mute: no metric leaves, but a request may', async () => {
  const receiver = await openReceiver('127.0.0.1');
  const { sender, clock } = await startSender(
    `globals { mute = yes } udp_recv_channel { } udp_send_channel { host = 127.0.0.1 port = ${receiver.port} } ${LOAD}`,
  );
  clock.advance(60_000);
  sender.send(encodeGmondPacket({ id: 136, host: 'h', name: 'asked', spoof: false }));
  await expect.poll(() => receiver.names()).toEqual(['asked']);
});

test('tags go with the heartbeat’s metadata, and without tags it is gmond’s to the byte', async () => {
  const receiver = await openReceiver('127.0.0.1');
  const beat = `udp_send_channel { host = 127.0.0.1 port = ${receiver.port} } collection_group { collect_once = yes time_threshold = 20 metric { name = heartbeat } }`;
  await startSender(`globals { tags = "prod,web" } ${beat}`);
  await startSender(beat);
  await expect.poll(() => receiver.heard.length).toBe(4);
  const extra = receiver.heard.flatMap(({ packet }) => (packet.id === 128 ? [packet.metadata.extra] : []));
  const gmonds = [
    ['TITLE', 'heartbeat'],
    ['DESC', 'Last heartbeat'],
    ['GROUP', 'core'],
  ];
  expect(extra).toEqual([[...gmonds, ['PLEXUS_TAGS', 'prod,web']], gmonds]);
});

test('values longer than max_udp_msg_len stay at home', async () => {
  const receiver = await openReceiver('127.0.0.1');
  await startSender(
    `globals { max_udp_msg_len = 40 } udp_send_channel { host = 127.0.0.1 port = ${receiver.port} } ${LOAD}`,
  );
  await expect.poll(() => receiver.heard.map(({ packet }) => packet.id)).toEqual([128]);
});

interface Recorded {
  from: string;
  note: string;
  hex: string;
}

const DEBIAN_CONF = '/etc/ganglia/gmond.conf';
const manifest = JSON.parse(readFixture('ganglia', 'manifest.json')) as { udp: { file: string }[] };
const recordings = manifest.udp
  .map(({ file }) => ({
    file,
    first: readJsonLines<Recorded>('ganglia', file).filter(({ note }) => note.includes('t=+0.0s')),
  }))
  .filter(({ first }) => first.length > 0);

test.runIf(existsSync(DEBIAN_CONF)).each(recordings)(
  '$file: from Debian’s file our first round is the recorded one, each metadata packet to the byte',
  async ({ first }) => {
    const decode = createGmondDecoder();
    const packets = first.map(({ hex }) => {
      const decoded = decode(Buffer.from(hex, 'hex'));
      if (!decoded.ok) throw new Error(decoded.reason);
      return decoded.value;
    });
    const { host = '', spoof = false } = packets[0] ?? {};
    const receiver = await openReceiver('127.0.0.1');
    const text = readFileSync(DEBIAN_CONF, 'utf8');
    const { confGroups } = optionsOf(text);
    const [ip = '', name = host] = spoof ? host.split(':') : ['', host];
    await startSender(`udp_send_channel { host = 127.0.0.1 port = ${receiver.port} }`, {
      ...{ spoof, ip, hostName: name },
      ...(confGroups && { confGroups }),
    });
    // What cannot be read in this test has no value, and so no metadata either: compare what there is.
    const all = new Set(['heartbeat', 'machine_type', 'os_name', 'location', 'gexec', 'load_one', 'load_five']);
    const wanted = packets.flatMap((packet, i) => (all.has(packet.name) ? [{ packet, hex: first[i]?.hex }] : []));
    await expect.poll(() => receiver.names().filter((one) => all.has(one)).length).toBe(wanted.length);
    const ours = receiver.heard.filter(({ packet }) => all.has(packet.name));
    // Groups do not wait for one another, so only the order within a group is gmond's.
    const key = (packet: GmondPacket) => `${packet.name} ${packet.id}`;
    expect(ours.map(({ packet }) => key(packet)).toSorted()).toEqual(
      wanted.map(({ packet }) => key(packet)).toSorted(),
    );
    const byKey = new Map(ours.map(({ packet, hex }) => [key(packet), hex]));
    for (const { packet, hex } of wanted) if (packet.id === 128) expect(byKey.get(key(packet))).toBe(hex);
  },
);
