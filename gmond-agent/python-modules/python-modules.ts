// The Python modules of a gmond.conf as groups of metrics. Keeps each one's process
// alive: started again with growing pauses when it dies, hangs or cannot be loaded.

import { backoffMs, type BackoffPolicy } from '#kernel/backoff.ts';
import type { Clock } from '#kernel/clock.ts';
import type { Logger } from '#kernel/log.ts';
import type { PythonModule } from '../agent-options.ts';
import type { SampledGroup } from '../default-groups.ts';
import type { MetricDefinition, Reading, Sampler } from '../samplers/metric-definition.ts';
import { metricsOf } from './descriptors.ts';
import { startModule, type ModuleProcess } from './module-process.ts';

export interface PythonModules {
  /** Resolves when each module has told its metrics or failed to for the first time. */
  start(): Promise<void>;
  stop(): Promise<void>;
  counters(): { starts: number; failures: number };
}

interface PythonModulesDeps {
  clock: Clock;
  log: Logger;
  /** Called once for each module, when its metrics are known. */
  loaded(group: SampledGroup): void;
}

const RESTART: BackoffPolicy = { firstMs: 5000, factor: 2, maxMs: 600_000 };
// A life that lasted so long starts the pauses anew.
const GOOD_LIFE_MS = 10 * 60_000;
const EVERY_SEC = 60;
const UINT32_END = 2 ** 32;
const INT32_END = 2 ** 31;

export function createPythonModules(
  deps: PythonModulesDeps,
  options: { modules: readonly PythonModule[]; python?: string; intervalScale?: number },
): PythonModules {
  const { clock } = deps;
  const stopping = new AbortController();
  const counters = { starts: 0, failures: 0 };
  const processes = new Set<ModuleProcess>();
  const keepers: Promise<void>[] = [];

  async function keep(module: PythonModule, settled: () => void): Promise<void> {
    const log = deps.log.child({ module: module.name });
    let current: ModuleProcess | undefined;
    let metrics: MetricDefinition[] = [];
    const group = groupOf(
      module,
      () => metrics,
      readerOf(
        log,
        () => current,
        () => metrics,
      ),
      options.intervalScale ?? 1,
    );
    let isTold = false;
    for (let failures = 0; !stopping.signal.aborted;) {
      const startMs = clock.monotonicMs();
      try {
        counters.starts++;
        current = await startModule({ clock, log }, module, { ...options, stopping: stopping.signal });
        processes.add(current);
        metrics = metricsOf(current.descriptors);
        log.info('a Python module is loaded', { metrics: metrics.length });
        if (!isTold && !stopping.signal.aborted) deps.loaded(group);
        isTold = true;
        settled();
        await current.ended;
        processes.delete(current);
      } catch (error) {
        if (!stopping.signal.aborted)
          log.warn('a Python module cannot be used', {
            reason: error instanceof Error ? error.message : String(error),
          });
      }
      current = undefined;
      settled();
      if (stopping.signal.aborted) return;
      counters.failures++;
      failures = clock.monotonicMs() - startMs > GOOD_LIFE_MS ? 1 : failures + 1;
      await clock.sleep(backoffMs(RESTART, failures), stopping.signal);
    }
  }

  return {
    async start() {
      const settled = options.modules.map(
        (module) => new Promise<void>((resolve) => void keepers.push(keep(module, resolve))),
      );
      await Promise.all(settled);
    },
    async stop() {
      stopping.abort();
      await Promise.all([...processes].map((process) => process.stop()));
      await Promise.all(keepers);
    },
    counters: () => ({ ...counters }),
  };
}

function groupOf(
  module: PythonModule,
  metrics: () => readonly MetricDefinition[],
  only: (names?: readonly string[]) => Sampler,
  intervalScale: number,
): SampledGroup {
  return {
    name: `module ${module.name}`,
    get metrics() {
      return metrics();
    },
    sampler: only(),
    only,
    collectEverySec: EVERY_SEC * intervalScale,
    timeThresholdSec: EVERY_SEC * intervalScale,
  };
}

/** Makes samplers of some names, or of all that there are. Without a process there are no values, and no complaint. */
const readerOf =
  (log: Logger, current: () => ModuleProcess | undefined, metrics: () => readonly MetricDefinition[]) =>
  (names?: readonly string[]): Sampler => {
    let complained = false;
    return {
      async read() {
        const process = current();
        if (process === undefined) return {};
        const values = await process.collect(names ?? metrics().map(({ name }) => name)).catch((error: unknown) => {
          log.warn('a Python module did not answer', {
            reason: error instanceof Error ? error.message : String(error),
          });
          return {};
        });
        const reading: Record<string, number | string> = {};
        for (const metric of metrics()) {
          const value: unknown = Reflect.get(values, metric.name);
          if (typeof value !== 'number' && typeof value !== 'string') continue;
          if (typeof value === 'string' || fits(metric, value)) reading[metric.name] = value;
          else if (!complained) {
            complained = true;
            log.warn('a value does not fit its type and is not sent', {
              metric: metric.name,
              type: metric.type,
              value,
            });
          }
        }
        return reading satisfies Reading;
      },
    };
  };

/** The wire has no wider integers: gmond would send what is left after the cut. */
const fits = ({ type }: MetricDefinition, value: number): boolean =>
  type === 'uint32' ? value >= 0 && value < UINT32_END : type !== 'int32' || Math.abs(value) < INT32_END;
