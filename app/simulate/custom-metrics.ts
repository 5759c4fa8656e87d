// Metrics of applications besides the default set, as gmetric would send them: real
// packets, metadata first, a value each interval.

import { createGroupPlan } from '#agent/collection-groups.ts';
import { datagramsOf, type SenderIdentity } from '#agent/metric-packets.ts';
import { createMetricSocket, type MetricTarget } from '#agent/metric-socket.ts';
import type { MetricDefinition } from '#agent/samplers/metric-definition.ts';
import type { Clock, Timer } from '#kernel/clock.ts';
import type { Logger } from '#kernel/log.ts';
import type { Service } from '#kernel/service.ts';
import { hash32 } from '#kernel/splay.ts';

export interface CustomMetric {
  name: string;
  title: string;
  units: string;
  group: string;
  /** Asked once each interval. */
  valueAt(nowMs: number): number;
}

interface CustomMetricsOptions {
  target: MetricTarget;
  identity: SenderIdentity;
  intervalSec: number;
}

export interface CustomMetricSender extends Service {
  counters(): { sent: number; failed: number };
}

const SEND_METADATA_EVERY_SEC = 60;

const definitionOf = (metric: CustomMetric, intervalSec: number): MetricDefinition => ({
  name: metric.name,
  type: 'float',
  fmt: '%.2f',
  units: metric.units,
  slope: 'both',
  tmaxSec: Math.ceil(intervalSec * 2),
  title: metric.title,
  description: metric.title,
  group: metric.group,
});

export function createCustomMetrics(
  deps: { clock: Clock; log: Logger },
  metrics: readonly CustomMetric[],
  options: CustomMetricsOptions,
): CustomMetricSender {
  const { clock } = deps;
  const { intervalSec, identity } = options;
  const socket = createMetricSocket(deps, options.target);
  const plan = createGroupPlan(
    {
      metrics: metrics.map((metric) => definitionOf(metric, intervalSec)),
      collectEverySec: intervalSec,
      timeThresholdSec: 0,
    },
    { sendMetadataIntervalSec: SEND_METADATA_EVERY_SEC, compareWith: 'previous' },
  );
  let timer: Timer | undefined;

  function send(): void {
    const nowMs = clock.nowMs();
    const reading = Object.fromEntries(metrics.map((metric) => [metric.name, metric.valueAt(nowMs)]));
    for (const outgoing of plan.collected(reading, clock.monotonicMs()))
      for (const datagram of datagramsOf(outgoing, identity)) socket.send(datagram);
  }

  return {
    name: 'custom metrics',
    async start() {
      await socket.open();
      if (metrics.length === 0) return;
      send();
      timer = clock.every(intervalSec * 1000, send);
    },
    async stop() {
      timer?.cancel();
      await socket.close();
    },
    counters: () => socket.counters(),
  };
}

/** `count` metrics of no meaning for a test of size: waves whose level and period follow from host and name. */
export const wavesOf = (host: string, count: number): CustomMetric[] =>
  Array.from({ length: count }, (_, index) => {
    const name = `custom_${String(index + 1).padStart(4, '0')}`;
    const seed = hash32(`${host} ${name}`);
    const level = 10 + (seed % 990);
    const periodMs = 60_000 + (seed % 600) * 1000;
    return {
      name,
      title: `Custom metric ${index + 1}`,
      units: '',
      group: 'custom',
      valueAt: (nowMs) => level * (1 + 0.5 * Math.sin((2 * Math.PI * nowMs) / periodMs)),
    };
  });
