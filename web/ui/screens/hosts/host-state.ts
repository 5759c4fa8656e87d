// The state a host shows in lists: silent, else the worst of its open problems. Pure.

import type { ProblemRow } from '#web/contract/alerting.ts';
import type { HostSummary } from '#web/contract/inventory.ts';
import type { StateWord } from '../../parts/tone.ts';

export interface HostProblems {
  worst: ProblemRow['severity'] | null;
  count: number;
}

const ORDER: readonly ProblemRow['severity'][] = ['page', 'urgent', 'ticket', 'info'];

/** Open problems by host id. */
export function problemsByHost(problems: readonly ProblemRow[]): ReadonlyMap<string, HostProblems> {
  const byHost = new Map<string, HostProblems>();
  for (const problem of problems) {
    const hostId = problem.host?.id;
    if (!hostId) continue;
    const before = byHost.get(hostId) ?? { worst: null, count: 0 };
    const worse = before.worst === null || ORDER.indexOf(problem.severity) < ORDER.indexOf(before.worst);
    byHost.set(hostId, { worst: worse ? problem.severity : before.worst, count: before.count + 1 });
  }
  return byHost;
}

export function stateOfHost(host: Pick<HostSummary, 'reporting'>, problems: HostProblems | undefined): StateWord {
  if (host.reporting === 'down') return 'down';
  if (problems?.worst === 'page') return 'critical';
  if (problems?.worst === 'urgent' || problems?.worst === 'ticket') return 'warning';
  return host.reporting === 'unknown' ? 'pending' : 'ok';
}

const WORST_FIRST: readonly StateWord[] = ['down', 'critical', 'warning', 'pending', 'ok'];

export const compareStates = (a: StateWord, b: StateWord): number => WORST_FIRST.indexOf(a) - WORST_FIRST.indexOf(b);
