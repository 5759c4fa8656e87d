// An immutable file of chunks, one for each series, found by the series' number.
// Written beside and renamed, so that a segment is whole or not there.

import { closeSync, fsync, openSync, readSync, renameSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { crc32 } from 'node:zlib';
import { AppError } from '#kernel/errors.ts';
import { chunkCheck } from './chunk.ts';
import { syncDirectory } from './sync-directory.ts';

const syncFile = promisify(fsync);

/*
 * Layout, little-endian: head; chunks in ascending order of series; index; top.
 * Index: for each series its number, chunk length, and CRC-32 of the chunk seeded with the number (3 × u32).
 * Top: for each INDEX_BLOCK entries of the index the first number (u32), CRC-32 of the block (u32), offset of
 * the first chunk (f64).
 */
const MAGIC = 0x32484c50;
const HEAD_BYTES = 56;
const INDEX_BLOCK = 512;
const ENTRY_BYTES = 12;
const TOP_BYTES = 16;
const WRITE_BUFFER = 256 * 1024;

export interface SegmentHead {
  series: number;
  /** Rows in all chunks. */
  rows: number;
  /** What the writer had it made from; its meaning is the caller's. */
  basis: number;
  indexAt: number;
  topAt: number;
  bytes: number;
}

function encodeHead(head: SegmentHead, topCheck: number): Buffer {
  const bytes = Buffer.alloc(HEAD_BYTES);
  bytes.writeUInt32LE(MAGIC, 0);
  bytes.writeUInt32LE(head.series, 4);
  bytes.writeDoubleLE(head.rows, 8);
  bytes.writeDoubleLE(head.basis, 16);
  bytes.writeDoubleLE(head.indexAt, 24);
  bytes.writeDoubleLE(head.topAt, 32);
  bytes.writeDoubleLE(head.bytes, 40);
  bytes.writeUInt32LE(topCheck, 48);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, 52)), 52);
  return bytes;
}

const damaged = (file: string, what: string): AppError =>
  new AppError(
    'history_unreadable',
    `Metric history file ${file} is damaged: ${what}. Restore it from a backup, or stop the server and move the file away: then only its ${path.basename(file).startsWith('raw') ? 'hour' : 'day'} is lost.`,
  );

export interface SegmentWriter {
  /** In ascending order of `id`. */
  add(id: number, chunk: Uint8Array, rows: number): void;
  /** Syncs the file and puts it in its place. */
  finish(basis: number): Promise<void>;
  /** Leaves nothing behind; does nothing after `finish`. */
  abandon(): void;
}

export function createSegmentWriter(file: string): SegmentWriter {
  const beside = `${file}.new`;
  rmSync(beside, { force: true });
  const fd = openSync(beside, 'wx', 0o600);
  const buffer = Buffer.alloc(WRITE_BUFFER);
  let held = 0;
  let end = HEAD_BYTES;
  let rowsInAll = 0;
  let entries = new Uint32Array(3 * 1024);
  let series = 0;
  const blockStarts: number[] = [];
  let open = true;

  function close(): void {
    if (open) closeSync(fd);
    open = false;
  }

  function writeAll(bytes: Uint8Array, at: number): void {
    for (let done = 0; done < bytes.length;) done += writeSync(fd, bytes, done, bytes.length - done, at + done);
  }

  function drain(): void {
    writeAll(buffer.subarray(0, held), end - held);
    held = 0;
  }

  return {
    add(id, chunk, rows) {
      if (series % INDEX_BLOCK === 0) blockStarts.push(end);
      if (entries.length < (series + 1) * 3) {
        const larger = new Uint32Array(entries.length * 2);
        larger.set(entries);
        entries = larger;
      }
      entries.set([id, chunk.length, chunkCheck(chunk, id)], series * 3);
      series++;
      rowsInAll += rows;
      if (held + chunk.length > buffer.length) drain();
      if (chunk.length > buffer.length) writeAll(chunk, end);
      else {
        buffer.set(chunk, held);
        held += chunk.length;
      }
      end += chunk.length;
    },
    async finish(basis) {
      drain();
      const index = new Uint8Array(entries.buffer, 0, series * ENTRY_BYTES);
      const top = Buffer.alloc(blockStarts.length * TOP_BYTES);
      for (const [number, start] of blockStarts.entries()) {
        const block = index.subarray(number * INDEX_BLOCK * ENTRY_BYTES, (number + 1) * INDEX_BLOCK * ENTRY_BYTES);
        top.writeUInt32LE(entries[number * INDEX_BLOCK * 3] ?? 0, number * TOP_BYTES);
        top.writeUInt32LE(crc32(block), number * TOP_BYTES + 4);
        top.writeDoubleLE(start, number * TOP_BYTES + 8);
      }
      const topAt = end + index.length;
      writeAll(index, end);
      writeAll(top, topAt);
      const head = { series, rows: rowsInAll, basis, indexAt: end, topAt, bytes: topAt + top.length };
      writeAll(encodeHead(head, crc32(top)), 0);
      await syncFile(fd);
      close();
      renameSync(beside, file);
      syncDirectory(path.dirname(file));
    },
    abandon() {
      close();
      rmSync(beside, { force: true });
    },
  };
}

/** Throws AppError `history_unreadable` when it is not a whole segment. */
export function readSegmentHead(file: string): SegmentHead {
  return withFile(file, (fd) => headOf(fd, file).head);
}

function withFile<Value>(file: string, run: (fd: number) => Value): Value {
  const fd = openSync(file, 'r');
  try {
    return run(fd);
  } finally {
    closeSync(fd);
  }
}

function headOf(fd: number, file: string): { head: SegmentHead; topCheck: number } {
  const bytes = readAt(fd, file, 0, HEAD_BYTES);
  if (bytes.readUInt32LE(0) !== MAGIC || bytes.readUInt32LE(52) !== crc32(bytes.subarray(0, 52))) {
    throw damaged(file, 'it does not begin as one of our files does');
  }
  const head = {
    series: bytes.readUInt32LE(4),
    rows: bytes.readDoubleLE(8),
    basis: bytes.readDoubleLE(16),
    indexAt: bytes.readDoubleLE(24),
    topAt: bytes.readDoubleLE(32),
    bytes: bytes.readDoubleLE(40),
  };
  return { head, topCheck: bytes.readUInt32LE(48) };
}

function readAt(fd: number, file: string, at: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  for (let done = 0; done < length;) {
    const read = readSync(fd, bytes, done, length - done, at + done);
    if (read === 0) throw damaged(file, `it ends before byte ${at + length}`);
    done += read;
  }
  return bytes;
}

export interface Segment {
  readonly head: SegmentHead;
  /** Numbers of all its series, ascending. */
  ids(): Uint32Array;
  /** Bytes of the series' chunk, checked, valid until the next call; undefined when the series is not in it. */
  chunk(id: number): Uint8Array | undefined;
  close(): void;
}

/**
 * Opens for reading. Stays readable when the file is unlinked meanwhile. `readAhead` bytes are read at once:
 * 0 for single series, more for whoever takes all of them in order.
 */
export function openSegment(file: string, readAhead = 0): Segment {
  const fd = openSync(file, 'r');
  let top: Buffer | undefined;
  let block: { number: number; bytes: Buffer; at: number } | undefined;
  let ahead: { at: number; bytes: Buffer } = { at: 0, bytes: Buffer.alloc(0) };
  try {
    const { head, topCheck } = headOf(fd, file);

    const topOf = (): Buffer => {
      if (top) return top;
      top = readAt(fd, file, head.topAt, head.bytes - head.topAt);
      if (crc32(top) !== topCheck) throw damaged(file, 'its index does not match its check sum');
      return top;
    };

    const blockOf = (number: number): { bytes: Buffer; at: number } => {
      if (block?.number === number) return block;
      const first = number * INDEX_BLOCK;
      const entries = Math.min(INDEX_BLOCK, head.series - first);
      const bytes = readAt(fd, file, head.indexAt + first * ENTRY_BYTES, entries * ENTRY_BYTES);
      if (crc32(bytes) !== topOf().readUInt32LE(number * TOP_BYTES + 4)) {
        throw damaged(file, `part ${number} of its index does not match its check sum`);
      }
      block = { number, bytes, at: topOf().readDoubleLE(number * TOP_BYTES + 8) };
      return block;
    };

    const bytesAt = (at: number, length: number): Buffer => {
      if (at < ahead.at || at + length > ahead.at + ahead.bytes.length) {
        const wanted = Math.min(Math.max(length, readAhead), head.indexAt - at);
        ahead = { at, bytes: readAt(fd, file, at, wanted) };
      }
      return ahead.bytes.subarray(at - ahead.at, at - ahead.at + length);
    };

    return {
      head,
      ids() {
        const ids = new Uint32Array(head.series);
        for (let index = 0; index < head.series; index++) {
          const { bytes } = blockOf(Math.floor(index / INDEX_BLOCK));
          ids[index] = bytes.readUInt32LE((index % INDEX_BLOCK) * ENTRY_BYTES);
        }
        return ids;
      },
      chunk(id) {
        const number = lastAtMost(topOf(), id);
        if (number < 0) return undefined;
        const { bytes, at: start } = blockOf(number);
        let at = start;
        for (let entry = 0; entry < bytes.length; entry += ENTRY_BYTES) {
          const found = bytes.readUInt32LE(entry);
          if (found > id) return undefined;
          const length = bytes.readUInt32LE(entry + 4);
          if (found === id) {
            const chunk = bytesAt(at, length);
            if (chunkCheck(chunk, id) !== bytes.readUInt32LE(entry + 8)) {
              throw damaged(file, `series ${id} does not match its check sum`);
            }
            return chunk;
          }
          at += length;
        }
        return undefined;
      },
      close: () => closeSync(fd),
    };
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

/** Number of the index block that may hold the series; -1 when it is below all. */
function lastAtMost(top: Buffer, id: number): number {
  let [low, high] = [0, top.length / TOP_BYTES];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (top.readUInt32LE(middle * TOP_BYTES) <= id) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
