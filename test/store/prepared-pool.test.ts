// Which statements are prepared on their connection: those that come often, and not too many.

import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { openTestDatabase } from '../support/database.ts';

const preparedTexts = async (times: number): Promise<string[]> => {
  const { db } = await openTestDatabase({ untilTestFinished: true });
  return db.connection().execute(async (one) => {
    for (let at = 0; at < times; at++) await sql`select ${at}::int + 1 as sum`.execute(one);
    // A new length of the list each time: no two texts are alike.
    for (let at = 1; at <= times; at++) {
      const list = sql.join(Array.from({ length: at }, (_, each) => sql`${each}::int`));
      await sql`select 1 where 1 in (${list})`.execute(one);
    }
    const { rows } = await sql<{ statement: string }>`select statement from pg_prepared_statements`.execute(one);
    return rows.map(({ statement }) => statement);
  });
};

test('a statement that comes often is prepared, one that is ever new is not', async () => {
  expect(await preparedTexts(30)).toEqual(['select $1::int + 1 as sum']);
});

test('a statement that comes now and then is not', async () => {
  expect(await preparedTexts(5)).toEqual([]);
});

test('several statements in one text are sent as they are', async () => {
  const { db } = await openTestDatabase({ untilTestFinished: true });
  for (let at = 0; at < 30; at++) await sql`select 1; select 2`.execute(db);
  const { rows } = await sql<{ two: number }>`select 2 as two`.execute(db);
  expect(rows).toEqual([{ two: 2 }]);
});
