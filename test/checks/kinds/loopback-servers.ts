// Servers on the loopback as a check meets them: good ones, and those that are silent, endless,
// slow, full of garbage or gone. They live as long as the test file.

import { execFileSync } from 'node:child_process';
import dgram from 'node:dgram';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import net, { type AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import tls from 'node:tls';
import { afterAll } from 'vitest';

type Attend = (socket: net.Socket) => void;

/** Port of a TCP server that does `attend` with each connection. */
export const serveTcp = (attend: Attend, host = '127.0.0.1'): Promise<number> =>
  listen(
    net.createServer((socket) => {
      socket.on('error', () => {});
      attend(socket);
    }),
    host,
  );

export function serveTls(attend: Attend, options: tls.TlsOptions): Promise<number> {
  const server = tls.createServer(options, (socket) => {
    socket.on('error', () => {});
    attend(socket);
  });
  server.on('tlsClientError', () => {});
  return listen(server, '127.0.0.1');
}

export function listen(server: net.Server, host = '127.0.0.1'): Promise<number> {
  const sockets = new Set<net.Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  afterAll(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return new Promise((resolve) => server.listen(0, host, () => resolve((server.address() as AddressInfo).port)));
}

/** Port of a UDP server; `answer` gives the packets to send back. */
export function serveUdp(answer: (packet: Buffer) => Buffer[]): Promise<number> {
  const socket = dgram.createSocket('udp4');
  socket.on('message', (packet, from) => {
    for (const reply of answer(packet)) socket.send(reply, from.port, from.address);
  });
  afterAll(() => void socket.close());
  return new Promise((resolve) => socket.bind(0, '127.0.0.1', () => resolve(socket.address().port)));
}

/** A port that nobody listens on. */
export async function closedPort(): Promise<number> {
  const server = net.createServer();
  const port = await new Promise<number>((resolve) =>
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)),
  );
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export const SILENT: Attend = (socket) => void socket.resume();
export const HANGS_UP: Attend = (socket) => void socket.end();
export const GARBAGE: Attend = (socket) => {
  socket.resume();
  socket.write(Buffer.from('\x15\x03\xff\x00\x7f\xfe<garbage|>\n'.repeat(20), 'latin1'));
};
/** As fast as it is read, without ever a line end. */
export const ENDLESS: Attend = (socket) => {
  socket.resume();
  const block = Buffer.alloc(65_536, 'x');
  const pump = () => {
    while (socket.writable && socket.write(block));
  };
  socket.on('drain', pump);
  pump();
};
/** A byte whenever the last one is out. */
export const DRIP: Attend = (socket) => {
  socket.resume();
  const next = () => {
    if (socket.writable) socket.write('2', () => setImmediate(next));
  };
  next();
};

/** A self-signed certificate for localhost that is good for `days`. Needs openssl. */
export function makeCertificate(days: number): { key: Buffer; cert: Buffer } {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'plexus-cert-'));
  const file = (name: string) => path.join(directory, name);
  const args = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', String(days), '-subj', '/CN=localhost'];
  const names = ['-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  execFileSync('openssl', [...args, ...names, '-keyout', file('key'), '-out', file('cert')], { stdio: 'ignore' });
  const made = { key: readFileSync(file('key')), cert: readFileSync(file('cert')) };
  rmSync(directory, { recursive: true });
  return made;
}
