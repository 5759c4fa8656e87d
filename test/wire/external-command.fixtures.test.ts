// Every command that was given to a real Nagios 4 when its state machine was recorded.

import { expect, test } from 'vitest';
import { parseCommand } from '#wire/external-command.ts';
import { readJsonLines } from '../support/fixtures.ts';

/** Commands stand as ["X", text] at some depth of a step's input; times in them are marks. */
const commandsIn = (input: unknown): string[] => {
  if (!Array.isArray(input)) return [];
  const [kind, text]: unknown[] = input;
  return kind === 'X' && typeof text === 'string' ? [text] : input.flatMap(commandsIn);
};
const given = readJsonLines<{ input: unknown }>('nagios', 'statemachine', 'vectors.jsonl')
  .flatMap(({ input }) => commandsIn(input))
  .map((text) => text.replaceAll(/\$NOW(\+\d+)?\$/g, '1700000000'));

test('there are commands in the recording', () => {
  expect(given.length).toBeGreaterThan(10);
});

test.each([...new Set(given)])('%s', (text) => {
  expect(parseCommand(text)).toMatchObject({ ok: true });
});
