// Listens for streams, a bounded number at once; its stop ends those that are open.

import { once } from 'node:events';
import { createServer, type ListenOptions, type Server, type Socket } from 'node:net';
import type { Logger } from './log.ts';

export interface SocketServer {
  /** Resolves to the port in use, 0 for a socket in the file system; rejects with the system's error. */
  listen(address: ListenOptions): Promise<number>;
  stop(): Promise<void>;
}

interface SocketServerOptions {
  /** For the log. */
  name: string;
  maxConnections: number;
  /** The client may end its side and still read. */
  allowHalfOpen?: boolean;
  serve(socket: Socket): void;
  /** One too many: the connection is for the callee to end. */
  refuse(socket: Socket): void;
}

export function createSocketServer(deps: { log: Logger }, options: SocketServerOptions): SocketServer {
  const { log } = deps;
  const { name, maxConnections, allowHalfOpen = false } = options;
  const sockets = new Set<Socket>();
  let server: Server | undefined;

  function accept(socket: Socket): void {
    // A client that hangs up early is normal: 'close' follows and ends its service.
    socket.on('error', (error) => log.debug(`${name}: a client left`, { error: error.message }));
    if (sockets.size >= maxConnections) return options.refuse(socket);
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    options.serve(socket);
  }

  return {
    async listen(address) {
      const listening = createServer({ allowHalfOpen, noDelay: true }, accept);
      listening.listen(address);
      await once(listening, 'listening');
      listening.on('error', (error) => log.warn(name, { error: error.message }));
      server = listening;
      const bound = listening.address();
      return typeof bound === 'object' && bound !== null ? bound.port : 0;
    },
    async stop() {
      if (!server) return;
      const closing = server;
      server = undefined;
      const closed = once(closing, 'close');
      closing.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
