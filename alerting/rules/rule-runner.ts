// Evaluates the metric rules on every batch of samples, in the collector's process
// and without the database: only changes of a condition become events and rows.
// Opening and closing alerts belongs to the consumer of those events.

import { evaluateCondition } from '#kernel/domain/condition.ts';
import type { Clock, Timer } from '#kernel/clock.ts';
import type { NewEvent } from '#kernel/domain/event.ts';
import type { Sample } from '#kernel/domain/metric.ts';
import { errorFields } from '#kernel/errors.ts';
import type { Logger } from '#kernel/log.ts';
import type { Service } from '#kernel/service.ts';
import type { EventWriter } from '#store/event-writer.ts';
import type { Notifications } from '#store/notifications.ts';
import type { Db } from '#store/postgres.ts';
import {
  readConditions,
  seriesOf,
  writeConditions,
  type ConditionRow,
  type SeriesCondition,
} from './condition-store.ts';
import { compileRules, type CompiledRule, type RuleIndex } from './rule-index.ts';
import { hasMembers } from './rule-scope.ts';
import { listEnabledRules, listScopeMembers, RULES_CHANGED } from './rule-store.ts';

interface RuleRunnerDeps {
  db: Db;
  clock: Clock;
  log: Logger;
  notifications: Notifications;
  eventWriter: Pick<EventWriter, 'publish' | 'flush'>;
}

export interface RuleRunner extends Service {
  /** Never waits, never throws. */
  onSamples(batch: readonly Sample[]): void;
  /** Resolves when the rules are loaded anew and every change is written; for tests and orderly stops. */
  settle(): Promise<void>;
  counters(): { rules: number; series: number; refused: number };
}

// A rule change is announced; group membership is not, so rules are read again now and then.
const REFRESH_MS = 15_000;
const FLUSH_MS = 200;

/**
 * A runner holds only the series that are not clear, at most `maxSeries` of them; breaches past
 * that are counted and left alone. States are written after the events that tell of them are
 * committed: a crash between the two repeats an event, which alerting ignores, and loses none.
 */
export function createRuleRunner(deps: RuleRunnerDeps, options: { maxSeries?: number } = {}): RuleRunner {
  const { db, clock, eventWriter } = deps;
  const log = deps.log.child({ part: 'rule runner' });
  const maxSeries = options.maxSeries ?? 100_000;
  let index: RuleIndex = new Map();
  let ruleCount = 0;
  const conditions = new Map<string, SeriesCondition>();
  const dirty = new Map<string, ConditionRow>();
  let refused = 0;
  let flushTimer: Timer | undefined;
  let refreshTimer: Timer | undefined;
  let unsubscribe = () => {};
  let chain: Promise<void> = Promise.resolve();

  const keyOf = (ruleId: string, series: string) => `${ruleId} ${series}`;

  function step({ rule, includes }: CompiledRule, sample: Sample, events: NewEvent[]): void {
    const series = seriesOf(sample);
    const key = keyOf(rule.id, series);
    const before = conditions.get(key);
    const { state, change } = evaluateCondition(rule.spec, before?.state, sample);
    if (before === undefined) {
      if (state.phase === 'clear' || !includes(sample)) return;
      if (conditions.size >= maxSeries) {
        if (refused++ === 0) log.warn('too many series breach their rules; further ones are left alone', { maxSeries });
        return;
      }
    }
    const condition: SeriesCondition = {
      cluster: sample.cluster,
      host: sample.host,
      hostKey: sample.hostKey,
      metric: sample.metric,
      state,
      breachedAtMs: before?.breachedAtMs ?? sample.atMs,
    };
    if (state.phase === 'clear') conditions.delete(key);
    else conditions.set(key, condition);
    if (state.phase !== before?.state.phase) {
      dirty.set(key, { ruleId: rule.id, series, condition: state.phase === 'clear' ? undefined : condition });
      flushTimer ??= clock.after(FLUSH_MS, () => void exclusive(flush));
    }
    if (change === 'none') return;
    events.push({
      kind: change === 'met' ? 'rule.condition_met' : 'rule.condition_cleared',
      atMs: sample.atMs,
      data: {
        ruleId: rule.id,
        ruleName: rule.name,
        cluster: sample.cluster,
        host: sample.host,
        hostKey: sample.hostKey,
        metric: sample.metric,
        value: sample.value,
        threshold: rule.spec.threshold,
        sinceMs: condition.breachedAtMs,
      },
    });
  }

  /** One at a time: a refresh that overlaps a flush would take rows for gone that are just being written. */
  function exclusive(work: () => Promise<void>): Promise<void> {
    chain = chain.then(work).catch((error: unknown) => log.warn('rules wait for the database', errorFields(error)));
    return chain;
  }

  async function flush(): Promise<void> {
    flushTimer?.cancel();
    flushTimer = undefined;
    if (dirty.size === 0) return;
    const rows = [...dirty];
    dirty.clear();
    try {
      await eventWriter.flush();
      await writeConditions(
        db,
        rows.map(([, row]) => row),
        clock.nowMs(),
      );
    } catch (error) {
      // What changed again meanwhile is newer than what could not be written.
      for (const [key, row] of rows) if (!dirty.has(key)) dirty.set(key, row);
      throw error;
    }
  }

  async function refresh(): Promise<void> {
    await flush();
    const rules = await listEnabledRules(db, 'metric');
    const members = new Map<string, Set<string>>();
    for (const rule of rules) {
      if (hasMembers(rule.spec.scope)) members.set(rule.id, await listScopeMembers(db, rule.spec.scope));
    }
    const stored = await readConditions(db, maxSeries);
    index = compileRules(rules, members);
    ruleCount = rules.length;
    adopt(stored);
  }

  // The database is the memory of all runners: a cluster may have moved here from another
  // process. Only what changed here since the last flush is newer than its row.
  function adopt(stored: ConditionRow[]): void {
    for (const key of conditions.keys()) if (!dirty.has(key)) conditions.delete(key);
    const byId = new Map([...index.values()].flat().map((compiled) => [compiled.rule.id, compiled]));
    for (const { ruleId, series, condition } of stored) {
      const key = keyOf(ruleId, series);
      const compiled = byId.get(ruleId);
      if (!compiled || !condition || dirty.has(key)) continue;
      if (compiled.rule.spec.metric === condition.metric && compiled.includes(condition))
        conditions.set(key, condition);
      else dirty.set(key, { ruleId, series, condition: undefined });
    }
  }

  return {
    name: 'rule runner',
    async start() {
      unsubscribe = deps.notifications.subscribe(RULES_CHANGED, () => void exclusive(refresh));
      refreshTimer = clock.every(REFRESH_MS, () => void exclusive(refresh));
      await exclusive(refresh);
    },
    async stop() {
      unsubscribe();
      refreshTimer?.cancel();
      await exclusive(flush);
    },
    onSamples(batch) {
      const events: NewEvent[] = [];
      for (const sample of batch) {
        const rules = index.get(sample.metric);
        // Neither an event nor a mail could carry what is no finite number.
        if (rules && Number.isFinite(sample.value)) for (const rule of rules) step(rule, sample, events);
      }
      if (events.length > 0) eventWriter.publish(events);
    },
    settle: () => exclusive(refresh),
    counters: () => ({ rules: ruleCount, series: conditions.size, refused }),
  };
}
