// User and group names of this host, from its own files: ids by name and back.

import { readFile } from 'node:fs/promises';

export interface AccountNames {
  uidOf(user: string): number | undefined;
  gidOf(group: string): number | undefined;
  userOf(uid: number): string;
  groupOf(gid: number): string;
}

/** Pairs of name and id from the text of /etc/passwd or /etc/group. */
export function parseAccounts(text: string): Map<string, number> {
  const ids = new Map<string, number>();
  for (const line of text.split('\n')) {
    const [name, , id] = line.split(':');
    if (name && id !== undefined && /^\d+$/.test(id)) ids.set(name, Number(id));
  }
  return ids;
}

/** Names that the files do not know are shown as their number. */
export async function readAccountNames(): Promise<AccountNames> {
  const read = (file: string) => readFile(file, 'utf8').then(parseAccounts, () => new Map<string, number>());
  const [users, groups] = await Promise.all([read('/etc/passwd'), read('/etc/group')]);
  const nameOf = (ids: Map<string, number>, id: number) =>
    [...ids].find(([, known]) => known === id)?.[0] ?? String(id);
  return {
    uidOf: (user) => users.get(user),
    gidOf: (group) => groups.get(group),
    userOf: (uid) => nameOf(users, uid),
    groupOf: (gid) => nameOf(groups, gid),
  };
}
