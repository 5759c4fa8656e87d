// A small DNS server on the loopback (RFC 1035 §4) that answers what a test wants, right or wrong.

import { serveUdp } from './loopback-servers.ts';

const TYPES: Record<string, number> = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  MX: 15,
  TXT: 16,
  AAAA: 28,
  SRV: 33,
  CAA: 257,
};

export const nameBytes = (name: string): Buffer =>
  Buffer.concat([
    ...name
      .split('.')
      .filter(Boolean)
      .map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label)])),
    Buffer.from([0]),
  ]);

const uint16 = (...values: number[]): Buffer =>
  Buffer.concat(values.map((value) => Buffer.from([value >> 8, value & 255])));
const uint32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};

/** Contents of records by type. */
export const rdata = {
  a: (address: string) => Buffer.from(address.split('.').map(Number)),
  aaaa: (hex: string) => Buffer.from(hex, 'hex'),
  mx: (priority: number, name: string) => Buffer.concat([uint16(priority), nameBytes(name)]),
  srv: (priority: number, weight: number, port: number, name: string) =>
    Buffer.concat([uint16(priority, weight, port), nameBytes(name)]),
  txt: (...parts: string[]) =>
    Buffer.concat(parts.map((part) => Buffer.concat([Buffer.from([part.length]), Buffer.from(part)]))),
  soa: (serial: number) =>
    Buffer.concat([nameBytes('ns.example'), nameBytes('root.example'), uint32(serial), ...[1, 2, 3, 4].map(uint32)]),
  caa: (tag: string, value: string) => Buffer.concat([Buffer.from([0, tag.length]), Buffer.from(tag + value)]),
};

/** Records by "name TYPE"; a number in their place is a response code (3 = no such name). Anything else has no records. */
export type Zone = Record<string, Buffer[] | number>;

export const serveDns = (zone: Zone): Promise<number> =>
  serveUdp((query) => {
    const { name, type, end } = readQuestion(query);
    const found = zone[`${name} ${Object.keys(TYPES).find((each) => TYPES[each] === type)}`] ?? [];
    const records = typeof found === 'number' ? [] : found;
    const code = typeof found === 'number' ? found : 0;
    const header = Buffer.concat([query.subarray(0, 2), uint16(0x8580 | code, 1, records.length, 0, 0)]);
    const answers = records.map((data) =>
      Buffer.concat([uint16(0xc00c, type, 1), uint32(60), uint16(data.length), data]),
    );
    return [Buffer.concat([header, query.subarray(12, end), ...answers])];
  });

function readQuestion(query: Buffer): { name: string; type: number; end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += length + 1;
  }
  return { name: labels.join('.').toLowerCase(), type: query.readUInt16BE(at + 1), end: at + 5 };
}
