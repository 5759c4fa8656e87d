// A name server that is gone, or says nothing: data sources are polled at their last addresses.

import type { LookupFunction } from 'node:net';
import { expect, test } from 'vitest';
import { createNameLookup } from '#collector/polling/fetch-xml.ts';
import { FakeClock } from '#test/support/fake-clock.ts';

function nameServer() {
  const clock = new FakeClock();
  const asked: Parameters<LookupFunction>[2][] = [];
  const answers: unknown[] = [];
  const lookUp = createNameLookup(clock, 10, (_name, _options, callback) => void asked.push(callback));
  const ask = (name = 'gmond.example') =>
    lookUp(name, { all: true }, (error, address) => answers.push(error ? error.message : address));
  return { clock, asked, answers, ask };
}
const ADDRESSES = [{ address: '10.0.0.1', family: 4 }];

test('one that says nothing: the last address, in time for the connection', () => {
  const { clock, asked, answers, ask } = nameServer();
  ask();
  asked[0]?.(null, ADDRESSES);
  ask();
  clock.advance(2000);
  expect(answers).toEqual([ADDRESSES, ADDRESSES]);
  asked[1]?.(new Error('timed out'), []);
  expect(answers).toHaveLength(2);
});

test('one that says nothing for hours is asked for each name once, and not again for every poll', () => {
  const { clock, asked, ask } = nameServer();
  for (let poll = 0; poll < 100; poll++) {
    for (const name of ['a', 'b', 'c']) ask(name);
    clock.advance(15_000);
  }
  expect(asked).toHaveLength(2);
  asked[0]?.(new Error('timed out'), []);
  expect(asked).toHaveLength(3);
});

test('one that refuses: the last address; its error where there is none', () => {
  const { asked, answers, ask } = nameServer();
  ask();
  asked[0]?.(new Error('no such name'), []);
  ask();
  asked[1]?.(null, ADDRESSES);
  ask();
  asked[2]?.(new Error('refused'), []);
  expect(answers).toEqual(['no such name', ADDRESSES, ADDRESSES]);
});
