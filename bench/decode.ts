// How many gmond datagrams a second one core can take: decoded alone, through the
// whole collector over loopback UDP, and through a real gmond on the same load.
// Run: node bench/decode.ts    (about 10 s; gmond is left out where it is not installed)

import { spawn, type ChildProcess } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createCollector } from '#collector/service.ts';
import { systemClock } from '#kernel/clock.ts';
import { silentLogger } from '#kernel/log.ts';
import { readProcNet } from '#kernel/proc-net.ts';
import { createGmondDecoder, encodeGmondPacket } from '#wire/gmond-packet.ts';

const GMOND = '/usr/sbin/gmond';
const HOSTS = 100;
const METRICS = 30;
const FLOOD_MS = 2500;
/** A rate that both hold without loss, to compare what one packet costs. */
const PACED_PER_SEC = 20_000;
const clock = systemClock();

/** What the hosts of a small cluster send: all metadata once, then values. */
function load(): { metadata: Buffer[]; values: Buffer[] } {
  const metadata: Buffer[] = [];
  const values: Buffer[] = [];
  for (let h = 0; h < HOSTS; h++) {
    for (let m = 0; m < METRICS; m++) {
      const id = { host: `10.0.${h >> 8}.${h & 255}:node-${h}.example`, name: `metric_number_${m}`, spoof: true };
      const extra: [string, string][] = [
        ['TITLE', `Metric Number ${m}`],
        ['DESC', 'A metric of the benchmark'],
        ['GROUP', 'bench'],
      ];
      const shape = { type: 'float', name: id.name, units: '%', slope: 3, tmaxSec: 90, dmaxSec: 0, extra };
      metadata.push(encodeGmondPacket({ id: 128, ...id, metadata: shape }));
      values.push(encodeGmondPacket({ id: 134, ...id, fmt: '%.1f', value: h + m / 10 }));
    }
  }
  return { metadata, values };
}

function decodePerSec(datagrams: Buffer[]): number {
  const decode = createGmondDecoder();
  const round = () => datagrams.forEach((datagram) => decode(datagram));
  for (let i = 0; i < 100; i++) round();
  let rounds = 0;
  const startMs = clock.monotonicMs();
  while (clock.monotonicMs() - startMs < 1000) {
    round();
    rounds++;
  }
  return (rounds * datagrams.length * 1000) / (clock.monotonicMs() - startMs);
}

/** Child process: sends metadata gently, then values at `perSec`, or as fast as the socket takes them. */
async function flood(port: number, perSec: number): Promise<void> {
  const { metadata, values } = load();
  const socket = createSocket('udp4');
  socket.connect(port, '127.0.0.1');
  await once(socket, 'connect');
  let sent = 0;
  const send = (datagram: Buffer) =>
    new Promise<void>((resolve) =>
      socket.send(datagram, (error) => {
        if (!error) sent++;
        resolve();
      }),
    );
  for (const datagram of metadata) await send(datagram);
  const startMs = clock.monotonicMs();
  const elapsedMs = () => clock.monotonicMs() - startMs;
  for (let i = 0, due = 0; elapsedMs() < FLOOD_MS; i = (i + 50) % values.length, due += 50) {
    while (due > (perSec * elapsedMs()) / 1000) await clock.sleep(1);
    await Promise.all(values.slice(i, i + 50).map(send));
  }
  socket.close();
  process.send?.(sent);
}

async function sendFlood(port: number, perSec: number): Promise<number> {
  const child = spawn(process.execPath, [import.meta.filename, String(port), String(perSec)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const [sent] = await once(child, 'message');
  return Number(sent);
}

interface Result {
  heard: number;
  sent: number;
  cpuSec: number;
}

async function throughCollector(perSec: number): Promise<Result> {
  let samples = 0;
  const collector = createCollector(
    {
      clock,
      log: silentLogger,
      appendHistory: (batch) => (samples += batch.length),
      onSamples: () => undefined,
      publish: () => undefined,
    },
    { listen: [{ cluster: 'bench', udpPort: 0, udpHost: '127.0.0.1' }] },
  );
  await collector.start(new AbortController().signal);
  const before = process.cpuUsage();
  const sent = await sendFlood(collector.api.ports()[0]?.udp.port ?? 0, perSec);
  await clock.sleep(200);
  const used = process.cpuUsage(before);
  const heard = (await collector.api.counters()).packetsById.reduce((sum, { packets }) => sum + packets, 0);
  await collector.stop();
  if (samples === 0) throw new Error('no sample came through');
  return { heard, sent, cpuSec: (used.user + used.system) / 1e6 };
}

// USER_HZ is 100 on every Linux that Node runs on.
const TICKS_PER_SEC = 100;

async function cpuSecOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SEC;
}

async function throughGmond(port: number, gmond: ChildProcess): Promise<Result> {
  const isOpen = async () => (await readProcNet('udp')).some((socket) => socket.port === port);
  while (!(await isOpen())) await clock.sleep(20);
  const before = await cpuSecOf(gmond.pid ?? 0);
  const sent = await sendFlood(port, PACED_PER_SEC);
  await clock.sleep(200);
  const cpuSec = (await cpuSecOf(gmond.pid ?? 0)) - before;
  const dropped = (await readProcNet('udp')).find((socket) => socket.port === port)?.drops ?? 0;
  return { heard: sent - dropped, sent, cpuSec };
}

async function withGmond(): Promise<Result> {
  const home = await mkdtemp(path.join(tmpdir(), 'plexus-bench-'));
  const conf = path.join(home, 'gmond.conf');
  const port = 28_649;
  await writeFile(
    conf,
    `globals { daemonize = no setuid = no mute = yes host_dmax = 0 }
udp_recv_channel { port = ${port} bind = 127.0.0.1 }
`,
  );
  const gmond = spawn(GMOND, ['-f', '-c', conf], { stdio: 'ignore' });
  try {
    return await throughGmond(port, gmond);
  } finally {
    gmond.kill('SIGKILL');
    await rm(home, { recursive: true, force: true });
  }
}

function print(rows: [what: string, value: string][]): void {
  for (const [what, value] of rows) console.log(`${what.padEnd(58)} ${value.padStart(16)}`);
}

const whole = (value: number): string => Math.round(value).toLocaleString('en-US');

async function main(): Promise<void> {
  const { metadata, values } = load();
  print([
    ['decode alone, values (packets/s, one core)', whole(decodePerSec(values))],
    ['decode alone, metadata (packets/s, one core)', whole(decodePerSec(metadata))],
  ]);
  const flooded = await throughCollector(Infinity);
  const ours = await throughCollector(PACED_PER_SEC);
  const costUs = ({ heard, cpuSec }: Result) => (cpuSec * 1e6) / heard;
  print([
    ['collector, flooded over UDP (packets/s heard)', whole((flooded.heard * 1000) / FLOOD_MS)],
    ['collector, flooded: lost in the kernel (packets)', whole(flooded.sent - flooded.heard)],
    [`collector, ${whole(PACED_PER_SEC)} packets/s: lost (packets)`, whole(ours.sent - ours.heard)],
    ['  CPU per packet, all of the process (µs)', costUs(ours).toFixed(2)],
  ]);
  if (!existsSync(GMOND)) return console.log('gmond is not installed (Debian: ganglia-monitor); no comparison');
  const theirs = await withGmond();
  print([
    [`gmond, ${whole(PACED_PER_SEC)} packets/s: lost (packets)`, whole(theirs.sent - theirs.heard)],
    ['  CPU per packet, all of the process (µs)', costUs(theirs).toFixed(2)],
    ['packets per CPU second, collector : gmond', (costUs(theirs) / costUs(ours)).toFixed(2)],
  ]);
}

const [floodPort, floodPerSec] = process.argv.slice(2);
await (floodPort === undefined ? main() : flood(Number(floodPort), Number(floodPerSec)));
