// Bounded XDR (RFC 4506) over one datagram: nothing is read past its end, nothing
// is allocated by a length that the datagram does not hold.

import { decodeText, encodeText } from './wire-text.ts';

/**
 * Reads big-endian words from `bytes`. The first read that does not fit makes the
 * reader fail for good: it then returns 0 and '', so a decoder asks `failed` once at
 * its end instead of after each field. Nothing throws.
 */
export class XdrReader {
  /** What went wrong first; undefined while all is well. */
  failed: string | undefined;
  /** Offset of the field being read, or of the one that failed. */
  offset = 0;
  #bytes: Buffer = Buffer.alloc(0);
  readonly #text: (bytes: Buffer, start: number, end: number) => string;

  /** `text` turns bytes into a string; hand in a cache's lookup where the same words come again and again. */
  constructor(text: (bytes: Buffer, start: number, end: number) => string = decodeText) {
    this.#text = text;
  }

  /** Starts over on another datagram. */
  reset(bytes: Buffer): void {
    this.#bytes = bytes;
    this.offset = 0;
    this.failed = undefined;
  }

  get remaining(): number {
    return this.#bytes.length - this.offset;
  }

  fail(reason: string): void {
    this.failed ??= reason;
  }

  #take(length: number): number | undefined {
    if (this.failed !== undefined) return undefined;
    const start = this.offset;
    if (start + length > this.#bytes.length) {
      this.failed = 'truncated';
      return undefined;
    }
    this.offset = start + length;
    return start;
  }

  uint(): number {
    const at = this.#take(4);
    return at === undefined ? 0 : this.#bytes.readUInt32BE(at);
  }

  int(): number {
    const at = this.#take(4);
    return at === undefined ? 0 : this.#bytes.readInt32BE(at);
  }

  float(): number {
    const at = this.#take(4);
    return at === undefined ? 0 : this.#bytes.readFloatBE(at);
  }

  double(): number {
    const at = this.#take(8);
    return at === undefined ? 0 : this.#bytes.readDoubleBE(at);
  }

  string(): string {
    const length = this.uint();
    if (length === 0) return '';
    // Compared before it is rounded up: a length near 2^32 must not wrap.
    if (length > this.remaining) {
      this.fail('truncated');
      return '';
    }
    const at = this.#take((length + 3) & ~3);
    return at === undefined ? '' : this.#text(this.#bytes, at, at + length);
  }
}

/** Writes big-endian words; grows as needed. `finish` hands out the bytes written. */
export class XdrWriter {
  #bytes = Buffer.allocUnsafe(512);
  #offset = 0;

  #room(length: number): number {
    const start = this.#offset;
    this.#offset += length;
    if (this.#offset > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#offset));
      this.#bytes.copy(larger, 0, 0, start);
      this.#bytes = larger;
    }
    return start;
  }

  /** Modulo 2^32. */
  uint(value: number): void {
    const at = this.#room(4);
    this.#bytes.writeUInt32BE(value >>> 0, at);
  }

  /** Modulo 2^32, in two's complement. */
  int(value: number): void {
    const at = this.#room(4);
    this.#bytes.writeInt32BE(value | 0, at);
  }

  float(value: number): void {
    const at = this.#room(4);
    this.#bytes.writeFloatBE(value, at);
  }

  double(value: number): void {
    const at = this.#room(8);
    this.#bytes.writeDoubleBE(value, at);
  }

  string(text: string): void {
    const bytes = encodeText(text);
    this.uint(bytes.length);
    const padded = (bytes.length + 3) & ~3;
    const at = this.#room(padded);
    this.#bytes.fill(0, at + bytes.length, at + padded);
    this.#bytes.set(bytes, at);
  }

  finish(): Buffer {
    return this.#bytes.subarray(0, this.#offset);
  }
}
