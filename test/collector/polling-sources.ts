// Data sources on loopback for the poller: what a gmond would print, and servers that
// misbehave in every way.

import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import type { GmetadDataSource } from '#wire/gmetad-conf.ts';

export interface ServedHost {
  name: string;
  ip?: string;
  tn?: number;
  tmax?: number;
  dmax?: number;
  metrics?: { name: string; value: string; tn?: number; type?: string; dmax?: number; extra?: string }[];
}

export const hostXml = ({ name, ip = '10.0.0.1', tn = 0, tmax = 20, dmax = 0, metrics = [] }: ServedHost): string =>
  `<HOST NAME="${name}" IP="${ip}" TAGS="t" REPORTED="1" TN="${tn}" TMAX="${tmax}" DMAX="${dmax}" LOCATION="unspecified" GMOND_STARTED="7">\n` +
  metrics
    .map(
      (metric) =>
        `<METRIC NAME="${metric.name}" VAL="${metric.value}" TYPE="${metric.type ?? 'float'}" UNITS="C" TN="${metric.tn ?? 0}" TMAX="60" DMAX="${metric.dmax ?? 0}" SLOPE="both">\n` +
        `<EXTRA_DATA>\n${metric.extra ?? ''}</EXTRA_DATA>\n</METRIC>\n`,
    )
    .join('') +
  '</HOST>\n';

export const clusterXml = (name: string, hosts: ServedHost[]): string =>
  `<CLUSTER NAME="${name}" LOCALTIME="100" OWNER="ops" LATLONG="unspecified" URL="unspecified">\n${hosts.map(hostXml).join('')}</CLUSTER>\n`;

export const documentXml = (inside: string): string =>
  `<?xml version="1.0" encoding="ISO-8859-1" standalone="yes"?>\n<GANGLIA_XML VERSION="3.7.2" SOURCE="gmond">\n${inside}</GANGLIA_XML>\n`;

/** A server that treats each connection as `serve` says; ends with the test. */
export async function serving(
  serve: (socket: Socket) => void,
): Promise<{ port: number; connections: () => number; server: Server }> {
  let connections = 0;
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    connections++;
    open.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => open.delete(socket));
    serve(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    for (const socket of open) socket.destroy();
    if (!server.listening) return;
    server.close();
    await once(server, 'close');
  });
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no address');
  return { port: address.port, connections: () => connections, server };
}

/** As gmond: the answer at once, then the end. */
export const answering = (answer: () => string | Buffer) => serving((socket) => socket.end(answer()));

export const sourceOf = (...ports: number[]): GmetadDataSource => ({
  name: 'under test',
  everySec: 1,
  addresses: ports.map((port) => ({ host: '127.0.0.1', port })),
});
