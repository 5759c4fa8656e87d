// Whether a rule looks at a host: by names, by membership.

import type { RuleScope } from './rule.ts';

interface ScopedHost {
  cluster: string;
  /** Display name. */
  host: string;
  hostId?: string | undefined;
  groupIds?: readonly string[];
}

/**
 * "*" and "?" as in a shell, whole text, no case. Linear walk with one fallback point:
 * a glob turned into a regular expression can be made to take minutes.
 */
export function matchesGlob(glob: string, text: string): boolean {
  const pattern = glob.toLowerCase();
  const subject = text.toLowerCase();
  let at = 0;
  let star = -1;
  let retryAt = 0;
  for (let i = 0; i < subject.length;) {
    if (at < pattern.length && pattern[at] === '*') {
      star = at++;
      retryAt = i;
    } else if (at < pattern.length && (pattern[at] === '?' || pattern[at] === subject[i])) {
      at++;
      i++;
    } else if (star >= 0) {
      at = star + 1;
      i = ++retryAt;
    } else return false;
  }
  while (pattern[at] === '*') at++;
  return at === pattern.length;
}

export const matchesNames = (scope: RuleScope, host: Pick<ScopedHost, 'cluster' | 'host'>): boolean =>
  (scope.cluster === undefined || matchesGlob(scope.cluster, host.cluster)) &&
  (scope.host === undefined || matchesGlob(scope.host, host.host));

/** Whether only some hosts belong to the scope by id or group. */
export const hasMembers = (scope: RuleScope): boolean =>
  (scope.hostIds?.length ?? 0) > 0 || (scope.groupIds?.length ?? 0) > 0;

export const matchesScope = (scope: RuleScope, host: ScopedHost): boolean =>
  matchesNames(scope, host) &&
  (!hasMembers(scope) ||
    (host.hostId !== undefined && (scope.hostIds ?? []).includes(host.hostId)) ||
    (host.groupIds ?? []).some((groupId) => (scope.groupIds ?? []).includes(groupId)));
