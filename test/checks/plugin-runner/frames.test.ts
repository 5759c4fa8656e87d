// Frames between the server and its runners: what is written is read again, in any
// pieces; damaged ones are refused and never read past their end.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  createAnswerReader,
  createRequestReader,
  encodeEnd,
  encodeKill,
  encodeReady,
  encodeRun,
  encodeStarted,
  type RunEnd,
} from '#checks/plugin-runner/frames.ts';

const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));
const end: fc.Arbitrary<RunEnd> = fc.record({
  how: fc.constantFrom('exited', 'signalled', 'flooded', 'not_started'),
  code: fc.nat(255),
  cpuMs: fc.option(fc.nat(4_000_000), { nil: undefined }),
  stdout: bytes,
  stderr: bytes,
});
const id = fc.nat(0xffff_ffff);
const word = fc.string({ unit: 'binary', maxLength: 20 }).map((text) => text.replaceAll('\0', '').toWellFormed());
const env = fc.dictionary(fc.stringMatching(/^[A-Z_]{1,8}$/), word, { noNullPrototype: true });

/** The stream in pieces of the given sizes. */
function* pieces(stream: Buffer, sizes: number[]): Generator<Buffer> {
  let at = 0;
  for (const size of [...sizes, stream.length]) {
    yield stream.subarray(at, at + size);
    at += size;
  }
}

test('answers are read as they were written, in whatever pieces they arrive', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(id, end), { maxLength: 5 }), fc.array(fc.nat(40)), (ends, sizes) => {
      const frames = [encodeReady(), ...ends.map(([id, end]) => encodeEnd(id, end)), encodeStarted(7, 4711)];
      const read = createAnswerReader();
      const seen = [...pieces(Buffer.concat(frames), sizes)].flatMap<unknown>((piece) => read(piece) ?? ['broken']);
      expect(seen).toEqual([
        { kind: 'ready' },
        ...ends.map(([id, end]) => ({ kind: 'end', id, end })),
        { kind: 'started', id: 7, pid: 4711 },
      ]);
    }),
  );
});

test('requests are read as they were written', () => {
  fc.assert(
    fc.property(id, fc.array(word, { minLength: 1, maxLength: 6 }), env, (id, argv, env) => {
      const run = encodeRun(id, argv, env);
      if (typeof run === 'string') throw new Error(run);
      expect(createRequestReader()(Buffer.concat([run, encodeKill(id)]))).toEqual([
        { kind: 'run', id, argv, env },
        { kind: 'kill', id },
      ]);
    }),
  );
});

test('damaged streams are refused for good, or are other frames; never more than was sent', () => {
  fc.assert(
    fc.property(end, fc.nat(400), fc.nat(255), fc.nat(400), (end, at, value, cut) => {
      const stream = Buffer.concat([encodeEnd(1, end), encodeEnd(2, end)]);
      stream.writeUInt8(value, at % stream.length);
      const read = createAnswerReader();
      const answers = read(stream.subarray(0, stream.length - (cut % stream.length)));
      if (!answers) expect(read(encodeReady())).toBeUndefined();
      else expect(answers.length).toBeLessThanOrEqual(stream.length / 5);
    }),
  );
});

test.each([
  ['a length of nothing', '0000000001'],
  ['a length of gigabytes', 'ffffffff02'],
  ['a kind that is none', '00000001ff'],
  ['an end without its head', '0000000402000000'],
  ['a stdout longer than the frame', `0000000f02${'00'.repeat(10)}00000001`],
])('%s is no frame', (_, hex) => {
  expect(createAnswerReader()(Buffer.from(hex, 'hex'))).toBeUndefined();
});

test.each([
  ['a run without words', [], {}, 'EINVAL'],
  ['a NUL in a word', ['a\0b'], {}, 'EINVAL'],
  ['a NUL in a variable', ['a'], { A: '\0' }, 'EINVAL'],
  ['three megabytes', ['a'.repeat(3_000_000)], {}, 'E2BIG'],
])('%s is not sent', (_, argv, env, reason) => {
  expect(encodeRun(1, argv, env)).toBe(reason);
});
