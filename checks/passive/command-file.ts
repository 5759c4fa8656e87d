// The Nagios command file: a FIFO that programs write lines into, or a plain file that they
// append to where FIFOs cannot be had.

import { execFile } from 'node:child_process';
import { constants, openSync } from 'node:fs';
import { open, stat, unlink } from 'node:fs/promises';
import net from 'node:net';
import { promisify } from 'node:util';
import type { Clock } from '#kernel/clock.ts';
import { AppError, errorFields } from '#kernel/errors.ts';
import type { Logger } from '#kernel/log.ts';
import type { Service } from '#kernel/service.ts';
import { createLineCutter } from '#wire/line-cutter.ts';
import { createCommandLines, MAX_LINE_BYTES, type CommandLines } from './command-lines.ts';
import type { PassiveDoor } from './door.ts';

export interface CommandFileOptions {
  path: string;
  mode: 'fifo' | 'file';
  /** See CommandLinesOptions. */
  folders?: readonly string[];
}

/** How often an appended file is looked at, and how much of it is read at once. */
const LOOK_EVERY_MS = 1000;
const READ_BYTES = 1024 * 1024;

export function createCommandFile(
  deps: { clock: Clock; log: Logger; door: PassiveDoor },
  { path, mode, folders = [] }: CommandFileOptions,
): Service & Pick<CommandLines, 'counts'> {
  const lines = createCommandLines(deps, { via: 'command_file', folders });
  const cutter = createLineCutter(MAX_LINE_BYTES);
  const carryOut = async (chunk: Buffer): Promise<void> => {
    for (const line of cutter.push(chunk)) await lines.carryOut(line);
  };
  const source = mode === 'fifo' ? fifo(path, carryOut) : appendedFile(deps, path, carryOut);
  return { name: 'command file', start: source.start, stop: source.stop, counts: lines.counts };
}

type Source = Pick<Service, 'start' | 'stop'>;

/** Writers wait while a chunk is carried out: the pipe is the queue, and the kernel bounds it. */
function fifo(path: string, carryOut: (chunk: Buffer) => Promise<void>): Source {
  let reading: net.Socket | undefined;
  let isOurs = false;
  let busy = Promise.resolve();
  return {
    async start() {
      isOurs = await makeFifo(path);
      // Open for writing too, so that it does not end when the last writer closes. The socket owns the descriptor.
      const fd = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
      const socket = new net.Socket({ fd, readable: true, writable: false });
      socket.on('data', (chunk) => {
        socket.pause();
        busy = carryOut(chunk).then(() => void socket.resume());
      });
      reading = socket;
    },
    async stop() {
      reading?.destroy();
      reading = undefined;
      await busy;
      // Without a reader a writer would hang for ever; without a file it fails at once.
      if (isOurs) await unlink(path).catch(() => {});
    },
  };
}

/** True when it was made here, false when it was there. */
async function makeFifo(path: string): Promise<boolean> {
  const there = await stat(path).catch(() => undefined);
  if (there?.isFIFO()) return false;
  if (there)
    throw new AppError('command_file_taken', `${path} exists and is no FIFO. Move it away, or set mode: file.`);
  await promisify(execFile)('mkfifo', ['-m', '0660', path]);
  return true;
}

/** Begins at the end of the file: what was written while nobody read is old by now. */
function appendedFile(
  { clock, log }: { clock: Clock; log: Logger },
  path: string,
  carryOut: (chunk: Buffer) => Promise<void>,
): Source {
  let looking: { cancel(): void } | undefined;
  let busy: Promise<void> | undefined;
  let inode = 0;
  let offset = 0;

  async function look(): Promise<void> {
    const handle = await open(path, 'r').catch(() => undefined);
    if (!handle) return;
    try {
      const { ino, size } = await handle.stat();
      // Replaced or emptied, as logrotate does.
      if (ino !== inode || size < offset) offset = 0;
      inode = ino;
      while (looking) {
        const { bytesRead, buffer } = await handle.read(Buffer.alloc(READ_BYTES), 0, READ_BYTES, offset);
        if (bytesRead === 0) break;
        offset += bytesRead;
        await carryOut(buffer.subarray(0, bytesRead));
      }
    } finally {
      await handle.close();
    }
  }

  return {
    async start() {
      const there = await stat(path).catch(() => undefined);
      inode = there?.ino ?? 0;
      offset = there?.size ?? 0;
      looking = clock.every(LOOK_EVERY_MS, () => {
        busy ??= look()
          .catch((error: unknown) => log.warn('command file', { path, ...errorFields(error) }))
          .finally(() => (busy = undefined));
      });
    },
    async stop() {
      looking?.cancel();
      looking = undefined;
      await busy;
    },
  };
}
