// The wires that Nagios tools speak, as far as they are switched on: NSCA, the command file,
// Livestatus on a socket or a port. All lead to one door; none is on by itself.

import { mkdir, realpath } from 'node:fs/promises';
import path from 'node:path';
import type { Clock } from '#kernel/clock.ts';
import { AppError } from '#kernel/errors.ts';
import type { Logger } from '#kernel/log.ts';
import { portTaken } from '#kernel/port-holder.ts';
import { createLivestatusServer, type LivestatusServer } from '../livestatus/server.ts';
import type { LivestatusSource } from '../livestatus/source.ts';
import { createCommandFile } from './command-file.ts';
import type { PassiveDoor } from './door.ts';
import { createNscaServer, type NscaServerOptions } from './nsca-server.ts';

export interface ListenerOptions {
  nsca?: Pick<NscaServerOptions, 'host' | 'port' | 'method' | 'password'>;
  /** A FIFO, made where it is missing. `folders`: where PROCESS_FILE may read; none = it is refused. */
  commandFile?: { path: string; folders: readonly string[] };
  livestatus?: { socket?: string; tcp?: { host: string; port: number } };
}

export interface ListenerCounters {
  /** `nsca`, `command file`, `livestatus`. */
  name: string;
  /** Path, or address and port. */
  at: string;
  counts: Readonly<Record<string, number>>;
}

export interface Listeners {
  /** Throws `port_taken` with the holder's name, or the system's error; then none is left open. */
  start(): Promise<void>;
  stop(): Promise<void>;
  counters(): ListenerCounters[];
  served(): ReturnType<LivestatusServer['served']>;
}

interface Deps {
  clock: Clock;
  log: Logger;
  door: PassiveDoor;
  source(served: Listeners['served']): LivestatusSource;
}

interface Listener {
  name: string;
  /** Resolves to where it listens. */
  start(): Promise<string>;
  stop(): Promise<void>;
  counts(): Readonly<Record<string, number>>;
}

export function createListeners(deps: Deps, { nsca, commandFile, livestatus }: ListenerOptions): Listeners {
  const open: { listener: Listener; at: string }[] = [];
  const livestatusServers: LivestatusServer[] = [];

  function served(): ReturnType<LivestatusServer['served']> {
    const all = livestatusServers.map((server) => server.served());
    const sum = (of: 'connections' | 'requests') => all.reduce((total, one) => total + one[of], 0);
    return { connections: sum('connections'), requests: sum('requests') };
  }

  function livestatusOn(listen: { path: string } | { host: string; port: number }): Listener {
    const server = createLivestatusServer({ ...deps, source: deps.source(served) }, { listen });
    livestatusServers.push(server);
    return {
      ...{ name: 'livestatus', stop: server.stop, counts: server.counts },
      async start() {
        if ('path' in listen) {
          await mkdir(path.dirname(listen.path), { recursive: true });
          await server.listen().catch((cause: unknown) => Promise.reject(socketTaken(listen.path, cause)));
          return listen.path;
        }
        return `${listen.host}:${await bind(server, listen.port, 'PLEXUS_LIVESTATUS_PORT')}`;
      },
    };
  }

  function nscaOn(options: NonNullable<ListenerOptions['nsca']>): Listener {
    const server = createNscaServer(deps, options);
    return {
      ...{ name: 'nsca', stop: server.stop, counts: server.counts },
      start: async () => `${options.host}:${await bind(server, options.port, 'PLEXUS_NSCA_PORT')}`,
    };
  }

  async function commandFileAt(given: NonNullable<ListenerOptions['commandFile']>): Promise<Listener> {
    const folders = await Promise.all(given.folders.map((folder) => realpath(folder)));
    const file = createCommandFile(deps, { path: given.path, mode: 'fifo', folders });
    return {
      ...{ name: 'command file', stop: file.stop, counts: file.counts },
      async start() {
        await mkdir(path.dirname(given.path), { recursive: true });
        await file.start(new AbortController().signal);
        return given.path;
      },
    };
  }

  async function stop(): Promise<void> {
    for (let last = open.pop(); last; last = open.pop()) await last.listener.stop();
  }

  return {
    async start() {
      const listeners = [
        ...(nsca ? [nscaOn(nsca)] : []),
        ...(livestatus?.socket === undefined ? [] : [livestatusOn({ path: livestatus.socket })]),
        ...(livestatus?.tcp ? [livestatusOn(livestatus.tcp)] : []),
        ...(commandFile ? [await commandFileAt(commandFile)] : []),
      ];
      try {
        for (const listener of listeners) {
          const at = await listener.start();
          open.push({ listener, at });
          deps.log.info(`${listener.name} is open`, { at });
        }
      } catch (error) {
        await stop();
        throw error;
      }
    },
    stop,
    counters: () => open.map(({ listener: { name, counts }, at }) => ({ name, at, counts: counts() })),
    served,
  };
}

const isInUse = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';

async function bind(server: { listen(): Promise<number> }, port: number, setting: string): Promise<number> {
  try {
    return await server.listen();
  } catch (cause) {
    throw isInUse(cause) ? await portTaken({ protocol: 'tcp', port, setting, cause }) : cause;
  }
}

const socketTaken = (socket: string, cause: unknown): unknown =>
  isInUse(cause)
    ? new AppError(
        'port_taken',
        `${socket} is another program's, or no socket. Stop it or move it away, or set PLEXUS_LIVESTATUS_SOCKET to another path.`,
        { cause },
      )
    : cause;
