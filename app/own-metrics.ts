// What Plexus tells Prometheus about itself at /metrics. Values are read when asked.

import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';

export type OwnNumbers = Record<string, { help: string; value: () => number | Promise<number> }>;

export function createOwnMetrics(numbers: OwnNumbers): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: 'plexus_' });
  for (const [name, { help, value }] of Object.entries(numbers)) {
    registry.registerMetric(
      new Gauge({
        name: `plexus_${name}`,
        help,
        registers: [],
        async collect() {
          this.set(await value());
        },
      }),
    );
  }
  return registry;
}
