// Worst first, unowned before owned, new before old; and the filters of the list. Pure.

import type { ProblemRow } from '#web/contract/alerting.ts';

const SEVERITY_ORDER = ['page', 'urgent', 'ticket', 'info'];

const FILTERS = ['page', 'urgent', 'ticket', 'info', 'owned'] as const;

export function inOrder(problems: readonly ProblemRow[]): ProblemRow[] {
  return [...problems].sort(
    (a, b) =>
      Number(a.owner !== null) - Number(b.owner !== null) ||
      SEVERITY_ORDER.indexOf(a.severity) - SEVERITY_ORDER.indexOf(b.severity) ||
      b.openedAt.localeCompare(a.openedAt),
  );
}

/** A severity means the problems of it that nobody has. */
export function passing(problems: readonly ProblemRow[], filter: string | null): ProblemRow[] {
  if (!filter || !(FILTERS as readonly string[]).includes(filter)) return [...problems];
  if (filter === 'owned') return problems.filter((problem) => problem.owner !== null);
  return problems.filter((problem) => problem.severity === filter && problem.owner === null);
}
