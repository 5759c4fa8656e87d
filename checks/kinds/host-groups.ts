// Which groups a host is in and which hosts belong to a group or cluster, remembered
// for half a minute: thousands of checks ask, and people change it a few times a day.

import type { Clock } from '#kernel/clock.ts';
import type { InventoryApi } from '#inventory/api.ts';
import type { HostGroups, Member } from './metric/metric-sources.ts';

const REMEMBERED_MS = 30_000;
const MAX_MEMBERS = 1000;
/** Forgotten as a whole when there are more; no installation has as many groups and hosts with overrides. */
const MAX_REMEMBERED = 50_000;

export interface HostGroupsDeps {
  clock: Clock;
  inventory: Pick<InventoryApi, 'listHosts' | 'listGroups' | 'seriesOfHost'>;
}

export function createHostGroups(deps: HostGroupsDeps): HostGroups {
  const { clock, inventory } = deps;
  return {
    groupsOf: remembered(clock, async (hostId: string) => {
      const { items } = await inventory.listHosts({ hostIds: [hostId], limit: 1 });
      return items[0]?.groups.map(({ name }) => name) ?? [];
    }),
    membersOf: remembered(clock, async (whole): Promise<Member[]> => {
      const filter = 'cluster' in whole ? { cluster: whole.cluster } : await groupFilter(whole.group);
      if (!filter) return [];
      const { items } = await inventory.listHosts({ ...filter, limit: MAX_MEMBERS });
      const members: Member[] = [];
      for (const { id, name, lifecycle } of items) {
        // Whoever works on a host may well have made it differ.
        if (lifecycle === 'in_service') members.push({ name, series: await inventory.seriesOfHost(id) });
      }
      return members;
    }),
  };

  async function groupFilter(name: string): Promise<{ groupId: string } | undefined> {
    const group = (await inventory.listGroups()).find((one) => one.name === name);
    return group && { groupId: group.id };
  }
}

/** Callers who ask at once share one answer; a failure is not remembered. */
function remembered<Key, Value>(clock: Clock, ask: (key: Key) => Promise<Value>): (key: Key) => Promise<Value> {
  const answers = new Map<string, { answer: Promise<Value>; askedTick: number }>();
  return (key) => {
    const text = JSON.stringify(key);
    const before = answers.get(text);
    if (before && clock.monotonicMs() - before.askedTick < REMEMBERED_MS) return before.answer;
    if (answers.size >= MAX_REMEMBERED) answers.clear();
    const answer = ask(key);
    answers.set(text, { answer, askedTick: clock.monotonicMs() });
    answer.catch(() => answers.delete(text));
    return answer;
  };
}
