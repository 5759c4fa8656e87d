// Reads exporters that a site already has: asks each target at its interval, as
// Prometheus does, and hands on what it shows. Keeps no state of metrics.

import type { Agent } from 'undici';
import type { Clock } from '#kernel/clock.ts';
import { errorFields } from '#kernel/errors.ts';
import { jitter } from '#kernel/ids.ts';
import type { Logger } from '#kernel/log.ts';
import { parseExposition, type ExposedSample, type Exposition } from '#wire/prometheus-text.ts';
import type { PushedHost, PushedMetric } from '../pushed-metrics.ts';
import { familyName, hostOf, metricName, slopeOfFamily } from './series-name.ts';

export interface ScrapeJob {
  /** Shown, and the cluster of its hosts. */
  cluster: string;
  /** `http(s)://host:port/path`; each a host named by its URL. */
  targets: string[];
  everySec: number;
  timeoutSec: number;
}

export interface TargetView {
  cluster: string;
  url: string;
  everySec: number;
  up: boolean;
  lastAtMs: number | undefined;
  tookMs: number;
  samples: number;
  /** Lines of the last answer that could not be read. */
  badLines: number;
  lastError?: string;
}

export interface Scraper {
  start(): void;
  stop(): Promise<void>;
  view(): TargetView[];
}

const MOST_BODY_BYTES = 32 << 20;
// A container that ended leaves its series behind; after so long without a value they leave live state.
const DMAX_SEC = 3600;

export function createScraper(
  deps: { clock: Clock; log: Logger; push: (source: string, hosts: PushedHost[]) => void },
  options: { jobs: readonly ScrapeJob[] },
): Scraper {
  const { clock } = deps;
  const stopping = new AbortController();
  const views: TargetView[] = [];
  let loops: Promise<void>[] = [];
  let agent: Agent | undefined;

  async function fetchText(url: string, timeoutMs: number): Promise<string> {
    const late = new AbortController();
    const timer = clock.after(timeoutMs, () => late.abort(new Error(`no whole answer within ${timeoutMs} ms`)));
    try {
      // Loaded by the first scrape: most collectors, and every agent, have nothing to scrape.
      const { Agent, request } = await import('undici');
      agent ??= new Agent({ connections: 1, pipelining: 1, maxResponseSize: MOST_BODY_BYTES });
      const response = await request(url, {
        signal: AbortSignal.any([late.signal, stopping.signal]),
        headers: { accept: 'text/plain;version=0.0.4;q=1,*/*;q=0.1', 'user-agent': 'plexus' },
        dispatcher: agent,
      });
      const text = await response.body.text();
      if (response.statusCode !== 200) throw new Error(`HTTP ${response.statusCode}: ${text.slice(0, 200)}`);
      return text;
    } catch (error) {
      throw late.signal.aborted ? late.signal.reason : error;
    } finally {
      timer.cancel();
    }
  }

  async function scrape(job: ScrapeJob, view: TargetView): Promise<void> {
    const startTick = clock.monotonicMs();
    const host = hostOf(new URL(view.url).host);
    let metrics: PushedMetric[] = [];
    try {
      const exposition = parseExposition(await fetchText(view.url, job.timeoutSec * 1000));
      metrics = metricsOf(exposition, job.everySec);
      if (!view.up) deps.log.info('an exporter answers', { url: view.url, samples: metrics.length });
      Object.assign(view, { up: true, samples: metrics.length, badLines: exposition.badLineCount });
      delete view.lastError;
    } catch (error) {
      if (stopping.signal.aborted) return;
      if (view.up || view.lastAtMs === undefined)
        deps.log.warn('an exporter does not answer', { url: view.url, ...errorFields(error) });
      Object.assign(view, { up: false, samples: 0, lastError: String(errorFields(error)['error']) });
    }
    view.tookMs = clock.monotonicMs() - startTick;
    view.lastAtMs = clock.nowMs();
    metrics.push(
      ownMetric('up', view.up ? 1 : 0, job.everySec, ''),
      ownMetric('scrape_duration_seconds', view.tookMs / 1000, job.everySec, 's'),
    );
    deps.push(`scrape:${view.url}`, [{ cluster: job.cluster, host, metrics }]);
  }

  async function run(job: ScrapeJob, view: TargetView): Promise<void> {
    // Spread over the interval, so that a hundred targets are not asked in one instant.
    await clock.sleep(job.everySec * 500 * jitter(1, 1), stopping.signal);
    while (!stopping.signal.aborted) {
      const startTick = clock.monotonicMs();
      await scrape(job, view);
      const usedMs = clock.monotonicMs() - startTick;
      await clock.sleep(Math.max(0, job.everySec * 1000 - usedMs), stopping.signal);
    }
  }

  return {
    view: () => views.map((view) => ({ ...view })),
    start() {
      for (const job of options.jobs) {
        for (const url of job.targets) {
          const view = {
            cluster: job.cluster,
            url,
            everySec: job.everySec,
            up: false,
            lastAtMs: undefined,
            tookMs: 0,
            samples: 0,
            badLines: 0,
          };
          views.push(view);
          loops.push(run(job, view));
        }
      }
    },
    async stop() {
      stopping.abort();
      await Promise.all(loops);
      loops = [];
      await agent?.destroy();
    },
  };
}

const ownMetric = (name: string, value: number, everySec: number, units: string): PushedMetric => ({
  ...{ name, value, units, slope: 'both', tmaxSec: everySec, dmaxSec: DMAX_SEC, groups: ['scrape'] },
});

function metricsOf({ samples, families }: Exposition, everySec: number): PushedMetric[] {
  return samples.map((sample: ExposedSample): PushedMetric => {
    const family = familyName(sample.name, families);
    const known = families.get(family);
    return {
      name: metricName(sample.name, sample.labels),
      value: sample.value,
      units: '',
      slope: slopeOfFamily(sample.name, known?.type),
      ...{ tmaxSec: everySec, dmaxSec: DMAX_SEC, groups: [groupOf(family)] },
      ...(known !== undefined && known.help !== '' && { description: known.help }),
      ...(sample.atMs !== undefined && { atMs: sample.atMs }),
    };
  });
}

/** `node_cpu_seconds_total` → `node_cpu`: what belongs together is shown together. */
const groupOf = (family: string): string => family.split('_').slice(0, 2).join('_');
