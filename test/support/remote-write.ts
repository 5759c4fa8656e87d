// Writes remote-write requests as Prometheus does, for the tests of the side that reads them.

interface Request {
  series: { labels: Record<string, string>; samples: { value: number; atMs: number }[] }[];
  metadata: { family: string; type: number; help: string; unit: string }[];
}

function varint(value: number | bigint): number[] {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  return [...bytes, Number(rest)];
}

const field = (number: number, bytes: readonly number[]): number[] => [
  ...varint(number * 8 + 2),
  ...varint(bytes.length),
  ...bytes,
];
const text = (number: number, value: string): number[] => field(number, [...Buffer.from(value)]);

function double(number: number, value: number): number[] {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return [...varint(number * 8 + 1), ...bytes];
}

export function encodeRemoteWrite(request: Request): Uint8Array {
  const series = request.series.flatMap(({ labels, samples }) =>
    field(1, [
      ...Object.entries(labels).flatMap(([name, value]) => field(1, [...text(1, name), ...text(2, value)])),
      ...samples.flatMap(({ value, atMs }) => field(2, [...double(1, value), ...varint(16), ...varint(atMs)])),
    ]),
  );
  const metadata = request.metadata.flatMap(({ family, type, help, unit }) =>
    field(3, [...varint(8), ...varint(type), ...text(2, family), ...text(4, help), ...text(5, unit)]),
  );
  return Uint8Array.from([...series, ...metadata]);
}
