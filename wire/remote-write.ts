// Prometheus remote-write requests (version 1): protobuf to samples. Pure.
// Source: "Prometheus Remote-Write 1.0" specification; prompb/remote.proto and types.proto.

import type { Decoded } from '#kernel/errors.ts';

export interface RemoteSeries {
  /** `__name__` and the rest, sorted by the sender. */
  labels: Map<string, string>;
  samples: { value: number; atMs: number }[];
}

/** Metadata as a sender repeats it now and then. */
export interface RemoteMetadata {
  family: string;
  /** counter, gauge, histogram, summary …; 'unknown' for the rest. */
  type: string;
  help: string;
  unit: string;
}

export interface RemoteWrite {
  series: RemoteSeries[];
  metadata: RemoteMetadata[];
}

const TYPES = ['unknown', 'counter', 'gauge', 'histogram', 'gaugehistogram', 'summary', 'info', 'stateset'];

const WIRE = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

/** Reason `bad_protobuf`; unknown fields are skipped, as protobuf asks. Never throws. */
export function decodeRemoteWrite(bytes: Uint8Array): Decoded<RemoteWrite> {
  const request: RemoteWrite = { series: [], metadata: [] };
  const reader = new FieldReader(bytes, 0, bytes.length);
  while (reader.next()) {
    if (reader.field === 1) request.series.push(readSeries(reader.message()));
    else if (reader.field === 3) request.metadata.push(readMetadata(reader.message()));
  }
  return reader.fault.at === undefined
    ? { ok: true, value: request }
    : { ok: false, reason: 'bad_protobuf', at: reader.fault.at };
}

function readSeries(reader: FieldReader): RemoteSeries {
  const series: RemoteSeries = { labels: new Map(), samples: [] };
  while (reader.next()) {
    if (reader.field === 1) {
      const [name, value] = readLabel(reader.message());
      series.labels.set(name, value);
    } else if (reader.field === 2) series.samples.push(readSample(reader.message()));
  }
  return series;
}

function readLabel(reader: FieldReader): [name: string, value: string] {
  const label: [string, string] = ['', ''];
  while (reader.next()) {
    if (reader.field === 1) label[0] = reader.text();
    else if (reader.field === 2) label[1] = reader.text();
  }
  return label;
}

function readSample(reader: FieldReader): { value: number; atMs: number } {
  const sample = { value: 0, atMs: 0 };
  while (reader.next()) {
    if (reader.field === 1) sample.value = reader.double();
    else if (reader.field === 2) sample.atMs = reader.integer();
  }
  return sample;
}

function readMetadata(reader: FieldReader): RemoteMetadata {
  const metadata: RemoteMetadata = { family: '', type: 'unknown', help: '', unit: '' };
  while (reader.next()) {
    if (reader.field === 1) metadata.type = TYPES[reader.integer()] ?? 'unknown';
    else if (reader.field === 2) metadata.family = reader.text();
    else if (reader.field === 4) metadata.help = reader.text();
    else if (reader.field === 5) metadata.unit = reader.text();
  }
  return metadata;
}

/** Walks the fields of one message. The first fault ends the walk of the message and of those around it. */
class FieldReader {
  readonly #view: DataView;
  readonly #bytes: Uint8Array;
  readonly #end: number;
  readonly fault: { at: number | undefined };
  #at: number;
  /** Of the value of the current field. */
  #valueAt = 0;
  #wire = 0;
  field = 0;

  constructor(bytes: Uint8Array, at: number, end: number, fault: { at: number | undefined } = { at: undefined }) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#at = at;
    this.#end = end;
    this.fault = fault;
  }

  /** Steps onto the next field; false at the end of the message or at a fault. */
  next(): boolean {
    if (this.fault.at !== undefined || this.#at >= this.#end) return false;
    const key = this.#varint();
    this.field = Math.floor(key / 8);
    this.#wire = key % 8;
    this.#valueAt = this.#at;
    if (this.#wire === WIRE.varint) this.#varint();
    else if (this.#wire === WIRE.fixed64) this.#at += 8;
    else if (this.#wire === WIRE.fixed32) this.#at += 4;
    else if (this.#wire === WIRE.bytes) {
      const length = this.#varint();
      this.#valueAt = this.#at;
      this.#at += length;
    } else this.#fail();
    if (this.#at > this.#end) this.#fail();
    return this.fault.at === undefined;
  }

  message(): FieldReader {
    const [start, end] = this.#expect(WIRE.bytes);
    return new FieldReader(this.#bytes, start, end, this.fault);
  }

  text(): string {
    const [start, end] = this.#expect(WIRE.bytes);
    return UTF8.decode(this.#bytes.subarray(start, end));
  }

  double(): number {
    const [start, end] = this.#expect(WIRE.fixed64);
    return end - start === 8 ? this.#view.getFloat64(start, true) : 0;
  }

  /** Exact up to 2^53, which every instant in milliseconds is. */
  integer(): number {
    const [start] = this.#expect(WIRE.varint);
    const after = this.#at;
    this.#at = start;
    const value = this.#varint();
    this.#at = after;
    return value;
  }

  #expect(wire: number): [start: number, end: number] {
    if (this.#wire === wire) return [this.#valueAt, this.#at];
    this.#fail();
    return [this.#end, this.#end];
  }

  #varint(): number {
    // In two parts, since a negative number comes as 2^64 - n, where a double is no longer exact.
    let [low, high] = [0, 0];
    for (let size = 0; size < 10; size++) {
      const byte = this.#at < this.#end ? this.#bytes[this.#at] : undefined;
      if (byte === undefined) break;
      this.#at++;
      if (size < 4) low += (byte & 0x7f) * 2 ** (7 * size);
      else high += (byte & 0x7f) * 2 ** (7 * (size - 4));
      if (byte < 0x80) return (high >= 2 ** 35 ? high - 2 ** 36 : high) * 2 ** 28 + low;
    }
    this.#fail();
    return 0;
  }

  #fail(): void {
    this.fault.at ??= Math.min(this.#at, this.#end);
  }
}

const UTF8 = new TextDecoder();
