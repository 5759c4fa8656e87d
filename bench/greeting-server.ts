// A TCP server in a process of its own: each connection is greeted and closed.

import { fork } from 'node:child_process';
import net, { type AddressInfo } from 'node:net';

const GREETING = '220 bench.example ready\r\n';

function serve(): void {
  const server = net.createServer((socket) => {
    socket.on('error', () => {});
    socket.end(GREETING);
  });
  server.listen({ port: 0, host: '127.0.0.1', backlog: 1024 }, () =>
    process.send?.((server.address() as AddressInfo).port),
  );
  process.on('disconnect', () => process.exit());
}

/** It ends with this process, too. */
export async function startGreetingServer(): Promise<{ port: number; stop(): void }> {
  const child = fork(import.meta.filename);
  const port = await new Promise<number>((resolve, reject) => {
    child.once('message', (message) => resolve(Number(message)));
    child.once('exit', () => reject(new Error('the server that greets did not start')));
  });
  return {
    port,
    stop: () => {
      if (child.connected) child.disconnect();
    },
  };
}

if (import.meta.main) serve();
