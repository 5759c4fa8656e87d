// The recorded tree as a set: its rows are the objects of the real Nagios, and a second import
// changes nothing.

import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { readFixture } from '../../support/fixtures.ts';
import { ENGINEER, checkCounts, fixtureTree, openObjectSite } from './object-site.ts';

interface Expected {
  objects: { type: string; attrs: { host_name?: string; service_description?: string; max_check_attempts?: string } }[];
}

test('the recorded tree becomes the hosts and services that Nagios made of it; imported twice it is the same', async () => {
  const { db, objects } = await openObjectSite();
  const request = {
    name: 'nagios:/etc/nagios4/nagios.cfg',
    acceptRest: true,
    documents: { kind: 'nagios' as const, files: fixtureTree() },
  };
  await objects.api.apply(ENGINEER, request);
  const { rows } = await sql<{ text: string }>`select h.name || '/' || case c.object when 'host' then '' else c.name end
      || ' ' || c.max_attempts as text
    from "check" c join host h on h.id = c.host_id`.execute(db);
  const expected = JSON.parse(readFixture('nagios', 'config', 'expected-objects.json')) as Expected;
  const wanted = expected.objects
    .filter(({ type }) => type === 'host' || type === 'service')
    .map(({ attrs }) => `${attrs.host_name}/${attrs.service_description ?? ''} ${attrs.max_check_attempts}`);
  expect(rows.map(({ text }) => text).toSorted()).toEqual(wanted.toSorted());
  const again = await objects.api.apply(ENGINEER, request);
  expect(checkCounts(again)).toEqual({ created: 0, changed: 0, deleted: 0, unchanged: wanted.length });
  expect(again.changes.objects.counts).toMatchObject({ created: 0, changed: 0, deleted: 0 });
});
