// What a host pays for being measured: CPU and memory of the agent as it is handed out,
// beside a gmond with Debian's configuration. Run: node bench/agent.ts    (about 55 s)

import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createAgentBundle } from '#app/agent-bundle.ts';
import { systemClock } from '#kernel/clock.ts';
import { freeTcpPort, freeUdpPort } from '#test/support/free-port.ts';
import { printFigure, printLoad } from './figures.ts';
import { sumOfMemory } from './process-figures.ts';

const GMOND = '/usr/sbin/gmond';
const DEBIAN_CONF = '/etc/ganglia/gmond.conf';
// The first values are sent and the young generation has been emptied once.
const SETTLE_MS = 8000;
const MEASURE_MS = 42_000;
const clock = systemClock();

/** Nanoseconds that all threads have run; ticks of 10 ms would be all that gmond takes in a minute. */
const cpuNs = (pid: number): number =>
  readdirSync(`/proc/${pid}/task`)
    .map((thread) => Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]))
    .reduce((sum, ns) => sum + ns, 0);

/** Debian's file, heard on loopback only and not as a daemon. */
const loopbackConf = (udpPort: number, tcpPort: number): string =>
  readFileSync(DEBIAN_CONF, 'utf8')
    .replace(/daemonize = \w+/, 'daemonize = no')
    .replace(/setuid = \w+/, 'setuid = no')
    .replace(/(udp_send_channel \{[^}]*?)mcast_join = [\d.]+/, '$1host = 127.0.0.1')
    .replace(/(udp_recv_channel \{[^}]*?)mcast_join = [\d.]+/, '$1')
    .replace(/bind = [\d.]+/, 'bind = 127.0.0.1')
    .replace(/(udp_\w+_channel \{[^}]*?)port = \d+/g, `$1port = ${udpPort}`)
    .replace(/(tcp_accept_channel \{[^}]*?)port = \d+/, `$1port = ${tcpPort}`);

interface Cost {
  cpuPercent: number;
  rssMb: number;
  pssMb: number;
}

async function costOf(child: ChildProcess): Promise<Cost> {
  const pid = child.pid ?? 0;
  const [startNs, startMs] = [cpuNs(pid), clock.monotonicMs()];
  await clock.sleep(MEASURE_MS);
  const cpuPercent = (100 * (cpuNs(pid) - startNs)) / 1e6 / (clock.monotonicMs() - startMs);
  return { cpuPercent, ...(await sumOfMemory([pid])) };
}

const folder = mkdtempSync(path.join(os.tmpdir(), 'plexus-bench-agent-'));
const children: ChildProcess[] = [];
try {
  const [udpPort, tcpPort] = [await freeUdpPort(), await freeTcpPort()];
  const program = path.join(folder, 'agent.mjs');
  writeFileSync(program, (await createAgentBundle()()).content);
  const start = (command: string, args: string[]): ChildProcess => {
    const child = spawn(command, args, {
      stdio: 'ignore',
      env: { PATH: '/usr/bin:/bin', MALLOC_ARENA_MAX: '1', MALLOC_TRIM_THRESHOLD_: '131072' },
    });
    children.push(child);
    return child;
  };
  const hasGmond = existsSync(GMOND) && existsSync(DEBIAN_CONF);
  if (hasGmond) writeFileSync(path.join(folder, 'gmond.conf'), loopbackConf(udpPort, tcpPort));
  const gmond = hasGmond ? start(GMOND, ['-f', '-c', path.join(folder, 'gmond.conf')]) : undefined;
  // As the install script and the systemd unit start it.
  const agent = start(process.execPath, [
    ...['--max-semi-space-size=1', program, '--state-dir', path.join(folder, 'state')],
    ...['--send', `127.0.0.1:${udpPort}`],
  ]);
  await clock.sleep(SETTLE_MS);
  const [ours, theirs] = await Promise.all([costOf(agent), gmond ? costOf(gmond) : undefined]);
  printLoad();
  const peer = (figure: keyof Cost) => (theirs ? { name: 'gmond', value: theirs[figure] } : undefined);
  printFigure('agent that only sends, CPU', ours.cpuPercent, '%', '≤ 0.3 %, aim 0.1 %', peer('cpuPercent'));
  printFigure('agent that only sends, RSS', ours.rssMb, 'MB', '≤ 70 MB, aim 55 MB', peer('rssMb'));
  printFigure('agent that only sends, PSS', ours.pssMb, 'MB', undefined, peer('pssMb'));
} finally {
  for (const child of children) child.kill('SIGTERM');
  await Promise.all(
    children.map((child) =>
      child.exitCode === null && child.signalCode === null
        ? new Promise<void>((resolve) => child.once('exit', () => resolve()))
        : undefined,
    ),
  );
  rmSync(folder, { recursive: true });
}
