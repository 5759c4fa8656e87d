// Metrics in and out by HTTP, put together: pushed values, remote-write, exporters
// that are read, and live state shown to a Prometheus.

import type { Clock } from '#kernel/clock.ts';
import type { Sample } from '#kernel/domain/metric.ts';
import type { Logger } from '#kernel/log.ts';
import type { CollectorApi } from './api.ts';
import type { MetricIngest } from './metric-ingest.ts';
import type { MetricState } from './metric-state.ts';
import { exposeClusters } from './prometheus/expose.ts';
import { readRemoteWrite } from './prometheus/remote-write.ts';
import { createScraper, type ScrapeJob } from './prometheus/scrape.ts';
import { createPushIntake } from './pushed-metrics.ts';
import type { SourceTable } from './source-table.ts';

export interface Exchange {
  start(): void;
  stop(): Promise<void>;
  api: Pick<CollectorApi, 'push' | 'remoteWrite' | 'exposition' | 'scrapeTargets'>;
}

interface ExchangeDeps {
  clock: Clock;
  log: Logger;
  state: MetricState;
  sources: SourceTable;
  ingest: MetricIngest;
  record: (samples: readonly Sample[]) => void;
}

export function createExchange(
  deps: ExchangeDeps,
  options: { scrape: readonly ScrapeJob[]; hostTmaxSec: number },
): Exchange {
  const { clock, state } = deps;
  const { push } = createPushIntake(deps, options);
  const scraper = createScraper({ ...deps, push }, { jobs: options.scrape });

  return {
    start: scraper.start,
    stop: scraper.stop,
    api: {
      push,
      remoteWrite: (source, packed, cluster) => push(source, readRemoteWrite(packed, cluster)),
      exposition(name) {
        const one = name === undefined ? undefined : state.clusters.get(name);
        return exposeClusters(clock, name === undefined ? state.clusters.values() : one ? [one] : []);
      },
      scrapeTargets: scraper.view,
    },
  };
}
