// Memory of an idle server with its database, and of the agent beside a bare Node,
// a minute after the start. Run: node bench/memory.ts    (about 70 s)

import { spawn } from 'node:child_process';
import path from 'node:path';
import { readAgentLock } from '#agent/lock-file.ts';
import { systemClock } from '#kernel/clock.ts';
import { settled, withServer } from './bench-server.ts';
import { printFigure, printLoad } from './figures.ts';
import { commandOf, descendantsOf, isPostgres, sumOfMemory, type Memory } from './process-figures.ts';

const IDLE_MS = 60_000;
const clock = systemClock();

async function postgresOf(serverPid: number): Promise<number[]> {
  const children = await descendantsOf(serverPid);
  const commands = await Promise.all(children.map(async (pid) => ({ pid, command: await commandOf(pid) })));
  return commands.filter(({ command }) => isPostgres(command)).map(({ pid }) => pid);
}

/** The same binary with nothing to do: what the runtime itself takes. */
async function bareNode(): Promise<Memory> {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e9)'], { stdio: 'ignore' });
  try {
    await clock.sleep(1000);
    return await sumOfMemory([child.pid ?? 0]);
  } finally {
    child.kill('SIGKILL');
  }
}

function print(what: string, { rssMb, pssMb }: Memory): void {
  printFigure(`${what}, RSS`, rssMb, 'MB');
  printFigure(`${what}, PSS`, pssMb, 'MB');
}

await withServer({}, async (server) => {
  await settled(server);
  await clock.sleep(IDLE_MS);
  const database = await postgresOf(server.pid());
  const own = await sumOfMemory([server.pid()]);
  const postgres = await sumOfMemory(database);
  const agentPid = readAgentLock(path.join(server.home, 'agent'))?.pid;
  printLoad();
  print('server process', own);
  // RSS would count the shared buffers once for each backend.
  printFigure(`its PostgreSQL, ${database.length} processes, sum of PSS`, postgres.pssMb, 'MB');
  printFigure('server and PostgreSQL, sum of PSS', own.pssMb + postgres.pssMb, 'MB', '≤ 220 MB');
  // PSS is flattered by every other Node on the machine; this is the sum with none.
  printFigure('  with the RSS of the server instead', own.rssMb + postgres.pssMb, 'MB', '≤ 220 MB');
  if (agentPid !== undefined) print('agent', await sumOfMemory([agentPid]));
  print('bare node of the same binary', await bareNode());
});
