// 1,000 hosts with 10,000 services, run by Plexus, Nagios and Icinga one after the other: checks
// in a second, CPU and memory; and in-process checks. Run: node bench/checks.ts    (about 200 s)

import { existsSync } from 'node:fs';
import { importNagios } from '#checks/objects/import-nagios.ts';
import { createNagiosFilesOnDisk } from '#checks/objects/nagios-files-on-disk.ts';
import { systemClock } from '#kernel/clock.ts';
import { readNagiosTree } from '#wire/nagios-config-tree.ts';
import { PLUGIN, SERVICES } from './check-system.ts';
import { createPlexus, type Plexus } from './checks-plexus.ts';
import { printFigure, printLoad, type PeerFigure } from './figures.ts';
import { startGreetingServer } from './greeting-server.ts';
import { createIcingaPeer } from './icinga-peer.ts';
import { createNagiosPeer } from './nagios-peer.ts';
import { findSustained, type Sustained } from './sustained-rate.ts';
import type { Run } from './check-system.ts';

/** Steps of one system are begun within it; the last one may take 40 s more. */
const BUDGET_MS = Number(process.argv[2] ?? 35) * 1000;
const clock = systemClock();

interface Peer {
  name: string;
  run: Run;
  isKept: boolean;
}

const peerFigure = (peer: Peer | undefined, of: (run: Run) => number): PeerFigure | undefined =>
  peer && { name: peer.isKept ? peer.name : `${peer.name}, late,`, value: of(peer.run) };

function printRates(plexus: Sustained<Awaited<ReturnType<Plexus['run']>>>, peers: readonly Peer[]): void {
  const ours = plexus.run;
  const what = plexus.isKept ? 'plugin checks, every latency < 1 s' : 'plugin checks, with latency above 1 s';
  const beside = (text: string, of: (run: Run) => number, unit: string, target: string) => {
    for (const [index, peer] of (peers.length > 0 ? peers : [undefined]).entries())
      printFigure(text, of(ours), unit, index === 0 ? target : undefined, peerFigure(peer, of));
  };
  beside(what, (run) => run.perSec, 'checks/s', '≥ Nagios, aim 2,000');
  beside('CPU of a plugin check, all in all', (run) => run.cpuMsEach, 'ms', '≤ 1.5 ms, aim 0.9');
  printFigure("  of it the server's", ours.cpuMsEachOf.server, 'ms');
  printFigure("  of it the database's", ours.cpuMsEachOf.database, 'ms');
  printFigure('  of it runners and plugins', ours.cpuMsEachOf.plugins, 'ms');
  beside('memory with 10,000 services, sum of PSS', (run) => run.memoryMb, 'MB', '');
  printFigure('worst latency of them', ours.worstLatencyMs, 'ms', '< 1000 ms');
  printFigure('most started in a second, of the steady rate', ours.worstSecond, '×', '≤ 1.2');
  printFigure('longest stall of the server, from its start on', ours.stallMs, 'ms', '≤ 1000 ms');
}

async function bench(systems: Systems): Promise<void> {
  const { plexus, nagios, icinga } = systems;
  printLoad();
  const idleMb = await plexus.idleMemoryMb();
  plexus.define('plugin', { command: [PLUGIN, '0'] });
  const ours = await findSustained(plexus, BUDGET_MS);
  const peers: Peer[] = [];
  for (const peer of [nagios, icinga]) {
    if (peer) peers.push({ name: peer.name, ...(await findSustained(peer, BUDGET_MS)) });
  }
  printRates(ours, peers);
  printFigure('memory of 10,000 services, above idle', ours.run.memoryMb - idleMb, 'MB', '≤ 150 MB, aim 60');

  const loads = [nagios, icinga].flatMap((peer) => (peer ? [{ name: peer.name, value: peer.loadMs() }] : []));
  for (const peer of loads.length > 0 ? loads : [undefined])
    printFigure(`load of ${SERVICES} services, rows to schedule`, ours.run.loadMs, 'ms', '≤ 1000 ms, aim 300', peer);
  if (nagios) printFigure('a Nagios tree of them, read and resolved', resolveMs(nagios.configFile), 'ms', '≤ 1000 ms');

  const server = await startGreetingServer();
  try {
    plexus.define('tcp', { port: server.port });
    // Ten times what is aimed at would only wait.
    const tcp = await plexus.run(1);
    printFigure('in-process TCP checks, whole engine', tcp.perSec, 'checks/s', '≥ 3,000, aim 10,000');
    printFigure('CPU of an in-process TCP check', tcp.cpuMsEach, 'ms');
  } finally {
    server.stop();
  }
  printLoad();
}

function resolveMs(configFile: string): number {
  const startTick = clock.monotonicMs();
  const { resolved } = importNagios(readNagiosTree(configFile, createNagiosFilesOnDisk()));
  const took = clock.monotonicMs() - startTick;
  if (resolved.services.length !== SERVICES) throw new Error(`${resolved.services.length} services were resolved`);
  return took;
}

interface Systems {
  plexus: Plexus;
  nagios: ReturnType<typeof createNagiosPeer>;
  icinga: ReturnType<typeof createIcingaPeer>;
}

if (!existsSync(PLUGIN)) {
  console.log(`checks: ${PLUGIN} is not installed`);
  process.exit(0);
}
const systems: Systems = { plexus: await createPlexus(), nagios: createNagiosPeer(), icinga: createIcingaPeer() };
const dispose = async () => {
  for (const system of [systems.nagios, systems.icinga, systems.plexus]) await system?.dispose();
};
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void dispose().finally(() => process.exit(1)));
try {
  await bench(systems);
} finally {
  await dispose();
}
