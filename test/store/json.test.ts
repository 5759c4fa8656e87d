// What PostgreSQL cannot store in JSON is replaced, and nothing else.

import { sql } from 'kysely';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { appendAudit, verifyAuditTrail } from '#store/audit-trail.ts';
import { json } from '#store/json.ts';
import { transaction } from '#store/postgres.ts';
import { openTestDatabase } from '../support/database.ts';

const cases: [what: string, text: string, stored: string][] = [
  ['NUL becomes the replacement character', 'a\0b', 'a\uFFFDb'],
  ['so does half of a character, at the end or in the middle', 'x\uD83D y\uDE00', 'x\uFFFD y\uFFFD'],
  ['a whole character stays', 'well 😀', 'well 😀'],
  ['a backslash before what looks like an escape stays', 'C:\\u0000 \\ud83d \\\\u0000', 'C:\\u0000 \\ud83d \\\\u0000'],
  ['a backslash before a real one stays too', '\\\0', '\\\uFFFD'],
];
for (const [what, text, stored] of cases)
  test(what, () => expect(JSON.parse(json({ text }))).toEqual({ text: stored }));

test('whatever people and plugins write can be stored and is read back', async () => {
  const { db } = await openTestDatabase({ untilTestFinished: true });
  const text = fc.string({ unit: fc.constantFrom('\\', '\0', '\uD83D', '\uDE00', 'u0000', 'ud83d', '"', 'é', '\n') });
  await fc.assert(
    fc.asyncProperty(text, async (written) => {
      const { rows } = await sql<{ value: string }>`select ${json([written])}::jsonb->>0 as value`.execute(db);
      expect(rows[0]?.value).toBe(written.toWellFormed().replaceAll('\0', '\uFFFD'));
    }),
    { numRuns: 200 },
  );
});

test('an audit entry with a character that cannot be stored does not break the chain', async () => {
  const { db } = await openTestDatabase({ untilTestFinished: true });
  const entry = { atMs: 1, actor: 'user:a', action: 'x', object: 'y', result: 'done' as const, source: 'system' };
  await transaction(db, (trx) => appendAudit(trx, { ...entry, details: { comment: 'a\0b' } }));
  expect(await verifyAuditTrail(db)).toEqual({ entries: 1 });
});
