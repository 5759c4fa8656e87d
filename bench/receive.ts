// What the collector can hear: 1,000 hosts × 40 metrics over loopback UDP with a 4 MB buffer,
// with history being written and without, beside a gmond that hears the same and stores nothing.
// Run: node bench/receive.ts    (about 45 s; needs python3 as sender; gmond is left out where it is not installed)

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createCollector, type Collector } from '#collector/service.ts';
import { systemClock } from '#kernel/clock.ts';
import { silentLogger } from '#kernel/log.ts';
import { readProcNet } from '#kernel/proc-net.ts';
import { openEmbeddedHistory } from '#store/history/embedded.ts';
import { printFigure, printLoad, type PeerFigure } from './figures.ts';
import { send, writeLoad, type Load } from './ganglia-load.ts';
import { cpuMs } from './process-figures.ts';

const GMOND = '/usr/sbin/gmond';
const GMOND_PORT = 28_651;
const BUFFER_BYTES = 4 * 1024 * 1024;
const STEP_SEC = 2;
const TARGET_PER_SEC = 100_000;
const RATES = [50_000, 100_000, 150_000, 200_000, 300_000, 380_000];
const clock = systemClock();

/** Somebody who hears datagrams. */
interface Receiver {
  port: number;
  drops(): Promise<number>;
  cpuSec(): Promise<number>;
}

interface Measured {
  sentPerSec: number;
  lost: number;
  cpuSecPer100k: number;
}

async function measure(receiver: Receiver, load: Load, perSec: number): Promise<Measured> {
  const [drops, usedSec] = [await receiver.drops(), await receiver.cpuSec()];
  const { sent, perSec: sentPerSec } = await send(receiver.port, perSec, STEP_SEC, load.values);
  // What the buffer still holds is heard.
  await clock.sleep(1000);
  const lost = (await receiver.drops()) - drops;
  const cpuSec = (await receiver.cpuSec()) - usedSec;
  return { sentPerSec, lost, cpuSecPer100k: (cpuSec / (sent - lost)) * 100_000 };
}

/** The last rate of `RATES` that is held without loss, and the first that is not. */
async function findLimit(receiver: Receiver, load: Load): Promise<{ held: number; lostAt: number | undefined }> {
  let held = 0;
  for (const rate of RATES) {
    let { lost, sentPerSec } = await measure(receiver, load, rate);
    // Once more: a neighbour on the same machine may have had the processor.
    if (lost > 0) ({ lost, sentPerSec } = await measure(receiver, load, rate));
    if (lost > 0) return { held, lostAt: sentPerSec };
    held = sentPerSec;
    // The sender is at its end.
    if (sentPerSec < rate * 0.95) break;
  }
  return { held, lostAt: undefined };
}

function collectorReceiver(collector: Collector): Receiver {
  return {
    port: collector.api.ports()[0]?.udp.port ?? 0,
    drops: async () => (await collector.api.counters()).kernelDrops,
    // Without the sender, which is a child of this process.
    cpuSec() {
      const { user, system } = process.cpuUsage();
      return Promise.resolve((user + system) / 1e6);
    },
  };
}

function createBenchCollector(appendHistory: Parameters<typeof createCollector>[0]['appendHistory']): Collector {
  return createCollector(
    { clock, log: silentLogger, appendHistory, onSamples: () => undefined, publish: () => undefined },
    { listen: [{ cluster: 'bench', udpPort: 0, udpHost: '127.0.0.1', receiveBufferBytes: BUFFER_BYTES }] },
  );
}

function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  const gc: unknown = runInNewContext('gc');
  if (typeof gc === 'function') gc();
}

interface Ours {
  stateBytes: number;
  bare: Measured;
  stored: Measured;
  limit: Awaited<ReturnType<typeof findLimit>>;
  dropped: number;
}

async function measureOurs(load: Load, folder: string): Promise<Ours> {
  const history = await openEmbeddedHistory({ clock, log: silentLogger }, { directory: path.join(folder, 'history') });
  let isStored = false;
  const collector = createBenchCollector((samples) => void (isStored && history.append(samples)));
  await collector.start(new AbortController().signal);
  const receiver = collectorReceiver(collector);
  collectGarbage();
  const before = process.memoryUsage().heapUsed;
  await send(receiver.port, 30_000, 0, load.metadata);
  await send(receiver.port, 30_000, 0, load.values);
  await clock.sleep(500);
  collectGarbage();
  const stateBytes = process.memoryUsage().heapUsed - before;
  const bare = await measure(receiver, load, TARGET_PER_SEC);
  isStored = true;
  const stored = await measure(receiver, load, TARGET_PER_SEC);
  const limit = await findLimit(receiver, load);
  await collector.stop();
  await history.flush();
  const { dropped } = history.health();
  await history.close();
  return { stateBytes, bare, stored, limit, dropped };
}

async function rssOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) * 1024;
}

type Theirs = Pick<Ours, 'stateBytes' | 'bare' | 'limit'>;

async function measureGmond(load: Load, folder: string): Promise<Theirs> {
  const conf = path.join(folder, 'gmond.conf');
  await writeFile(
    conf,
    `globals { daemonize = no setuid = no mute = yes host_dmax = 0 }
udp_recv_channel { port = ${GMOND_PORT} bind = 127.0.0.1 buffer = ${BUFFER_BYTES} }
`,
  );
  const gmond = spawn(GMOND, ['-f', '-c', conf], { stdio: 'ignore' });
  const pid = gmond.pid ?? 0;
  const socket = async () => (await readProcNet('udp')).find(({ port }) => port === GMOND_PORT);
  const receiver: Receiver = {
    port: GMOND_PORT,
    drops: async () => (await socket())?.drops ?? 0,
    cpuSec: async () => (await cpuMs(pid)) / 1000,
  };
  try {
    while ((await socket()) === undefined) await clock.sleep(20);
    const before = await rssOf(pid);
    await send(GMOND_PORT, 30_000, 0, load.metadata);
    await send(GMOND_PORT, 30_000, 0, load.values);
    await clock.sleep(500);
    const stateBytes = (await rssOf(pid)) - before;
    return { stateBytes, bare: await measure(receiver, load, TARGET_PER_SEC), limit: await findLimit(receiver, load) };
  } finally {
    gmond.kill('SIGKILL');
  }
}

async function main(folder: string): Promise<void> {
  const load = await writeLoad(folder);
  printLoad();
  const ours = await measureOurs(load, folder);
  const theirs = existsSync(GMOND) ? await measureGmond(load, folder) : undefined;
  const beside = (value: number | undefined): PeerFigure | undefined => (value ? { name: 'gmond', value } : undefined);
  const MB = 1_000_000;
  printFigure(
    'live state of 40,000 metrics',
    ours.stateBytes / MB,
    'MB',
    '≤ 60',
    beside(theirs && theirs.stateBytes / MB),
  );
  printFigure('lost of 200,000 packets at 100,000/s, history written', ours.stored.lost, '', '0');
  if (theirs) printFigure('the same in gmond, nothing stored', theirs.bare.lost, '');
  printFigure('the same: samples given up on by history', ours.dropped, '', '0');
  printFigure(
    'CPU-s per 100,000 packets, nothing stored',
    ours.bare.cpuSecPer100k,
    's',
    undefined,
    beside(theirs?.bare.cpuSecPer100k),
  );
  printFigure('CPU-s per 100,000 packets, history written', ours.stored.cpuSecPer100k, 's');
  printFigure(
    'highest rate without loss, history written',
    ours.limit.held,
    '/s',
    '≥ 100,000',
    beside(theirs?.limit.held),
  );
  if (ours.limit.lostAt !== undefined) printFigure('first rate that lost packets', ours.limit.lostAt, '/s');
  if (theirs && theirs.limit.lostAt === undefined)
    console.log('gmond lost nothing: the sender, on the same cores, is its limit here');
}

const folder = await mkdtemp(path.join(tmpdir(), 'plexus-bench-'));
try {
  await main(folder);
} finally {
  await rm(folder, { recursive: true, force: true });
}
