// The first line that a TCP client sends, without its end.

import type { Socket } from 'node:net';

const LF = 0x0a;
const CR = 0x0d;

/**
 * Bytes up to the first LF or CR, or to the end of a client that sends no more.
 * Undefined when it sends nothing, or more than `maxBytes` without an end of line.
 * Rejects when the socket fails or `signal` aborts. Bytes behind the line are lost.
 */
export function readLine(socket: Socket, maxBytes: number, signal: AbortSignal): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    let read = Buffer.alloc(0);

    const onData = (chunk: Buffer) => {
      const found = chunk.findIndex((byte) => byte === LF || byte === CR);
      read = Buffer.concat([read, found === -1 ? chunk : chunk.subarray(0, found)]);
      if (read.length > maxBytes) finish(undefined);
      else if (found !== -1) finish(read);
    };
    const onEnd = () => finish(read.length === 0 ? undefined : read);
    const onFailure = () => {
      forget();
      reject(new Error('the client is gone'));
    };
    const forget = () => {
      socket.off('data', onData).off('end', onEnd).off('error', onFailure);
      signal.removeEventListener('abort', onFailure);
    };
    const finish = (line: Buffer | undefined) => {
      forget();
      resolve(line);
    };

    socket.on('data', onData).on('end', onEnd).on('error', onFailure);
    signal.addEventListener('abort', onFailure);
  });
}
