// The few ASN.1 DER encodings that an X.509 certificate needs (ITU-T X.690).

const tlv = (tag: number, ...contents: Uint8Array[]): Buffer => {
  const content = Buffer.concat(contents);
  return Buffer.concat([Buffer.from([tag]), lengthOf(content.length), content]);
};

// X.690 §8.1.3: one byte below 128, else the count of length bytes and then those.
function lengthOf(length: number): Buffer {
  if (length < 128) return Buffer.from([length]);
  const hex = length.toString(16);
  const bytes = Buffer.from(hex.length % 2 ? `0${hex}` : hex, 'hex');
  return Buffer.concat([Buffer.from([0x80 | bytes.length]), bytes]);
}

// Base 128, high bit set on all bytes but the last.
function base128(value: number): number[] {
  const bytes = [value & 0x7f];
  for (let rest = value >>> 7; rest > 0; rest >>>= 7) bytes.unshift((rest & 0x7f) | 0x80);
  return bytes;
}

export const der = {
  sequence: (...parts: Uint8Array[]) => tlv(0x30, ...parts),
  set: (...parts: Uint8Array[]) => tlv(0x31, ...parts),
  /** Constructed, context-specific tag [number]. */
  explicit: (number: number, ...parts: Uint8Array[]) => tlv(0xa0 | number, ...parts),
  /** Primitive, context-specific tag [number]. */
  implicit: (number: number, content: Uint8Array) => tlv(0x80 | number, content),
  /** Non-negative, big-endian. */
  integer(bytes: Uint8Array) {
    const firstUsed = bytes.findIndex((byte) => byte !== 0);
    const trimmed = firstUsed < 0 ? new Uint8Array(1) : bytes.subarray(firstUsed);
    return tlv(0x02, (trimmed[0] ?? 0) & 0x80 ? new Uint8Array(1) : new Uint8Array(0), trimmed);
  },
  boolean: (value: boolean) => tlv(0x01, Buffer.from([value ? 0xff : 0])),
  octetString: (content: Uint8Array) => tlv(0x04, content),
  /** Whole bytes only: no unused bits. */
  bitString: (content: Uint8Array) => tlv(0x03, Buffer.from([0]), content),
  utf8: (text: string) => tlv(0x0c, Buffer.from(text, 'utf8')),
  oid(dotted: string) {
    const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
    return tlv(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
  },
  /** RFC 5280 §4.1.2.5: UTCTime up to 2049, GeneralizedTime after it. */
  time(atMs: number) {
    const digits = new Date(atMs).toISOString().replaceAll(/[-:T]|\.\d+/g, '');
    return Number(digits.slice(0, 4)) < 2050 ? tlv(0x17, Buffer.from(digits.slice(2))) : tlv(0x18, Buffer.from(digits));
  },
};
