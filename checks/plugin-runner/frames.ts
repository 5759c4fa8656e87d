// What the server and a runner process say to each other: frames of a length (uint32,
// without itself), a kind (uint8) and a body, big-endian. One file for both ends of it.

/** To the runner. */
const RUN = 1;
const KILL = 2;
/** From the runner. */
const READY = 1;
const END = 2;
const STARTED = 3;

/** In the order of their codes on the wire. */
const HOWS = ['exited', 'signalled', 'flooded', 'not_started'] as const;

/** Linux refuses arguments and environment of 2 MB in all, so no request can be longer. */
const MAX_REQUEST_BYTES = 2 * 1024 * 1024;
/** Two heads of 64 KB, with room. */
const MAX_ANSWER_BYTES = 256 * 1024;
const NO_CPU = 0xffff_ffff;
const RUN_HEAD_BYTES = 6;
const END_HEAD_BYTES = 14;

export interface RunEnd {
  how: (typeof HOWS)[number];
  /** Exit code, number of the signal, or errno, by `how`. */
  code: number;
  /** CPU time of the program and of the children it waited for; undefined where the runner cannot know. */
  cpuMs: number | undefined;
  stdout: Buffer;
  stderr: Buffer;
}

/** What a runner says. */
export type Answer =
  | { kind: 'ready' }
  /** Only from a runner whose programs do not stay in its session. */
  | { kind: 'started'; id: number; pid: number }
  | { kind: 'end'; id: number; end: RunEnd };

/** What a runner is told. */
export type Request =
  { kind: 'run'; id: number; argv: string[]; env: Record<string, string> } | { kind: 'kill'; id: number };

function frame(kind: number, body: Buffer): Buffer {
  const head = Buffer.allocUnsafe(5);
  head.writeUInt32BE(body.length + 1, 0);
  head.writeUInt8(kind, 4);
  return Buffer.concat([head, body]);
}

/** Name of the error for a run that no kernel would take: no program, a NUL in a word, or too much of it. */
export function encodeRun(
  id: number,
  argv: readonly string[],
  env: Record<string, string>,
): Buffer | 'EINVAL' | 'E2BIG' {
  const all = [...argv];
  for (const name in env) all.push(`${name}=${env[name]}`);
  if (argv.length === 0 || all.some((word) => word.includes('\0'))) return 'EINVAL';
  const words = all.join('\0');
  const wordBytes = Buffer.byteLength(words);
  if (wordBytes > MAX_REQUEST_BYTES || argv.length > 0xffff) return 'E2BIG';
  const bytes = Buffer.allocUnsafe(5 + RUN_HEAD_BYTES + wordBytes);
  bytes.writeUInt32BE(1 + RUN_HEAD_BYTES + wordBytes, 0);
  bytes.writeUInt8(RUN, 4);
  bytes.writeUInt32BE(id, 5);
  bytes.writeUInt16BE(argv.length, 9);
  bytes.write(words, 11);
  return bytes;
}

const uint32 = (...values: number[]): Buffer => {
  const bytes = Buffer.allocUnsafe(4 * values.length);
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value, 4 * index);
  return bytes;
};

export const encodeKill = (id: number): Buffer => frame(KILL, uint32(id));
export const encodeReady = (): Buffer => frame(READY, Buffer.alloc(0));
export const encodeStarted = (id: number, pid: number): Buffer => frame(STARTED, uint32(id, pid));

export function encodeEnd(id: number, { how, code, cpuMs, stdout, stderr }: RunEnd): Buffer {
  const head = Buffer.allocUnsafe(END_HEAD_BYTES);
  head.writeUInt32BE(id, 0);
  head.writeUInt8(HOWS.indexOf(how), 4);
  head.writeUInt8(code & 255, 5);
  head.writeUInt32BE(cpuMs === undefined ? NO_CPU : Math.round(cpuMs * 1000), 6);
  head.writeUInt32BE(stdout.length, 10);
  return frame(END, Buffer.concat([head, stdout, stderr]));
}

/** Undefined for a body that no runner writes. */
function decodeAnswer(kind: number, body: Buffer): Answer | undefined {
  if (kind === READY) return { kind: 'ready' };
  if (kind === STARTED && body.length === 8) {
    return { kind: 'started', id: body.readUInt32BE(0), pid: body.readUInt32BE(4) };
  }
  if (kind !== END || body.length < END_HEAD_BYTES) return undefined;
  const how = HOWS[body.readUInt8(4)];
  const cpuMicros = body.readUInt32BE(6);
  const stderrAt = END_HEAD_BYTES + body.readUInt32BE(10);
  if (how === undefined || stderrAt > body.length) return undefined;
  return {
    kind: 'end',
    id: body.readUInt32BE(0),
    end: {
      how,
      code: body.readUInt8(5),
      cpuMs: cpuMicros === NO_CPU ? undefined : cpuMicros / 1000,
      stdout: body.subarray(END_HEAD_BYTES, stderrAt),
      stderr: body.subarray(stderrAt),
    },
  };
}

function decodeRequest(kind: number, body: Buffer): Request | undefined {
  if (kind === KILL && body.length === 4) return { kind: 'kill', id: body.readUInt32BE(0) };
  if (kind !== RUN || body.length < RUN_HEAD_BYTES) return undefined;
  const argc = body.readUInt16BE(4);
  const words = body.toString('utf8', RUN_HEAD_BYTES).split('\0');
  if (argc === 0 || words.length < argc) return undefined;
  const env = words.slice(argc).map((word): [string, string] => {
    const equals = word.indexOf('=');
    return [word.slice(0, equals), word.slice(equals + 1)];
  });
  return { kind: 'run', id: body.readUInt32BE(0), argv: words.slice(0, argc), env: Object.fromEntries(env) };
}

export const createAnswerReader = () => createFrameReader(MAX_ANSWER_BYTES, decodeAnswer);
export const createRequestReader = () => createFrameReader(MAX_REQUEST_BYTES + 64, decodeRequest);

/**
 * Cuts a stream into frames. Each call takes the next bytes and gives what is complete by then, or undefined
 * once something was no frame: the stream cannot be trusted from there on, and stays so. Frames point into the bytes given.
 */
function createFrameReader<Frame>(maxBytes: number, decode: (kind: number, body: Buffer) => Frame | undefined) {
  let rest: Buffer = Buffer.alloc(0);
  let isBroken = false;
  return (chunk: Buffer): Frame[] | undefined => {
    if (isBroken) return undefined;
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const frames: Frame[] = [];
    let at = 0;
    while (bytes.length - at >= 5) {
      const length = bytes.readUInt32BE(at);
      if (length < 1 || length > maxBytes) isBroken = true;
      if (isBroken || bytes.length - at < 4 + length) break;
      const decoded = decode(bytes.readUInt8(at + 4), bytes.subarray(at + 5, at + 4 + length));
      if (decoded === undefined) isBroken = true;
      else frames.push(decoded);
      at += 4 + length;
    }
    rest = bytes.subarray(at);
    return isBroken ? undefined : frames;
  };
}
