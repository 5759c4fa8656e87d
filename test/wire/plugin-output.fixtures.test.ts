// The nine texts that a real Nagios 4 split for us, the outputs of real plugins, and
// seeded damage to all of them: the parser answers, whatever comes.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { NO_OUTPUT, parsePluginOutput } from '#wire/plugin-output.ts';
import { readJsonLines } from '../support/fixtures.ts';

interface Recorded {
  id: string;
  raw_passive_command_text: string;
  short: string;
  long_escaped: string;
  perfdata: string;
}

const recorded = readJsonLines<Recorded>('nagios', 'plugins', 'output-parsing.jsonl');
const outputs = readJsonLines<{ name: string; stdout: string }>('nagios', 'plugins', 'outputs.jsonl');

// The command file's reader unescapes; Nagios escapes again when it stores long text.
const unescape = (text: string) => text.replace(/\\(n|\\)/g, (_, c: string) => (c === 'n' ? '\n' : '\\'));
const escape = (text: string) => text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');

for (const row of recorded) {
  test(`${row.id} is split as Nagios split it`, () => {
    const output = parsePluginOutput(unescape(row.raw_passive_command_text));
    expect({ short: output.short, long: escape(output.long), perfdata: output.perfdata }).toEqual({
      short: row.short,
      long: row.long_escaped,
      perfdata: row.perfdata,
    });
  });
}

const cases: [string, string | Uint8Array, Partial<ReturnType<typeof parsePluginOutput>>][] = [
  ['nothing at all', '', { short: NO_OUTPUT, long: '', perfdata: '' }],
  ['only newlines', '\n\n\n', { short: NO_OUTPUT, long: '', perfdata: '' }],
  ['Windows line ends', 'OK crlf|a=1\r\nlong\r\n', { short: 'OK crlf', long: 'long', perfdata: 'a=1' }],
  ['a NUL stays visible', 'OK a\0b|c=1\n', { short: 'OK a\uFFFDb', perfdata: 'c=1' }],
  ['Latin-1 is replaced', Buffer.from('OK caf\xe9|a=1\n', 'latin1'), { short: 'OK caf\uFFFD', perfdata: 'a=1' }],
  ['semicolons stay in long text', 'a;b\nc;d\n', { short: 'a:b', long: 'c;d' }],
];
test.each(cases)('%s', (_, stdout, expected) => {
  expect(parsePluginOutput(stdout)).toMatchObject(expected);
});

test('output past 64 KB is cut, without half a character at the cut', () => {
  const exact = parsePluginOutput('x'.repeat(65_536));
  expect([exact.short.length, exact.isCut]).toEqual([65_536, false]);
  const over = parsePluginOutput('x'.repeat(65_535) + 'é|a=1');
  expect([over.short.length, over.isCut, over.perfdata]).toEqual([65_535, true, '']);
});

test('damaged outputs are still split: no throw, no newline in the short text, no NUL anywhere', () => {
  const golden = [
    ...recorded.map((row) => unescape(row.raw_passive_command_text)),
    ...outputs.map((row) => row.stdout),
  ];
  const damage = fc.array(
    fc.record({ kind: fc.constantFrom('flip', 'cut', 'insert'), at: fc.nat(), byte: fc.nat(255) }),
    { maxLength: 12 },
  );
  fc.assert(
    fc.property(fc.constantFrom(...golden), damage, (text, steps) => {
      let bytes = Buffer.from(text);
      for (const { kind, at, byte } of steps) {
        const place = at % (bytes.length + 1);
        if (kind === 'cut') bytes = bytes.subarray(0, place);
        else
          bytes = Buffer.concat([
            bytes.subarray(0, place),
            Buffer.of(byte),
            bytes.subarray(place + (kind === 'flip' ? 1 : 0)),
          ]);
      }
      const { short, long, perfdata } = parsePluginOutput(bytes);
      expect(short).not.toMatch(/[\n\r;|]/);
      expect(short + long + perfdata).not.toMatch(/[\0\r]/);
    }),
    { seed: 20_260_105, numRuns: 2000 },
  );
});
