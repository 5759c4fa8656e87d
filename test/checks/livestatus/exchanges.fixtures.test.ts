// Every recorded query, put to the site that its answers imply. The order of rows is not
// defined, so rows are compared sorted; with a limit any rows of the right number will do.

import { expect, test } from 'vitest';
import { isOwnCopy, readJsonLines } from '../../support/fixtures.ts';
import { ask } from './ask.ts';
import { smallSite } from './small-site.ts';

const recorded = readJsonLines<{ query: string; response: string }>('nagios', 'livestatus', 'exchanges.jsonl');

/** The header, the rows in a fixed order, and what is around them. */
function ordered(response: string, query: string): unknown {
  const hasHeader = query.includes('fixed16');
  const header = hasHeader ? response.slice(0, 16) : '';
  const body = response.slice(header.length);
  if (!/OutputFormat: json/.test(query)) return { header, rows: body.split('\n').toSorted() };
  const rows: unknown = JSON.parse(body);
  const texts = Array.isArray(rows) ? rows.map((row) => JSON.stringify(row)) : [];
  // Rows are written with the same marks around them as recorded.
  return { header, rows: texts.toSorted(), isWrittenAlike: body === `[${texts.join(', ')}]` };
}

for (const { query, response } of recorded) {
  test(query.replaceAll('\n', ' | '), async () => {
    const answer = await ask(smallSite(), query);
    if (!isOwnCopy) {
      // Another site is behind other captures; that the query is understood can still be seen.
      expect(answer.code).toBe(query.includes('fixed16') ? Number(response.slice(0, 3)) : 200);
      return;
    }
    const limit = /^Limit: (\d+)$/m.exec(query)?.[1];
    if (limit === undefined) expect(ordered(answer.response, query)).toEqual(ordered(response, query));
    else expect(answer.response.split('\n')).toHaveLength(response.split('\n').length);
  });
}
