// Ports that nobody uses at the moment, for programs that must be told which one.

import { createSocket } from 'node:dgram';
import net from 'node:net';

interface Held {
  port: number;
  letGo(): Promise<void>;
}

/** All are held until the last one is found, so that none comes twice. */
async function holdAndRelease(count: number, hold: () => Promise<Held>): Promise<number[]> {
  const held: Held[] = [];
  for (let taken = 0; taken < count; taken++) held.push(await hold());
  for (const { letGo } of held) await letGo();
  return held.map(({ port }) => port);
}

export const freeTcpPorts = (count: number): Promise<number[]> =>
  holdAndRelease(
    count,
    () =>
      new Promise((resolve, reject) => {
        const server = net.createServer();
        server.once('error', reject);
        server.listen(0, '127.0.0.1', () => {
          const address = server.address();
          const port = typeof address === 'object' && address !== null ? address.port : 0;
          resolve({ port, letGo: () => new Promise((done) => server.close(() => done())) });
        });
      }),
  );

export const freeUdpPorts = (count: number): Promise<number[]> =>
  holdAndRelease(
    count,
    () =>
      new Promise((resolve, reject) => {
        const socket = createSocket('udp4');
        socket.once('error', reject);
        socket.bind(0, '127.0.0.1', () => {
          const { port } = socket.address();
          resolve({ port, letGo: () => new Promise((done) => socket.close(() => done())) });
        });
      }),
  );
