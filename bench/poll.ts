// How long a poll takes, with parsing and the change of live state: 1,000 hosts × 40
// metrics, all values new each time, beside a real gmetad. Run: node bench/poll.ts    (about 30 s)

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { createCollector } from '#collector/service.ts';
import { systemClock } from '#kernel/clock.ts';
import { silentLogger } from '#kernel/log.ts';
import {
  CLOSE_CLUSTER,
  CLOSE_DOCUMENT,
  CLOSE_HOST,
  metricElement,
  metricFrame,
  openCluster,
  openDocument,
  openHost,
} from '#wire/gmond-xml.ts';
import { freeTcpPort } from '#test/support/free-port.ts';
import { median, percentile, printFigure, printLoad } from './figures.ts';
import { cpuMs } from './process-figures.ts';

const HOSTS = 1000;
const METRICS = 40;
const POLLS = 12;
const clock = systemClock();

function dump(round: number): Buffer {
  const frames = Array.from({ length: METRICS }, (_, i) =>
    metricFrame({
      ...{ type: 'float', units: 'bytes/sec', slope: 'both', tmaxSec: 90, dmaxSec: 0 },
      extra: [
        ['TITLE', `Measured value ${i}`],
        ['DESC', `What the sensor number ${i} of this host says`],
        ['GROUP', 'bench'],
      ],
    }),
  );
  let text = openDocument('3.7.2', 'gmond') + openCluster({ name: 'bench', localtimeSec: 1 });
  for (let host = 0; host < HOSTS; host++) {
    const ip = `10.1.${host >> 8}.${host & 255}`;
    text += openHost({
      name: `node-${host}`,
      ip,
      reportedSec: 1,
      tnSec: 0,
      tmaxSec: 20,
      dmaxSec: 0,
      gmondStartedSec: 1,
    });
    for (const [i, frame] of frames.entries())
      text += metricElement(`sensor_value_${i}`, ((host * 7 + i * 13 + round * 101) / 10).toFixed(2), 0, frame);
    text += CLOSE_HOST;
  }
  return Buffer.from(text + CLOSE_CLUSTER + CLOSE_DOCUMENT);
}

/** The gmond: a process of its own, so that its work is not ours. Says its port, and each answer that is out. */
async function serve(): Promise<void> {
  const dumps = [dump(0), dump(1)];
  let answers = 0;
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('close', () => console.log('answered'));
    socket.end(dumps[answers++ % 2] ?? '');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address === 'object' && address !== null) console.log(`port ${address.port} bytes ${dumps[0]?.length}`);
}

interface Gmond {
  port: number;
  bytes: number;
  answered: () => number;
}

async function withGmond(use: (gmond: Gmond) => Promise<void>): Promise<void> {
  const child = spawn(process.execPath, [import.meta.filename, 'serve'], { stdio: ['ignore', 'pipe', 'inherit'] });
  let answered = 0;
  try {
    const lines = createInterface({ input: child.stdout });
    const first = await new Promise<string>((resolve) => lines.once('line', resolve));
    lines.on('line', () => answered++);
    const [, port, bytes] = /^port (\d+) bytes (\d+)$/.exec(first) ?? [];
    await use({ port: Number(port), bytes: Number(bytes), answered: () => answered });
  } finally {
    child.kill('SIGKILL');
  }
}

async function until(isTrue: () => boolean): Promise<void> {
  const giveUpTick = clock.monotonicMs() + 30_000;
  while (!isTrue()) {
    if (clock.monotonicMs() > giveUpTick) throw new Error('the polls did not come');
    await clock.sleep(5);
  }
}

/** CPU of a poll of a gmetad that writes no RRDs; undefined where none is installed. */
async function gmetadCpuMs({ port, answered }: Gmond): Promise<number | undefined> {
  const program = ['/usr/sbin/gmetad', '/usr/bin/gmetad'].find((file) => existsSync(file));
  if (program === undefined) return undefined;
  const home = mkdtempSync(path.join(os.tmpdir(), 'plexus-bench-gmetad-'));
  mkdirSync(path.join(home, 'rrds'));
  const conf = path.join(home, 'gmetad.conf');
  const [xml, queries] = [await freeTcpPort(), await freeTcpPort()];
  writeFileSync(
    conf,
    `data_source "bench" 1 127.0.0.1:${port}\nxml_port ${xml}\ninteractive_port ${queries}\nrrd_rootdir "${home}/rrds"\nwrite_rrds off\nsetuid off\n`,
  );
  const gmetad = spawn(program, ['-d', '1', '-c', conf], { stdio: 'ignore' });
  try {
    const before = answered();
    // The first ones make the tables; at the end of the last its parsing is still to come.
    await until(() => answered() >= before + 3);
    await clock.sleep(500);
    const [fromCpu, fromPolls] = [await cpuMs(gmetad.pid ?? 0), answered()];
    await until(() => answered() >= fromPolls + POLLS);
    await clock.sleep(500);
    return ((await cpuMs(gmetad.pid ?? 0)) - fromCpu) / (answered() - fromPolls);
  } finally {
    gmetad.kill('SIGKILL');
    await once(gmetad, 'exit');
    rmSync(home, { recursive: true, force: true });
  }
}

async function ourPolls({ port }: Gmond): Promise<{ took: number[]; cpu: number[]; samples: number }> {
  let samples = 0;
  const collector = createCollector(
    {
      clock,
      log: silentLogger,
      appendHistory: (batch) => void (samples += batch.length),
      onSamples: () => undefined,
      publish: () => undefined,
    },
    {
      listen: [],
      polling: { sources: [{ name: 'bench', everySec: 1, addresses: [{ host: '127.0.0.1', port }] }] },
    },
  );
  await collector.start(new AbortController().signal);
  const took: number[] = [];
  const cpu: number[] = [];
  for (let poll = 1; poll <= POLLS; poll++) {
    const before = process.cpuUsage();
    await until(() => (collector.api.sources()[0]?.polls.ok ?? 0) >= poll);
    took.push(collector.api.sources()[0]?.tookMs ?? NaN);
    const { user, system } = process.cpuUsage(before);
    cpu.push((user + system) / 1000);
  }
  await collector.stop();
  return { took, cpu, samples };
}

if (process.argv[2] === 'serve') await serve();
else {
  await withGmond(async (gmond) => {
    const peer = await gmetadCpuMs(gmond);
    const { took, cpu, samples } = await ourPolls(gmond);
    printLoad();
    printFigure(`XML of ${HOSTS} hosts × ${METRICS}`, gmond.bytes / 1e6, 'MB');
    const beside = peer === undefined ? undefined : { name: 'gmetad, CPU', value: peer };
    printFigure('poll, parse and apply it, the first time', took[0] ?? NaN, 'ms');
    const later = took.slice(3);
    printFigure(
      `poll, parse and apply it again, median of ${later.length}`,
      median(later),
      'ms',
      '≤ 100 (aim 40)',
      beside,
    );
    printFigure('  worst', percentile(later, 100), 'ms');
    printFigure('  CPU of a poll, its samples and the rest included', median(cpu.slice(3)), 'ms', undefined, beside);
    printFigure('samples handed over per poll', samples / took.length, '');
  });
}
