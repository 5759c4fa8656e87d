// The executables of a folder as groups of metrics: looks what is there, runs each
// when its group is due, and turns what it prints into metrics.

import { splayMs } from '#kernel/splay.ts';
import type { Clock, Timer } from '#kernel/clock.ts';
import { errorFields } from '#kernel/errors.ts';
import type { Logger } from '#kernel/log.ts';
import path from 'node:path';
import type { SampledGroup } from '../default-groups.ts';
import type { MetricDefinition, Reading } from '../samplers/metric-definition.ts';
import type { ScriptEnd } from './run-script.ts';
import { readScriptFolder, type Script } from './script-folder.ts';
import { parseScriptOutput, type CustomValue } from './script-output.ts';

export interface CustomMetrics {
  /** Resolves when the folder was read for the first time. */
  start(): Promise<void>;
  stop(): Promise<void>;
  counters(): { runs: number; failed: number; malformed: number };
}

interface CustomMetricsDeps {
  clock: Clock;
  log: Logger;
  /** Called with all groups whenever a script came, went or changed its header. */
  changed(groups: readonly SampledGroup[]): void;
}

interface CustomMetricsOptions {
  folder: string;
  /** Multiplies every interval; default 1. */
  intervalScale?: number;
}

const LOOK_EVERY_MS = 30_000;
const MOST_AT_ONCE = 4;
const MOST_METRICS = 2000;
// Receivers forget the metrics of a script that is gone after so many of its intervals.
const DMAX_INTERVALS = 10;
const LEAST_DMAX_SEC = 300;

interface Running {
  script: Script;
  group: SampledGroup;
  /** How many metrics it gave last. */
  size(): number;
}

export function createCustomMetrics(deps: CustomMetricsDeps, options: CustomMetricsOptions): CustomMetrics {
  const { clock, log } = deps;
  const scale = options.intervalScale ?? 1;
  const stopping = new AbortController();
  const counters = { runs: 0, failed: 0, malformed: 0 };
  const said = new Map<string, string>();
  const slots = createSlots(MOST_AT_ONCE);
  const inFlight = new Set<Promise<Reading>>();
  let running: Running[] = [];
  let timer: Timer | undefined;
  let looking: Promise<void> | undefined;

  /** Each complaint once, and again when it changes. */
  function complain(file: string, reason: string | undefined, fields: Record<string, unknown> = {}): void {
    if (said.get(file) === reason) return;
    if (reason === undefined) said.delete(file);
    else {
      said.set(file, reason);
      log.warn('a metric script is not used as it is', { file, reason, ...fields });
    }
  }

  function start(script: Script): Running {
    let metrics: MetricDefinition[] = [];
    let first = true;

    async function read(): Promise<Reading> {
      // The first run of each at a time of its own, then on and on from there.
      if (first) await clock.sleep(splayMs(script.file, Math.min(script.everySec, 30) * 1000 * scale), stopping.signal);
      first = false;
      const free = await slots.take(stopping.signal);
      try {
        const { runScript } = await import('./run-script.ts');
        if (stopping.signal.aborted) return {};
        return take(
          await runScript(
            clock,
            { file: script.file, cwd: options.folder, timeoutMs: script.timeoutSec * 1000 },
            stopping.signal,
          ),
        );
      } finally {
        free();
      }
    }

    function take({ stdout, exitCode, failure }: ScriptEnd): Reading {
      if (stopping.signal.aborted) return {};
      counters.runs++;
      if (failure !== undefined) {
        counters.failed++;
        complain(script.file, failure);
        return {};
      }
      const { values, malformed, example } = parseScriptOutput(script.name, stdout, exitCode);
      counters.malformed += malformed;
      const others = running.reduce((sum, one) => sum + (one.script === script ? 0 : one.size()), 0);
      const taken = values.slice(0, Math.max(0, MOST_METRICS - others));
      if (malformed > 0)
        complain(script.file, 'some of its output is neither "name value unit" nor perfdata', { example });
      else if (taken.length < values.length)
        complain(script.file, `all scripts together give more than ${MOST_METRICS} metrics`);
      else complain(script.file, undefined);
      metrics = taken.map((value) => definitionOf(script, value));
      return Object.fromEntries(taken.map(({ name, value }) => [name, value]));
    }

    return {
      script,
      size: () => metrics.length,
      group: {
        name: `script ${script.name}`,
        get metrics() {
          return metrics;
        },
        sampler: {
          read() {
            const reading = read();
            inFlight.add(reading);
            return reading.finally(() => inFlight.delete(reading));
          },
        },
        collectEverySec: script.everySec * scale,
        timeThresholdSec: script.everySec * scale,
      },
    };
  }

  async function look(): Promise<void> {
    try {
      const { scripts, refused } = await readScriptFolder(options.folder, process.getuid?.() ?? 0);
      for (const { file, reason } of refused) complain(file, reason);
      const unchanged = (script: Script) => running.find((one) => isSame(one.script, script));
      const next = scripts.map((script) => unchanged(script) ?? start(script));
      const isChanged = next.length !== running.length || next.some((one) => !running.includes(one));
      running = next;
      if (isChanged && !stopping.signal.aborted) deps.changed(running.map(({ group }) => group));
    } catch (error) {
      log.warn('the folder of metric scripts could not be read', { folder: options.folder, ...errorFields(error) });
    }
  }

  return {
    async start() {
      timer = clock.every(LOOK_EVERY_MS, () => {
        looking ??= look().finally(() => (looking = undefined));
      });
      await look();
    },
    async stop() {
      stopping.abort();
      timer?.cancel();
      await looking;
      await Promise.allSettled(inFlight);
    },
    counters: () => ({ ...counters }),
  };
}

const isSame = (a: Script, b: Script): boolean =>
  a.file === b.file && a.everySec === b.everySec && a.timeoutSec === b.timeoutSec;

function definitionOf(script: Script, { name, value, units, counts, extra }: CustomValue): MetricDefinition {
  const isText = typeof value === 'string';
  return {
    name,
    type: isText ? 'string' : 'double',
    fmt: isText ? '%s' : Number.isInteger(value) ? '%.0f' : '%f',
    units,
    slope: isText ? 'zero' : counts ? 'positive' : 'both',
    tmaxSec: script.everySec,
    dmaxSec: Math.max(LEAST_DMAX_SEC, script.everySec * DMAX_INTERVALS),
    title: name,
    description: `Printed by ${path.basename(script.file)}`,
    group: script.name,
    extra,
  };
}

/** At most `count` at once; the rest wait in the order in which they came. */
function createSlots(count: number) {
  let free = count;
  const waiting: (() => void)[] = [];
  return {
    async take(stopping: AbortSignal): Promise<() => void> {
      if (free > 0) free--;
      else
        await new Promise<void>((resolve) => {
          const go = () => {
            // The signal lives as long as the agent; what waited must not stay with it.
            stopping.removeEventListener('abort', go);
            resolve();
          };
          waiting.push(go);
          stopping.addEventListener('abort', go, { once: true });
        });
      let isFree = false;
      return () => {
        if (isFree) return;
        isFree = true;
        const next = waiting.shift();
        if (next) next();
        else free++;
      };
    },
  };
}
