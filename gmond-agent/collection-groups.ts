// Decides what is collected and sent when: collection intervals, value and time
// thresholds, metadata before values. Reads no source and sends nothing.
// Source: spec/ganglia.md §1.7 and §2.1.

import type { MetricDefinition, Reading } from './samplers/metric-definition.ts';

export interface CollectionGroup {
  metrics: readonly MetricDefinition[];
  /** Absent: read once at the start, then only sent again. */
  collectEverySec?: number;
  /** The group is sent at the latest so long after it was sent last. */
  timeThresholdSec: number;
}

export interface CollectionOptions {
  /** Metadata older than this goes out again before its value; 0 = only once and on request. */
  sendMetadataIntervalSec: number;
  /**
   * What a new value is compared with: the previous collection, as gmond does (a slow drift
   * never triggers), or the value that was sent last.
   */
  compareWith: 'previous' | 'sent';
}

export interface Outgoing {
  metric: MetricDefinition;
  value: number | string;
  /** The metadata goes out first. */
  withMetadata: boolean;
}

export interface GroupPlan {
  /** Monotonic milliseconds; the group wants attention then. */
  nextDueMs(): number;
  isCollectionDue(nowMs: number): boolean;
  /** Takes a reading and returns what is to be sent now, in order; often nothing. */
  collected(reading: Reading, nowMs: number): Outgoing[];
  /** The values of the last reading, when the time threshold has passed since they were sent. */
  overdue(nowMs: number): Outgoing[];
  /** Forgets that metadata was ever sent; the group goes out at its next collection. False: not ours. */
  requestMetadata(name: string): boolean;
}

// A group that is never collected again answers requests at its next sending, or this often.
const ONCE_ANSWER_MS = 20_000;

export function createGroupPlan(group: CollectionGroup, options: CollectionOptions): GroupPlan {
  const collectEveryMs = group.collectEverySec === undefined ? undefined : group.collectEverySec * 1000;
  const thresholdMs = group.timeThresholdSec * 1000;
  const metadataEveryMs = options.sendMetadataIntervalSec * 1000;
  const metadataSentMs = new Map<string, number>();
  let reading: Reading = {};
  let compared: Reading = {};
  let nextCollectMs = -Infinity;
  let nextSendMs = -Infinity;
  let sentAtMs = -Infinity;

  const crossed = (now: Reading): boolean =>
    group.metrics.some(({ name, valueThreshold }) => {
      const [value, before] = [now[name], compared[name]];
      if (valueThreshold === undefined || typeof value !== 'number' || typeof before !== 'number') return false;
      return Math.abs(value - before) >= valueThreshold;
    });

  function send(nowMs: number): Outgoing[] {
    nextSendMs = nowMs + thresholdMs;
    sentAtMs = nowMs;
    compared = reading;
    const outgoing: Outgoing[] = [];
    for (const metric of group.metrics) {
      const value = reading[metric.name];
      if (value === undefined) continue;
      const announcedMs = metadataSentMs.get(metric.name);
      const withMetadata = announcedMs === undefined || (metadataEveryMs > 0 && nowMs - announcedMs >= metadataEveryMs);
      if (withMetadata) metadataSentMs.set(metric.name, nowMs);
      outgoing.push({ metric, value, withMetadata });
    }
    return outgoing;
  }

  const hasUnannounced = () =>
    group.metrics.some(({ name }) => reading[name] !== undefined && !metadataSentMs.has(name));

  return {
    nextDueMs: () => Math.min(nextCollectMs, nextSendMs),
    isCollectionDue: (nowMs) => nowMs >= nextCollectMs,
    collected(now, nowMs) {
      nextCollectMs = collectEveryMs === undefined ? Infinity : nowMs + collectEveryMs;
      reading = now;
      if (nowMs >= nextSendMs || crossed(now) || hasUnannounced()) return send(nowMs);
      if (options.compareWith === 'previous') compared = now;
      return [];
    },
    overdue: (nowMs) => (nowMs >= nextSendMs ? send(nowMs) : []),
    requestMetadata(name) {
      if (!group.metrics.some((metric) => metric.name === name)) return false;
      metadataSentMs.delete(name);
      if (collectEveryMs === undefined) nextSendMs = Math.min(nextSendMs, sentAtMs + ONCE_ANSWER_MS);
      return true;
    },
  };
}
