// The journal across lives: what is remembered, what is forgotten, what a crash costs.

import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openJournal, type JournalRecord } from '#agent/journal.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(os.tmpdir(), 'plexus-journal-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const DAY_MS = 86_400_000;
const accepted = (requestId: string, expiresAtMs = 1000): JournalRecord => ({
  ...{ kind: 'accepted', requestId, atMs: 1, expiresAtMs, skewMs: -5 },
});
const started: JournalRecord = { kind: 'started', requestId: 'r', atMs: 2 };
const canceled: JournalRecord = { kind: 'canceled', requestId: 'r', atMs: 3, by: 'user:anna' };
const finished: JournalRecord = {
  kind: 'finished',
  requestId: 'r',
  atMs: 4,
  outcome: { status: 'succeeded', result: { big: 1 } },
};
const kept: JournalRecord = { kind: 'kept', requestId: 'r', atMs: 5 };

const stories: [what: string, records: JournalRecord[], state: string | undefined, open: number][] = [
  ['nothing was asked', [], undefined, 0],
  ['accepted', [accepted('r')], 'accepted', 1],
  ['started', [accepted('r'), started], 'started', 1],
  ['asked to stop while it ran', [accepted('r'), started, canceled], 'started', 1],
  ['finished, the server has not heard', [accepted('r'), started, finished], 'finished', 1],
  ['finished and kept', [accepted('r'), started, finished, kept], 'kept', 0],
  ['a cancel without its request', [canceled], 'accepted', 1],
];
test.each(stories)('%s: the next life knows', (_what, records, state, open) => {
  const first = openJournal(directory, 10);
  for (const record of records) first.append(record);
  const before = first.get('r');
  first.close();
  for (let life = 0; life < 2; life++) {
    const next = openJournal(directory, 10);
    expect(next.get('r')?.state).toBe(state);
    expect(next.get('r')).toEqual(before);
    expect(next.open()).toHaveLength(open);
    next.close();
  }
});

test('a line that the crash cut short is dropped, and the next record starts on a line of its own', () => {
  const first = openJournal(directory, 10);
  first.append(accepted('r'));
  first.close();
  appendFileSync(path.join(directory, 'journal.jsonl'), '{"kind":"started","requestId":"r"');
  const second = openJournal(directory, 10);
  expect(second.get('r')?.state).toBe('accepted');
  second.append(started);
  second.close();
  expect(openJournal(directory, 10).get('r')?.state).toBe('started');
});

test('an id is remembered for a day beyond its expiry, and an open one for as long as it takes', () => {
  const first = openJournal(directory, 10);
  for (const record of [accepted('r', 1000), started, finished, kept, accepted('open', 1000)]) first.append(record);
  first.close();
  const lastDay = openJournal(directory, 1000 + DAY_MS);
  expect(lastDay.get('r')?.state).toBe('kept');
  lastDay.close();
  const after = openJournal(directory, 1001 + DAY_MS);
  expect([after.get('r'), after.get('open')?.state]).toEqual([undefined, 'accepted']);
});

test('it does not grow without end', () => {
  const journal = openJournal(directory, 10);
  const outcome = { status: 'failed' as const, reason: 'x'.repeat(3000) };
  for (let n = 0; n < 2500; n++) {
    const requestId = `r${n}`;
    journal.append(accepted(requestId, 20));
    journal.append({ kind: 'finished', requestId, atMs: 3 * DAY_MS, outcome });
    journal.append({ kind: 'kept', requestId, atMs: 3 * DAY_MS });
  }
  journal.close();
  expect(statSync(path.join(directory, 'journal.jsonl')).size).toBeLessThan(5_000_000);
  expect(readFileSync(path.join(directory, 'journal.jsonl'), 'utf8')).toContain('r2499');
});
