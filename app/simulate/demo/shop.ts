// The shop of the demo: a small HTTP service, a process of its own, that can be made
// to fail. Arguments: port, pid file, version file, pid of the demo.

import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { startTicksOf } from '#agent/process-identity.ts';
import { systemClock } from '#kernel/clock.ts';

const [port = '', pidFile = '', versionFile = '', demoPid = ''] = process.argv.slice(2);
const clock = systemClock();
const LOOK_AT_DEMO_MS = 1000;
let connectionsLeft = true;

const say = (line: string) => process.stdout.write(`${new Date(clock.nowMs()).toISOString()} ${line}\n`);
const version = () => (existsSync(versionFile) ? readFileSync(versionFile, 'utf8').trim() : 'not deployed');

function leave(why: string): void {
  say(why);
  rmSync(pidFile, { force: true });
  process.exit(0);
}

const server = createServer((_request, response) => {
  response.setHeader('content-type', 'text/plain; charset=utf-8');
  if (!connectionsLeft) {
    say('503 no database connection left');
    response.writeHead(503).end('no database connection left\n');
  } else response.end(`The shop is open (version ${version()}).\n`);
});
server.listen(Number(port), '127.0.0.1', () => {
  writeFileSync(pidFile, String(process.pid));
  say(`listening on 127.0.0.1:${port}, pid ${process.pid}`);
});

process.on('SIGUSR2', () => {
  connectionsLeft = false;
  say('the pool of database connections is used up');
});
process.on('SIGTERM', () => leave('stopped'));
// A demo that was killed could not stop its shop.
clock.every(LOOK_AT_DEMO_MS, () => {
  if (startTicksOf(Number(demoPid)) === undefined) leave('the demo is gone');
});
