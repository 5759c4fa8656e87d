// A port that was free a moment ago; for programs that cannot be asked for "any". From below the
// range that the kernel gives away by itself, so that no such socket takes it meanwhile.

import { createSocket } from 'node:dgram';
import { randomInt } from 'node:crypto';
import net from 'node:net';

const FIRST = 18_000;
// Default net.ipv4.ip_local_port_range begins at 32768.
const LAST = 32_000;
const TRIES = 100;

async function freePort(isFree: (port: number) => Promise<boolean>): Promise<number> {
  for (let tried = 0; tried < TRIES; tried++) {
    const port = randomInt(FIRST, LAST);
    if (await isFree(port)) return port;
  }
  throw new Error(`no free port between ${FIRST} and ${LAST}`);
}

export const freeTcpPort = (): Promise<number> =>
  freePort(
    (port) =>
      new Promise((resolve) => {
        const server = net.createServer();
        server.once('error', () => resolve(false));
        server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
      }),
  );

export const freeUdpPort = (): Promise<number> =>
  freePort(
    (port) =>
      new Promise((resolve) => {
        const socket = createSocket('udp4');
        socket.once('error', () => socket.close(() => resolve(false)));
        socket.bind(port, '127.0.0.1', () => socket.close(() => resolve(true)));
      }),
  );
