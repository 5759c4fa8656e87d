// Members of host, service and contact groups: named by the group, joined by the member,
// and those of the groups inside. Order and rejections are those of Nagios (spec §7.3, [src]).

/** Grows at its head, as the lists of Nagios do. Each member once, rejected ones never. */
export interface MemberList<Member> {
  /** In the order in which they came; the head is the last. */
  readonly added: readonly Member[];
  add(member: Member): void;
  reject(member: Member): void;
}

function createMemberList<Member>(): MemberList<Member> {
  const added: Member[] = [];
  const closed = new Set<Member>();
  return {
    added,
    add(member) {
      if (closed.has(member)) return;
      closed.add(member);
      added.push(member);
    },
    reject: (member) => void closed.add(member),
  };
}

export interface GroupSource<Member> {
  name: string;
  /** From its own list, in the order in which Nagios finds them. */
  named: readonly Member[];
  rejected: readonly Member[];
  /** Names of groups inside; they exist, and there is no loop. */
  inside: readonly string[];
}

/** A member and the groups that it names itself. */
export interface Joining<Member> {
  member: Member;
  groups: readonly string[];
}

/** `groups` and `joining` in the order of their definition. */
export function gatherMembers<Member>(
  groups: readonly GroupSource<Member>[],
  joining: readonly Joining<Member>[],
): Map<string, readonly Member[]> {
  const lists = new Map(groups.map(({ name }) => [name, createMemberList<Member>()]));
  for (const { name, named, rejected } of groups) {
    const list = lists.get(name);
    for (const member of rejected) list?.reject(member);
    for (const member of named.toReversed()) list?.add(member);
  }
  for (const { member, groups: names } of joining.toReversed()) {
    for (const name of names) lists.get(name)?.add(member);
  }
  const byName = new Map(groups.map((group) => [group.name, group]));
  for (const name of innerFirst(groups)) {
    const list = lists.get(name);
    for (const inner of byName.get(name)?.inside.toReversed() ?? []) {
      for (const member of lists.get(inner)?.added.toReversed() ?? []) list?.add(member);
    }
  }
  return new Map(Array.from(lists, ([name, list]) => [name, list.added]));
}

/** Every group after those inside it; without recursion, since a chain may be long. */
function innerFirst<Member>(groups: readonly GroupSource<Member>[]): string[] {
  const insideOf = new Map(groups.map(({ name, inside }) => [name, inside]));
  const entered = new Set<string>();
  const order: string[] = [];
  for (const { name: root } of groups) {
    const work = [{ name: root, isDone: false }];
    for (let top = work.pop(); top !== undefined; top = work.pop()) {
      if (top.isDone) order.push(top.name);
      else if (!entered.has(top.name)) {
        entered.add(top.name);
        work.push({ name: top.name, isDone: true });
        for (const inner of insideOf.get(top.name) ?? []) work.push({ name: inner, isDone: false });
      }
    }
  }
  return order;
}
