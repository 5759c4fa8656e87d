// An append-only file of checked records. A torn end, as a crash leaves it, is
// told from damage in the middle. Knows frames, not what is in them.

import { closeSync, fdatasync, fstatSync, ftruncateSync, openSync, readSync, writevSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { crc32 } from 'node:zlib';
import { syncDirectory } from './sync-directory.ts';

const syncData = promisify(fdatasync);

// Each record: mark, length and CRC-32 of the content, as 32-bit numbers; then the content.
const HEAD_BYTES = 12;
const MARK = 0x52584c50;
const MAX_CONTENT = 256 * 1024 * 1024;

export interface RecordLog {
  readonly file: string;
  readonly bytes: number;
  /**
   * Appends one record made of these parts and syncs it to disk. On failure the file is as before.
   * One at a time.
   */
  append(parts: readonly Uint8Array[]): Promise<void>;
  close(): void;
}

/** Opens for appending behind `bytes`; what is there beyond is cut off. */
export function openRecordLog(file: string, bytes = 0): RecordLog {
  const fd = openSync(file, bytes === 0 ? 'w' : 'r+', 0o600);
  ftruncateSync(fd, bytes);
  // A new file survives a power cut only with its name.
  if (bytes === 0) syncDirectory(path.dirname(file));
  let end = bytes;
  return {
    file,
    get bytes() {
      return end;
    },
    async append(parts) {
      const head = new Uint32Array([
        MARK,
        parts.reduce((sum, part) => sum + part.byteLength, 0),
        parts.reduce((check, part) => crc32(part, check), 0),
      ]);
      const buffers = [new Uint8Array(head.buffer), ...parts];
      const wanted = buffers.reduce((sum, part) => sum + part.byteLength, 0);
      try {
        const written = writevSync(fd, buffers, end);
        if (written < wanted)
          throw new Error(`only ${written} of ${wanted} bytes were written: no space left on device`);
        await syncData(fd);
      } catch (error) {
        // Frees the blocks of the half record, too, which a full disk needs.
        ftruncateSync(fd, end);
        throw error;
      }
      end += wanted;
    },
    close: () => closeSync(fd),
  };
}

export interface RecordLogEnd {
  /** Up to here every record was whole. */
  wholeBytes: number;
  /** A record before the end of the file was damaged, which no crash of ours does. */
  damaged: boolean;
}

/** Hands every record to `take`, in order, up to the first that is not whole. Content is valid during the call. */
export function readRecords(file: string, take: (content: Buffer) => void): RecordLogEnd {
  const fd = openSync(file, 'r');
  try {
    const size = fstatSync(fd).size;
    const head = Buffer.alloc(HEAD_BYTES);
    let content = Buffer.alloc(65_536);
    let at = 0;
    for (;;) {
      if (readSync(fd, head, 0, HEAD_BYTES, at) < HEAD_BYTES) return { wholeBytes: at, damaged: false };
      const length = head.readUInt32LE(4);
      const next = at + HEAD_BYTES + length;
      // After a power cut the last record may hold zeros in place of what was not written yet.
      if (head.readUInt32LE(0) !== MARK || length > MAX_CONTENT) return { wholeBytes: at, damaged: !isZero(head) };
      if (next > size) return { wholeBytes: at, damaged: false };
      if (content.length < length) content = Buffer.alloc(length * 2);
      readSync(fd, content, 0, length, at + HEAD_BYTES);
      const record = content.subarray(0, length);
      if (crc32(record) !== head.readUInt32LE(8)) return { wholeBytes: at, damaged: next < size };
      take(record);
      at = next;
    }
  } finally {
    closeSync(fd);
  }
}

const isZero = (bytes: Buffer): boolean => bytes.every((byte) => byte === 0);
