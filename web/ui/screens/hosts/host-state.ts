// The state a host shows in lists: silent, else the worst of its open problems. Pure.

import type { ProblemRow } from '#web/contract/alerting.ts';
import type { HostSummary } from '#web/contract/inventory.ts';
import { hostOf } from '../../data/host-name.ts';
import type { StateWord } from '../../parts/tone.ts';

export interface HostProblems {
  worst: ProblemRow['severity'] | null;
  count: number;
}

const ORDER: readonly ProblemRow['severity'][] = ['page', 'urgent', 'ticket', 'info'];

/** Open problems by host id. */
export const problemsByHost = (problems: readonly ProblemRow[]): ReadonlyMap<string, HostProblems> =>
  problemsBy(problems, ({ id }) => id);

/** Open problems by the name of their host, as hostOf() writes it. */
export const problemsByName = (problems: readonly ProblemRow[]): ReadonlyMap<string, HostProblems> =>
  problemsBy(problems, ({ cluster, name }) => hostOf({ cluster, host: name }));

function problemsBy(
  problems: readonly ProblemRow[],
  keyOf: (host: NonNullable<ProblemRow['host']>) => string | null,
): ReadonlyMap<string, HostProblems> {
  const byKey = new Map<string, HostProblems>();
  for (const { host, severity } of problems) {
    const key = host && keyOf(host);
    if (!key) continue;
    const before = byKey.get(key) ?? { worst: null, count: 0 };
    const worse = before.worst === null || ORDER.indexOf(severity) < ORDER.indexOf(before.worst);
    byKey.set(key, { worst: worse ? severity : before.worst, count: before.count + 1 });
  }
  return byKey;
}

export function stateOfHost(host: Pick<HostSummary, 'reporting'>, problems: HostProblems | undefined): StateWord {
  if (host.reporting === 'down') return 'down';
  if (problems?.worst === 'page') return 'critical';
  if (problems?.worst === 'urgent' || problems?.worst === 'ticket') return 'warning';
  return host.reporting === 'unknown' ? 'pending' : 'ok';
}

const WORST_FIRST: readonly StateWord[] = ['down', 'critical', 'warning', 'pending', 'ok'];

export const compareStates = (a: StateWord, b: StateWord): number => WORST_FIRST.indexOf(a) - WORST_FIRST.indexOf(b);
