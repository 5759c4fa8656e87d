// One active run of an object: may it run now, what it found, and when it runs next.

import type { Clock } from '#kernel/clock.ts';
import type { Sample } from '#kernel/domain/metric.ts';
import type { Logger } from '#kernel/log.ts';
import type { createHostSeries } from '../host-series.ts';
import type { CheckKind } from '../kinds/check-kind.ts';
import { createPreparations } from '../kinds/preparations.ts';
import { isFine, type CheckState, type ObjectState } from '../machine/check-state.ts';
import { mayRun } from '../machine/may-run.ts';
import { perfdataSamples } from '../perfdata-samples.ts';
import { runCheck } from '../run-check.ts';
import { nextValidMs } from '../time-period/time-period.ts';
import { nodeMacros } from './node-macros.ts';
import type { NextRun } from './check-schedule.ts';
import { nextRunAtMs } from './next-run.ts';
import { eventOutput } from './told.ts';
import { toServiceState, decideResult } from './result-of-run.ts';
import type { ObjectNode } from './node.ts';
import type { Settler } from './settle.ts';
import type { WatchedSite } from './site.ts';

interface RunNodeDeps {
  clock: Clock;
  log: Logger;
  site: WatchedSite;
  kinds: ReadonlyMap<string, CheckKind>;
  hostSeries: ReturnType<typeof createHostSeries>;
  settler: Settler;
  appendHistory: (samples: Sample[]) => void;
  /** In the first moments after the start what others feed (metrics) has not arrived. */
  isSettling(): boolean;
}

export interface AskedRun {
  dueAtMs: number;
  /** Events that asked for this run. */
  causes: string[];
  /** Also without an event: a neighbour changed, or no result came in time. */
  isForced: boolean;
}

/** Resolves to the next regular run, or null when none is planned. Never rejects. */
export type RunNode = (node: ObjectNode, run: AskedRun) => Promise<NextRun | null>;

export function createRunNode(deps: RunNodeDeps): RunNode {
  const { clock, site, kinds } = deps;
  const prepare = createPreparations(kinds);

  /** No result: the next run, as people see it, is another all the same. */
  function postpone(node: ObjectNode, atMs: number | null): NextRun | null {
    node.nextCheckAtMs = atMs;
    void deps.settler.settle(node, { after: node.current, effects: [] });
    return nextRun(node, atMs);
  }

  return async (node, { dueAtMs, causes, isForced }) => {
    const { definition } = node;
    if (!definition) return null;
    const isAsked = isForced || causes.length > 0;
    // Held back: asked again when it is due the next time.
    if (!mayRun(node.settings, node, isAsked, clock.nowMs()).may)
      return postpone(node, plannedRunAtMs(site, node, clock.nowMs(), clock.nowMs()));

    const latencyMs = Math.max(0, clock.nowMs() - dueAtMs);
    // Before the first wait: what is taken away meanwhile must not begin.
    const running = new AbortController();
    node.running = running;
    const prepared = (node.prepared ??= prepare(definition));
    const series = await deps.hostSeries.of(definition);
    const host = node.object === 'host' ? node : node.host;
    const run = await runCheck(
      deps,
      host.address === definition.address ? definition : { ...definition, address: host.address },
      {
        prepared,
        series,
        macro: nodeMacros(site, node, clock.nowMs()),
        // Whoever asked for a run gets a verdict, even if it is that nothing was heard yet.
        isSettling: !isAsked && deps.isSettling(),
        stopping: running.signal,
      },
    );
    // Given up and taken back meanwhile, it may be running again.
    if (node.running === running) node.running = undefined;
    node.isFreshening = false;
    const nowMs = clock.nowMs();
    if (run === 'stopped') return null;
    if (run === 'not_yet') return postpone(node, nowMs + node.settings.retryIntervalMs);

    const { state, output, longOutput, perfdata } = run.result;
    const said = { output, longOutput, perfdata };
    const decision = decideResult(node, { state, isPassive: false, said }, nowMs);
    const nextAtMs = nextAfter(site, node, decision.after, run.startedAtMs, nowMs);
    Object.assign(node, { latencyMs, executionMs: run.executionMs, via: 'active', nextCheckAtMs: nextAtMs });
    node.noteResult(run.startedAtMs, said, decision.after);
    const answers = causes.map((causeId) => ({
      hostId: node.hostId,
      checkId: node.id,
      atMs: nowMs,
      causeId,
      state: toServiceState(decision.after.state),
      output: eventOutput(output),
    }));
    const committed = deps.settler.settle(node, decision, answers.length > 0 ? { answers } : {});
    const samples = perfdataSamples(definition.name, series, perfdata, run.startedAtMs);
    if (samples.length > 0) deps.appendHistory(samples);
    // A check runs again only when what it found is safe: it pauses while the database is away.
    await committed;
    return nextRun(node, nextAtMs);
  };
}

const isRetrying = ({ type, state }: Pick<CheckState<ObjectState>, 'state' | 'type'>): boolean =>
  type === 'soft' && !isFine(state);

const nextRun = ({ current, settings }: ObjectNode, atMs: number | null): NextRun | null =>
  atMs === null ? null : { atMs, periodMs: isRetrying(current) ? settings.retryIntervalMs : settings.intervalMs };

/** After a run that began at `startedAtMs`. */
function nextAfter(
  site: WatchedSite,
  node: ObjectNode,
  after: Pick<CheckState<ObjectState>, 'state' | 'type'>,
  startedAtMs: number,
  nowMs: number,
): number | null {
  if (!node.settings.activeChecks) return null;
  if (!isRetrying(after)) return plannedRunAtMs(site, node, nowMs, startedAtMs);
  return inPeriod(site, node, nextRunAtMs({ id: node.id, ...node.settings }, true, startedAtMs, nowMs));
}

/** The next regular run after `nowMs`: on the object's own grid, within its check period. */
export function plannedRunAtMs(site: WatchedSite, node: ObjectNode, nowMs: number, startedAtMs: number): number | null {
  if (!node.settings.activeChecks || !node.definition) return null;
  return inPeriod(site, node, nextRunAtMs({ id: node.id, ...node.settings }, false, startedAtMs, nowMs));
}

/** Outside of its period a check waits for the period's next grid place, so that not all of them run at its first second. */
function inPeriod(site: WatchedSite, node: ObjectNode, atMs: number): number {
  const name = node.settings.checkPeriod;
  const period = name === null ? undefined : site.periods.get(name);
  if (!period || site.isInPeriod(period.name, atMs)) return atMs;
  const opensAtMs = nextValidMs(period, atMs);
  // A period that never comes again: looked at once a day, in case it is changed.
  if (opensAtMs === undefined) return atMs + 86_400_000;
  const onGrid = nextRunAtMs({ id: node.id, ...node.settings }, false, opensAtMs, opensAtMs - 1);
  return site.isInPeriod(period.name, onGrid) ? onGrid : opensAtMs;
}
