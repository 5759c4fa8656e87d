// Debian's gmond and gmetric as they are, both ways: what they send we show, what we
// encode a gmond shows, and what we print is what a gmond prints.

import { spawn, type ChildProcess } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { encodeGmondPacket, type GmondPacket, type NumericId } from '#wire/gmond-packet.ts';
import { formatNumber } from '#wire/printf.ts';
import { freeUdpPort } from '#test/support/free-port.ts';
import { freeTcpPort } from '#test/support/free-port.ts';
import { describeWithPeer, peerPath } from '#test/support/peer.ts';
import { loopbackEntry, readAll, startCollector, waitFor } from './harness.ts';

// Where the modules are depends on the machine's architecture; Debian's own file knows.
const shipped = existsSync('/etc/ganglia/gmond.conf') ? readFileSync('/etc/ganglia/gmond.conf', 'utf8') : '';
const folder = /path = "(.*)\/modload\.so"/.exec(shipped)?.[1] ?? '/usr/lib/ganglia';

const GROUPS = `
modules {
  module { name = "core_metrics" }
  module { name = "load_module" path = "${folder}/modload.so" }
  module { name = "mem_module" path = "${folder}/modmem.so" }
}
collection_group {
  collect_once = yes
  time_threshold = 20
  metric { name = "heartbeat" }
  metric { name = "location" }
}
collection_group {
  collect_every = 1
  time_threshold = 1
  metric { name = "load_one" title = "One Minute Load Average" }
  metric { name = "mem_free" }
}`;

async function writeConf(text: string): Promise<string> {
  const home = await mkdtemp(path.join(tmpdir(), 'plexus-gmond-'));
  onTestFinished(() => rm(home, { recursive: true, force: true }));
  const file = path.join(home, 'gmond.conf');
  await writeFile(file, text);
  return file;
}

function startGmond(conf: string): ChildProcess {
  const gmond = spawn(peerPath('gmond') ?? 'gmond', ['-f', '-c', conf], { stdio: 'ignore' });
  onTestFinished(async () => {
    if (gmond.exitCode !== null) return;
    gmond.kill('SIGKILL');
    await once(gmond, 'exit');
  });
  return gmond;
}

async function gmetric(conf: string, ...args: string[]): Promise<void> {
  const run = spawn(peerPath('gmetric') ?? 'gmetric', ['-c', conf, ...args], { stdio: 'ignore' });
  const [code] = await once(run, 'exit');
  expect(code).toBe(0);
}

const sendingConf = (port: number, target = 'host = 127.0.0.1') =>
  writeConf(`globals { daemonize = no setuid = no deaf = yes }
host { location = "r1,c2" }
udp_send_channel { ${target} port = ${port} }${GROUPS}`);

/** A gmond that only listens; resolves to its port once it answers. */
async function listeningGmond(): Promise<number> {
  const port = await freeTcpPort();
  const conf = await writeConf(`globals { daemonize = no setuid = no mute = yes host_dmax = 0 }
cluster { name = "peer" }
udp_recv_channel { port = ${port} bind = 127.0.0.1 }
tcp_accept_channel { port = ${port} bind = 127.0.0.1 }`);
  startGmond(conf);
  await waitFor('gmond to answer', () =>
    readAll(port).then(
      (xml) => xml !== '',
      () => false,
    ),
  );
  return port;
}

function sendAll(port: number, packets: GmondPacket[]): void {
  const socket = createSocket('udp4');
  let left = packets.length;
  for (const packet of packets) {
    socket.send(encodeGmondPacket(packet), port, '127.0.0.1', () => {
      if (--left === 0) socket.close();
    });
  }
}

const announced = (name: string, type: string): GmondPacket => ({
  id: 128,
  host: '10.1.1.1:sent-by-us',
  name,
  spoof: true,
  metadata: { type, name, units: 'u', slope: 3, tmaxSec: 60, dmaxSec: 0, extra: [['GROUP', 'ours']] },
});

describeWithPeer('gmond', 'a real gmond', () => {
  test('that sends to us appears with its metrics, location and start time', async () => {
    const running = await startCollector();
    startGmond(await sendingConf(running.udpPort));
    const { api } = running.collector;
    const metrics = () => api.hostMetrics('default', '127.0.0.1') ?? [];
    await waitFor('load_one and mem_free', () => metrics().filter((metric) => metric.announced).length === 2);
    expect(metrics()).toMatchObject([
      {
        name: 'load_one',
        type: 'float',
        units: ' ',
        slope: 'both',
        tmaxSec: 70,
        groups: ['load'],
        title: 'One Minute Load Average',
      },
      { name: 'mem_free', type: 'float', units: 'KB', slope: 'both', tmaxSec: 180, groups: ['memory'] },
    ]);
    expect(api.hosts()).toMatchObject([{ key: '127.0.0.1', up: true, location: 'r1,c2' }]);
    expect(api.hosts()[0]?.gmondStartedAtMs).toBeGreaterThan(Date.UTC(2020, 0));
    await waitFor('samples', () => running.samples.some((sample) => sample.metric === 'mem_free'));
    expect(running.samples.find((sample) => sample.metric === 'mem_free')?.value).toBeGreaterThan(0);
    expect(running.events.map((event) => event.kind)).toEqual(['host.seen']);
  });

  test.each<[how: string, target: string, entry: Parameters<typeof loopbackEntry>[0], key: RegExp]>([
    [
      'by multicast, to a socket of the group alone',
      'mcast_join = 239.2.11.71 mcast_if = lo ttl = 0',
      { udpHost: '239.2.11.71', multicast: '239.2.11.71', interface: 'lo' },
      /^\d+\.\d+\.\d+\.\d+$/,
    ],
    ['over IPv6', 'host = "::1"', { udpHost: '::1' }, /^::1$/],
  ])('that sends %s is heard', async (_how, target, entry, key) => {
    const udpPort = await freeUdpPort();
    const { collector } = await startCollector({ listen: [loopbackEntry({ udpPort, ...entry })] });
    startGmond(await sendingConf(udpPort, target));
    await waitFor('load_one', () =>
      collector.api.hosts().some((host) => collector.api.latest('default', host.key, 'load_one')?.announced === true),
    );
    expect(collector.api.hosts()).toMatchObject([{ key: expect.stringMatching(key), location: 'r1,c2', up: true }]);
  });

  test('shows what we encode, and prints it as we do', async () => {
    const port = await listeningGmond();
    const values: [id: NumericId, type: string, fmt: string, value: number][] = [
      [129, 'uint16', '%hu', 65535],
      [130, 'int16', '%hd', -12345],
      [131, 'int32', '%d', -2_000_000_000],
      [132, 'uint32', '%u', 4_000_000_000],
      [134, 'float', '%.1f', 99.949],
      [135, 'double', '%.3f', 1234567.8901],
    ];
    const packets = values.flatMap(([id, type, fmt, value], i): GmondPacket[] => [
      announced(`ours_${i}`, type),
      { id, host: '10.1.1.1:sent-by-us', name: `ours_${i}`, spoof: true, fmt, value },
    ]);
    packets.push(announced('ours_text', 'string'), {
      id: 133,
      host: '10.1.1.1:sent-by-us',
      name: 'ours_text',
      spoof: true,
      fmt: '%s',
      value: 'plain & "quoted"',
    });
    const running = await startCollector();
    sendAll(port, packets);
    await running.send(...packets.map(encodeGmondPacket));
    let theirs = '';
    await waitFor('gmond to show all metrics', async () => {
      theirs = await readAll(port);
      return values.every((_, i) => theirs.includes(`"ours_${i}"`)) && theirs.includes('"ours_text"');
    });
    expect(elements(await running.xml())).toEqual(elements(theirs));
  });
});

describeWithPeer(['gmond', 'gmetric'], 'gmetric', () => {
  test.each([
    ['a number sent as text is a number', ['-n', 'queue', '-v', '17.5', '-t', 'double', '-u', 'jobs'], 17.5],
    ['text stays text', ['-n', 'queue', '-v', 'idle', '-t', 'string'], undefined],
    ['digits declared as text stay text', ['-n', 'queue', '-v', '42', '-t', 'string'], undefined],
    ['not-a-number is shown, but is no sample', ['-n', 'queue', '-v', 'nan', '-t', 'float'], undefined],
  ])('%s', async (_what, args, number) => {
    const running = await startCollector();
    await gmetric(
      await sendingConf(running.udpPort),
      ...args,
      '-S',
      '10.2.2.2:batch-1',
      '-g',
      'jobs',
      '-D',
      'Waiting <jobs>',
    );
    const latest = () => running.collector.api.latest('default', '10.2.2.2', 'queue');
    await waitFor('the metric', () => latest()?.announced === true);
    expect(latest()).toMatchObject({ value: args[3], groups: ['jobs'], description: 'Waiting <jobs>' });
    expect(latest()?.number).toBe(number);
    await running.collector.stop();
    expect(running.samples.map((sample) => sample.value)).toEqual(number === undefined ? [] : [number]);
  });

  test('a heartbeat sent as text leaves no garbage in the start time', async () => {
    const running = await startCollector();
    const conf = await sendingConf(running.udpPort);
    await gmetric(conf, '-H', '-S', '10.2.2.3:beating');
    await waitFor('the host', () => running.collector.api.host('default', '10.2.2.3') !== undefined);
    expect(await running.xml()).toContain('GMOND_STARTED="0"');
    expect(running.collector.api.hostMetrics('default', '10.2.2.3')).toEqual([]);
  });
});

// Left out, since gmond's own print is a defect there: `%g` of nan and infinity, the sign
// of -inf, zeros to the right of a left-aligned number, the exponent of zero, more than 17 digits.
const FLOAT_FORMATS = [
  '%f',
  '%.0f',
  '%.1f',
  '%.2f',
  '%lf',
  '%8.2f',
  '%08.2f',
  '%-8.2f',
  '%+.1f',
  '% .1f',
  '%#.0f',
  '%10.3e',
  '%.0e',
];
const G_FORMATS = ['%g', '%.3g', '%#g', '%+g', '%5g', '%.g', '%G', 'a%gb'];
const FLOATS = [
  0.25, -0.5, 1, 10, 123456, 1234567, 1e5, 1e6, 1e7, 0.0001, 0.00001, 1e-10, 1e22, 2.5, 0.1, 99.995, 123456.5,
];
const INT_FORMATS = [
  '%d',
  '%i',
  '%u',
  '%x',
  '%X',
  '%#x',
  '%5d',
  '%-5d',
  '%05d',
  '%+d',
  '% d',
  '%.4d',
  '%8.4d',
  '%hd',
  '%hu',
  '%hx',
  '%lu',
  '%d%%',
  '7',
];
const INTS = [0, 1, -1, 42, 70_000, -70_000, 2_147_483_647, -2_147_483_648];

describeWithPeer('gmond', 'numbers as a real gmond prints them', () => {
  const cases: [id: NumericId, fmt: string, value: number][] = [
    ...[...FLOAT_FORMATS, ...G_FORMATS].flatMap((fmt) =>
      FLOATS.map((value): [NumericId, string, number] => [135, fmt, value]),
    ),
    ...['%f', '%.2f', '%g'].map((fmt): [NumericId, string, number] => [135, fmt, 0]),
    ...INT_FORMATS.flatMap((fmt) => INTS.map((value): [NumericId, string, number] => [131, fmt, value])),
  ];

  test(`${cases.length} formats and values`, { timeout: 60_000 }, async () => {
    const port = await listeningGmond();
    const packetsOf = (i: number): GmondPacket[] => {
      const [id, fmt, value] = cases[i] ?? [135, '%f', 0];
      const name = `m${i}`;
      return [announced(name, 'double'), { id, host: '10.1.1.1:sent-by-us', name, spoof: true, fmt, value }];
    };
    let printed = new Map<string, string>();
    // UDP may lose some of a burst: what is missing is sent again.
    await waitFor('gmond to show all metrics', async () => {
      const missing = cases.map((_, i) => i).filter((i) => !printed.has(`m${i}`));
      sendAll(port, missing.slice(0, 100).flatMap(packetsOf));
      const xml = await readAll(port);
      printed = new Map(
        [...xml.matchAll(/METRIC NAME="(m\d+)" VAL="([^"]*)"/g)].map(([, name = '', text = '']) => [name, text]),
      );
      return printed.size === cases.length;
    });
    const ours = cases.map(([id, fmt, value]) => [fmt, value, formatNumber(fmt, value, id === 135 ? 'float' : 'int')]);
    expect(ours).toEqual(cases.map(([, fmt, value], i) => [fmt, value, printed.get(`m${i}`)]));
  });
});

/** HOST names and METRIC elements in order of their names, without TN. */
function elements(xml: string): string[] {
  const timeless = xml.replace(/ TN="\d+"/g, '');
  return [...timeless.matchAll(/<METRIC [\s\S]*?<\/METRIC>/g)].map(([element]) => element).sort();
}
