// What readers of our XML wait for: dumps of 1,000 hosts × 40 metrics as gmond and gmetad
// serve them, packets lost meanwhile, queries. gmond hears the same; gmetad polls our dump.
// Run: node bench/xml.ts    (about 40 s; needs python3; a peer that is not installed is left out)

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createCollector, type Collector } from '#collector/service.ts';
import { systemClock } from '#kernel/clock.ts';
import { silentLogger } from '#kernel/log.ts';
import { readProcNet } from '#kernel/proc-net.ts';
import { median, printFigure, printLoad, type PeerFigure } from './figures.ts';
import { HOSTS, METRICS, send, writeLoad, type Load } from './ganglia-load.ts';

const GMOND = '/usr/sbin/gmond';
const GMETAD = '/usr/sbin/gmetad';
const GMOND_PORT = 28_653;
const GMETAD_PORT = 28_655;
const BUFFER_BYTES = 4 * 1024 * 1024;
const DUMPS = 5;
const QUERIES = 200;
const PACKETS_PER_SEC = 15_000;
const LOSS_SEC = 8;
const clock = systemClock();

/** Milliseconds of each reading; fails when one is shorter than `leastBytes`. */
async function read(port: number, count: number, leastBytes: number, request?: string): Promise<number[]> {
  const script = path.join(import.meta.dirname, 'xml-reader.py');
  const more = request === undefined ? [] : [request];
  const child = spawn('python3', [script, String(port), String(count), ...more], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.on('data', (chunk) => (text += chunk));
  await once(child, 'close');
  const rows = text
    .trim()
    .split('\n')
    .map((line) => line.split(' ').map(Number));
  if (rows.length < count || rows.some(([bytes = 0]) => bytes < leastBytes))
    throw new Error(`port ${port} answered too little to ${request ?? 'a connection'}: ${text.slice(0, 100)}`);
  return rows.map(([, ms = NaN]) => ms);
}

const DUMP_BYTES = HOSTS * METRICS * 200;

interface Dumped {
  ms: number;
  lost: number;
}

/** Dumps in rest, and what is lost while five more are read under load. */
async function measureDumps(load: Load, ports: { udp: number; xml: number }): Promise<Dumped> {
  const ms = median(await read(ports.xml, DUMPS, DUMP_BYTES));
  const drops = async () => (await readProcNet('udp')).find(({ port }) => port === ports.udp)?.drops ?? 0;
  const before = await drops();
  const sending = send(ports.udp, PACKETS_PER_SEC, LOSS_SEC, load.values);
  for (let i = 0; i < DUMPS; i++) {
    await clock.sleep(1000);
    await read(ports.xml, 1, DUMP_BYTES);
  }
  await sending;
  await clock.sleep(500);
  return { ms, lost: (await drops()) - before };
}

async function startCollector(load: Load): Promise<Collector> {
  const port = { port: 0, required: true };
  const collector = createCollector(
    {
      ...{ clock, log: silentLogger },
      ...{ appendHistory: () => undefined, onSamples: () => undefined, publish: () => undefined },
    },
    {
      listen: [{ cluster: 'bench', udpPort: 0, udpHost: '127.0.0.1', xmlPort: 0, receiveBufferBytes: BUFFER_BYTES }],
      grid: { name: 'ours', xml: port, queries: port },
    },
  );
  await collector.start(new AbortController().signal);
  await fill(collector.api.ports()[0]?.udp.port ?? 0, load);
  return collector;
}

async function fill(udpPort: number, load: Load): Promise<void> {
  await send(udpPort, 30_000, 0, load.metadata);
  await send(udpPort, 30_000, 0, load.values);
  await clock.sleep(500);
}

async function withPeer<Result>(program: string, args: string[], work: () => Promise<Result>): Promise<Result> {
  const child: ChildProcess = spawn(program, args, { stdio: 'ignore' });
  try {
    return await work();
  } finally {
    child.kill('SIGKILL');
  }
}

async function measureGmond(load: Load, folder: string): Promise<Dumped> {
  const conf = path.join(folder, 'gmond.conf');
  await writeFile(
    conf,
    `globals { daemonize = no setuid = no mute = yes host_dmax = 0 }
udp_recv_channel { port = ${GMOND_PORT} bind = 127.0.0.1 buffer = ${BUFFER_BYTES} }
tcp_accept_channel { port = ${GMOND_PORT} bind = 127.0.0.1 }
`,
  );
  return withPeer(GMOND, ['-f', '-c', conf], async () => {
    while (!(await readProcNet('udp')).some(({ port }) => port === GMOND_PORT)) await clock.sleep(20);
    await fill(GMOND_PORT, load);
    return measureDumps(load, { udp: GMOND_PORT, xml: GMOND_PORT });
  });
}

const REQUESTS = {
  summary: '/?filter=summary',
  host: '/bench/node-500.example',
  metric: '/bench/node-500.example/metric_number_7',
} as const;
type Request = keyof typeof REQUESTS;

type Queried = Record<Request, number> & { dump: number };

async function measureQueries(ports: { xml: number; queries: number }): Promise<Queried> {
  const ask = async (request: Request) => median(await read(ports.queries, QUERIES, 2000, REQUESTS[request]));
  return {
    summary: await ask('summary'),
    host: await ask('host'),
    metric: await ask('metric'),
    dump: median(await read(ports.xml, DUMPS, DUMP_BYTES)),
  };
}

async function measureGmetad(sourcePort: number, folder: string): Promise<Queried> {
  const conf = path.join(folder, 'gmetad.conf');
  const ports = { xml: GMETAD_PORT, queries: GMETAD_PORT + 1 };
  await writeFile(
    conf,
    `data_source "bench" 600 127.0.0.1:${sourcePort}
xml_port ${ports.xml}
interactive_port ${ports.queries}
rrd_rootdir ${folder}
write_rrds off
setuid off
`,
  );
  return withPeer(GMETAD, ['-c', conf, '-d', '1'], async () => {
    const isReady = () =>
      read(ports.queries, 1, METRICS * 100, REQUESTS.host).then(
        () => true,
        () => false,
      );
    for (let tries = 0; !(await isReady()); tries++) {
      if (tries > 100) throw new Error('gmetad did not take our dump');
      await clock.sleep(100);
    }
    return measureQueries(ports);
  });
}

async function main(folder: string): Promise<void> {
  const load = await writeLoad(folder);
  printLoad();
  const collector = await startCollector(load);
  const [listened] = collector.api.ports();
  const portOf = (name: string) => collector.api.gridPorts().find((port) => port.name === name)?.port ?? 0;
  const gmondPorts = { udp: listened?.udp.port ?? 0, xml: listened?.xml?.port ?? 0 };

  const dumps = await measureDumps(load, gmondPorts);
  const queries = await measureQueries({ xml: portOf('xml'), queries: portOf('queries') });
  const gmetad = existsSync(GMETAD) ? await measureGmetad(gmondPorts.xml, folder) : undefined;
  await collector.stop();
  const gmond = existsSync(GMOND) ? await measureGmond(load, folder) : undefined;

  const beside = (name: string, value: number | undefined): PeerFigure | undefined =>
    value === undefined ? undefined : { name, value };
  printFigure('XML dump of 1,000 hosts × 40', dumps.ms, 'ms', '≤ 250', beside('gmond', gmond?.ms));
  printFigure('packets lost during 5 dumps at 15,000/s', dumps.lost, '', '0', beside('gmond', gmond?.lost));
  printFigure('grid dump of 1,000 hosts × 40', queries.dump, 'ms', undefined, beside('gmetad', gmetad?.dump));
  printFigure('query: summary of the grid', queries.summary, 'ms', '≤ 1', beside('gmetad', gmetad?.summary));
  printFigure('query: one host', queries.host, 'ms', '≤ 1', beside('gmetad', gmetad?.host));
  printFigure('query: one metric', queries.metric, 'ms', '≤ 1', beside('gmetad', gmetad?.metric));
}

const folder = await mkdtemp(path.join(tmpdir(), 'plexus-bench-xml-'));
try {
  await main(folder);
} finally {
  await rm(folder, { recursive: true, force: true });
}
process.exit(0);
