// Whether checks run when they should, and what runs their plugins. Pure: counters in, one
// part of the self-health page out.

import type { Checks } from '#checks/service.ts';
import type { HealthPart } from '#web/contract/health.ts';
import { healthPart, type Facts } from './health-part.ts';

export type CheckNumbers = NonNullable<ReturnType<Checks['counters']>>;

/** Nagios and people alike call a check late when it begins a second after its time. */
const LATE_MS = 1000;
/** Quiet results wait a second for each other; more than the fastest site makes in two are a database that is away or slow. */
const MOST_WAITING_RESULTS = 5000;

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

export function judgeChecks(checks: CheckNumbers): HealthPart {
  const { scheduled, waiting, latencyMs, waitingForDatabase, plugins } = checks;
  const facts: Facts = {
    running: checks.running,
    'waiting for a place': waiting,
    'latency, median': `${Math.round(latencyMs.median)} ms`,
    'latency, p95': `${Math.round(latencyMs.p95)} ms`,
    'late since the start': checks.late,
    'skipped since the start': checks.skipped,
    'results not yet written': waitingForDatabase,
    ...pluginFacts(plugins),
  };
  const warn = (summary: string): HealthPart => healthPart('Checks', 'warning', summary, facts);
  const isStarved = plugins.waiting > 0 && plugins.runners.every(({ isReady }) => !isReady);
  if (isStarved) return warn(`${plugins.waiting} plugins wait for a runner, and none is ready.`);
  if (latencyMs.p95 > LATE_MS) {
    return warn(
      `Checks begin late: of the last thousand half began within ${seconds(latencyMs.median)} and 95 % within ` +
        `${seconds(latencyMs.p95)} of their time; ${waiting} wait. Make them rarer, or let another checker take its share.`,
    );
  }
  if (waitingForDatabase > MOST_WAITING_RESULTS)
    return warn(`${waitingForDatabase} results wait to be written: PostgreSQL is away or slow.`);
  return healthPart('Checks', 'ok', `${scheduled} checks are on schedule.`, facts);
}

function pluginFacts({ runners, passedOver, started, startedAgain, lost }: CheckNumbers['plugins']): Facts {
  const programs = [...new Set(runners.map(({ runner }) => runner))].join(', ');
  const deaths = runners.reduce((sum, runner) => sum + runner.deaths, 0);
  return {
    'plugins are run by': programs,
    ...(passedOver.length > 0 && {
      'cannot be used for it': passedOver.map(({ runner, reason }) => `${runner} (${reason})`).join('; '),
    }),
    'plugins run since the start': started,
    ...(deaths > 0 && { 'runners that died': deaths }),
    ...(startedAgain > 0 && { 'plugins begun again': startedAgain }),
    ...(lost > 0 && { 'plugins lost': lost }),
  };
}
