// Groups and members as inventory knows them, asked for once in half a minute.

import { expect, test } from 'vitest';
import type { HostFilter, HostGroup, HostSummary } from '#inventory/api.ts';
import { createHostGroups } from '#checks/kinds/host-groups.ts';
import { FakeClock } from '#test/support/fake-clock.ts';

const host = (id: string, lifecycle: HostSummary['lifecycle'] = 'in_service') =>
  ({ id, name: `name of ${id}`, lifecycle, groups: [{ id: 'g1', name: 'db' }] }) as HostSummary;

function world() {
  const clock = new FakeClock();
  const asked: HostFilter[] = [];
  let isAway = false;
  const groups = createHostGroups({
    clock,
    inventory: {
      listHosts(filter) {
        if (isAway) return Promise.reject(new Error('the database is away'));
        asked.push(filter);
        return Promise.resolve({ items: [host('a'), host('b', 'maintenance')], nextCursor: undefined });
      },
      listGroups: () => Promise.resolve([{ id: 'g1', name: 'db' } as HostGroup]),
      seriesOfHost: (id) => Promise.resolve({ cluster: 'c', host: `series of ${id}` }),
    },
  });
  return { clock, asked, groups, away: (is: boolean) => (isAway = is) };
}

test('the groups of a host, and who is in a group or cluster; who is worked on is left out', async () => {
  const { groups, asked } = world();
  expect(await groups.groupsOf('a')).toEqual(['db']);
  const members = [{ name: 'name of a', series: { cluster: 'c', host: 'series of a' } }];
  expect(await groups.membersOf({ group: 'db' })).toEqual(members);
  expect(await groups.membersOf({ cluster: 'c' })).toEqual(members);
  expect(await groups.membersOf({ group: 'nobody' })).toEqual([]);
  expect(asked).toEqual([
    { hostIds: ['a'], limit: 1 },
    { groupId: 'g1', limit: 1000 },
    { cluster: 'c', limit: 1000 },
  ]);
});

test('an answer holds for half a minute, whoever asks; a failure does not', async () => {
  const { groups, asked, clock, away } = world();
  await Promise.all([groups.groupsOf('a'), groups.groupsOf('a')]);
  clock.advance(29_999);
  await groups.groupsOf('a');
  expect(asked).toHaveLength(1);
  clock.advance(1);
  away(true);
  await expect(groups.groupsOf('a')).rejects.toThrow('away');
  away(false);
  expect(await groups.groupsOf('a')).toEqual(['db']);
  expect(asked).toHaveLength(2);
});
