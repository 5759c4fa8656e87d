// What a program printed, on disk until the server has it: the first bytes and the
// last ones, with a count of those between. Survives a kill of the agent.

import {
  appendFileSync,
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  truncateSync,
} from 'node:fs';
import path from 'node:path';

export type OutputStream = 'stdout' | 'stderr';

interface OutputRecord {
  stream: OutputStream;
  atMs: number;
  bytes: Buffer;
  /** Bytes left out before this record. */
  omittedBytes: number;
}

export interface OutputSpool {
  append(stream: OutputStream, atMs: number, bytes: Buffer): void;
  /** Records that can be sent: the head while the program runs, the tail too once sealed. */
  count(): number;
  read(seq: number): OutputRecord;
  /** No more comes: the tail becomes readable after the head. Idempotent. */
  seal(): { outputBytes: number; omittedBytes: number };
}

interface OutputCaps {
  headBytes: number;
  tailBytes: number;
}

const DEFAULT_CAPS: OutputCaps = { headBytes: 1024 * 1024, tailBytes: 4 * 1024 * 1024 };

// Record: stream, instant, offset of its first byte in the whole output, length; then the bytes.
const HEADER_BYTES = 1 + 8 + 8 + 4;
const MOST_HEAD_RECORDS = 50_000;
const SEGMENT_BYTES = 512 * 1024;

interface Place {
  file: string;
  position: number;
  offset: number;
  lengthBytes: number;
}

interface Segment {
  file: string;
  sizeBytes: number;
}

/** Opens the spool in `directory`, going on where a former life stopped. Throws as node:fs does. */
export function openOutputSpool(directory: string, caps: OutputCaps = DEFAULT_CAPS): OutputSpool {
  const headFile = path.join(directory, 'output.head');
  const places = scan(headFile);
  const segments: Segment[] = tailFiles(directory).map((file) => ({ file, sizeBytes: bytesIn(scan(file)) }));
  const lastPlaces = segments.length > 0 ? scan(segments.at(-1)?.file ?? headFile) : places;
  let seenBytes = endOf(lastPlaces);
  let headBytes = bytesIn(places);
  let nextSegment = segments.length === 0 ? 0 : segmentNumber(segments.at(-1)?.file ?? '') + 1;
  let headIsFull = segments.length > 0;
  let sealed = false;

  function appendTail(record: Buffer, lengthBytes: number): void {
    let current = segments.at(-1);
    if (!current || current.sizeBytes >= SEGMENT_BYTES) {
      current = { file: path.join(directory, `output.tail-${nextSegment++}`), sizeBytes: 0 };
      segments.push(current);
    }
    appendFileSync(current.file, record);
    current.sizeBytes += lengthBytes;
    let kept = segments.reduce((sum, segment) => sum + segment.sizeBytes, 0);
    for (let [oldest] = segments; oldest && kept - oldest.sizeBytes >= caps.tailBytes; [oldest] = segments) {
      kept -= oldest.sizeBytes;
      rmSync(oldest.file, { force: true });
      segments.shift();
    }
  }

  return {
    append(stream, atMs, bytes) {
      const record = encodeRecord(stream, atMs, seenBytes, bytes);
      headIsFull ||= headBytes + bytes.length > caps.headBytes || places.length >= MOST_HEAD_RECORDS;
      if (headIsFull) appendTail(record, bytes.length);
      else {
        const position = (places.at(-1)?.position ?? -HEADER_BYTES) + HEADER_BYTES + (places.at(-1)?.lengthBytes ?? 0);
        appendFileSync(headFile, record);
        places.push({ file: headFile, position, offset: seenBytes, lengthBytes: bytes.length });
        headBytes += bytes.length;
      }
      seenBytes += bytes.length;
    },
    count: () => places.length,
    read(seq) {
      const place = places[seq];
      if (!place) throw new Error(`output record ${seq} of ${places.length} was asked for`);
      const before = places[seq - 1];
      return readRecord(place, place.offset - (before ? before.offset + before.lengthBytes : 0));
    },
    seal() {
      if (!sealed) for (const segment of segments) places.push(...scan(segment.file));
      sealed = true;
      return { outputBytes: seenBytes, omittedBytes: seenBytes - bytesIn(places) };
    },
  };
}

function encodeRecord(stream: OutputStream, atMs: number, offset: number, bytes: Buffer): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt8(stream === 'stdout' ? 1 : 2, 0);
  header.writeDoubleLE(atMs, 1);
  header.writeDoubleLE(offset, 9);
  header.writeUInt32LE(bytes.length, 17);
  return Buffer.concat([header, bytes]);
}

function readRecord(place: Place, omittedBytes: number): OutputRecord {
  const record = Buffer.alloc(HEADER_BYTES + place.lengthBytes);
  const fd = openSync(place.file, 'r');
  try {
    readSync(fd, record, 0, record.length, place.position);
  } finally {
    closeSync(fd);
  }
  return {
    stream: record.readUInt8(0) === 1 ? 'stdout' : 'stderr',
    atMs: record.readDoubleLE(1),
    bytes: record.subarray(HEADER_BYTES),
    omittedBytes,
  };
}

/** Places of the whole records in a file; a record that a crash cut short is cut off. */
function scan(file: string): Place[] {
  if (!existsSync(file)) return [];
  const content = readFileSync(file);
  const places: Place[] = [];
  let position = 0;
  while (position + HEADER_BYTES <= content.length) {
    const lengthBytes = content.readUInt32LE(position + 17);
    if (position + HEADER_BYTES + lengthBytes > content.length) break;
    places.push({ file, position, offset: content.readDoubleLE(position + 9), lengthBytes });
    position += HEADER_BYTES + lengthBytes;
  }
  if (position < content.length) truncateSync(file, position);
  return places;
}

const bytesIn = (places: readonly Place[]): number => places.reduce((sum, place) => sum + place.lengthBytes, 0);
const endOf = (places: readonly Place[]): number => {
  const last = places.at(-1);
  return last ? last.offset + last.lengthBytes : 0;
};
const segmentNumber = (file: string): number => Number(/tail-(\d+)$/.exec(file)?.[1] ?? 0);
const tailFiles = (directory: string): string[] =>
  readdirSync(directory)
    .filter((name) => /^output\.tail-\d+$/.test(name))
    .map((name) => path.join(directory, name))
    .sort((a, b) => segmentNumber(a) - segmentNumber(b));
