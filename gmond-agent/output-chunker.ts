// Gathers the bytes of a running program into chunks worth sending: soon enough to
// watch, large enough not to be a message per line.

import type { Clock, Timer } from '#kernel/clock.ts';
import { MAX_CHUNK_BYTES } from '#wire/agent-channel.ts';
import type { OutputStream } from './output-spool.ts';

const GATHER_MS = 100;

export interface OutputChunker {
  write(stream: OutputStream, bytes: Buffer): void;
  /** Hands on what is gathered. */
  flush(): void;
}

/** `emit` gets chunks of at most MAX_CHUNK_BYTES, streams in the order in which they spoke. */
export function createOutputChunker(clock: Clock, emit: (stream: OutputStream, bytes: Buffer) => void): OutputChunker {
  let gathered: { stream: OutputStream; parts: Buffer[]; sizeBytes: number } | undefined;
  let timer: Timer | undefined;

  function flush(): void {
    timer?.cancel();
    timer = undefined;
    const last = gathered;
    gathered = undefined;
    if (last) emit(last.stream, Buffer.concat(last.parts));
  }

  return {
    flush,
    write(stream, bytes) {
      if (gathered && gathered.stream !== stream) flush();
      for (let rest = bytes; rest.length > 0;) {
        gathered ??= { stream, parts: [], sizeBytes: 0 };
        const part = rest.subarray(0, MAX_CHUNK_BYTES - gathered.sizeBytes);
        gathered.parts.push(part);
        gathered.sizeBytes += part.length;
        rest = rest.subarray(part.length);
        if (gathered.sizeBytes >= MAX_CHUNK_BYTES) flush();
      }
      timer ??= gathered && clock.after(GATHER_MS, flush);
    },
  };
}
