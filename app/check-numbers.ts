// What /metrics tells of checks: how many, how late, and how their plugins fare.

import type { Checks } from '#checks/service.ts';
import type { CheckNumbers } from './judge-checks.ts';
import type { OwnNumbers } from './own-metrics.ts';

export function checkNumbers({ counters }: Pick<Checks, 'counters'>): OwnNumbers {
  const number = (help: string, of: (checks: CheckNumbers) => number) => ({
    help,
    value: () => {
      const checks = counters();
      return checks ? of(checks) : 0;
    },
  });
  return {
    checks_scheduled: number('Checks that this process runs', (checks) => checks.scheduled),
    checks_running: number('Checks under way', (checks) => checks.running),
    checks_waiting: number('Checks that are due and wait for a place', (checks) => checks.waiting),
    checks_started_total: number('Runs of checks', (checks) => checks.started),
    checks_late_total: number('Runs that began more than a second after their time', (checks) => checks.late),
    checks_skipped_total: number('Turns that passed while the check still waited or ran', (checks) => checks.skipped),
    checks_latency_median_seconds: number(
      'Of the last thousand runs: from their time to their begin, median',
      ({ latencyMs }) => latencyMs.median / 1000,
    ),
    checks_latency_p95_seconds: number(
      'Of the last thousand runs: from their time to their begin, 95 % of them',
      ({ latencyMs }) => latencyMs.p95 / 1000,
    ),
    checks_unwritten: number('Results that are not yet in the database', (checks) => checks.waitingForDatabase),
    plugins_started_total: number('Plugins started', ({ plugins }) => plugins.started),
    plugins_lost_total: number('Plugins whose end nobody saw', ({ plugins }) => plugins.lost),
    plugin_runner_deaths_total: number('Runners of plugins that ended by themselves', ({ plugins }) =>
      plugins.runners.reduce((sum, { deaths }) => sum + deaths, 0),
    ),
  };
}
