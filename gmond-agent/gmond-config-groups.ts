// Turns the collection groups of a gmond.conf into groups that can be run: which
// metric a name means, from which source it comes. Decides nothing about time.
// Source: spec/ganglia.md §4, `metric`.

import { runInNewContext } from 'node:vm';
import type { Clock } from '#kernel/clock.ts';
import type { ConfPosition } from '#wire/gmond-conf-tokens.ts';
import type { SampledGroup } from './default-groups.ts';
import type { ConfGroup, ConfMetric } from './gmond-config.ts';
import type { MetricDefinition, Reading, Sampler } from './samplers/metric-definition.ts';

export interface PlannedGroups {
  groups: SampledGroup[];
  /** Metrics of the file that nothing here can read, and why. */
  unmatched: { at: ConfPosition; asked: string; why: string }[];
}

interface Available {
  metric: MetricDefinition;
  source: SampledGroup;
}

// A pattern that takes longer has run away: names are few and short.
const PATTERN_TIMEOUT_MS = 200;
// A source that is later than this misses its round; the rest of the group goes out without it.
const SOURCE_TIMEOUT_MS = 5000;

/**
 * Groups in the file's order, each with samplers of its own where `available` can make them. A name means the
 * metric of that name, else every one that begins with it in whatever case.
 */
export function planGroups(
  clock: Clock,
  confGroups: readonly ConfGroup[],
  available: readonly SampledGroup[],
): PlannedGroups {
  const catalogue = available.flatMap((source) => source.metrics.map((metric) => ({ metric, source })));
  const unmatched: PlannedGroups['unmatched'] = [];
  const groups = confGroups.flatMap((group): SampledGroup[] => {
    const chosen = new Map<string, Available>();
    for (const asked of group.metrics) {
      const found = matches(asked, catalogue);
      if (found.length === 0 || typeof found === 'string')
        unmatched.push({
          at: asked.at,
          asked: asked.name ?? asked.nameMatch ?? '',
          why: typeof found === 'string' ? found : 'no metric here has this name',
        });
      else for (const one of found) chosen.set(one.metric.name, { ...one, metric: configured(one.metric, asked) });
    }
    if (chosen.size === 0) return [];
    const members = [...chosen.values()];
    return [
      {
        name: `collection_group of line ${group.metrics[0]?.at.line ?? 0}`,
        metrics: members.map(({ metric }) => metric),
        sampler: joinSamplers(clock, members),
        timeThresholdSec: group.timeThresholdSec,
        ...(group.collectEverySec !== undefined && { collectEverySec: group.collectEverySec }),
      },
    ];
  });
  return { groups, unmatched };
}

/** As the file says; without a threshold of its own only time sends a metric. */
function configured({ valueThreshold: _default, ...metric }: MetricDefinition, asked: ConfMetric): MetricDefinition {
  return {
    ...metric,
    ...(asked.name !== undefined && asked.title !== undefined && { title: asked.title }),
    ...(asked.valueThreshold !== undefined && { valueThreshold: asked.valueThreshold }),
  };
}

function matches(asked: ConfMetric, catalogue: readonly Available[]): Available[] | string {
  const { name } = asked;
  if (name === undefined) return matchPattern(asked, catalogue);
  const exact = catalogue.find(({ metric }) => metric.name === name);
  if (exact) return [exact];
  const prefix = name.toLowerCase();
  return catalogue.filter(({ metric }) => metric.name.toLowerCase().startsWith(prefix));
}

/** `\1` to `\9` of the title are what the groups of the pattern matched. */
function matchPattern(asked: ConfMetric, catalogue: readonly Available[]): Available[] | string {
  const found = runPattern(
    asked.nameMatch ?? '',
    catalogue.map(({ metric }) => metric.name),
  );
  if (typeof found === 'string') return found;
  return catalogue.flatMap(({ metric, source }, index) => {
    const groups = found[index];
    if (!groups) return [];
    const title = asked.title?.replaceAll(/\\([1-9])/g, (_, digit: string) => groups[Number(digit)] ?? '');
    return [{ source, metric: { ...metric, ...(title !== undefined && { title }) } }];
  });
}

/** Per name what it and its groups matched, or null; a string says why there is no answer. */
function runPattern(pattern: string, names: readonly string[]): (string[] | null)[] | string {
  // PCRE's flag at the front, which a JavaScript pattern has outside.
  const flagged = /^\(\?i\)/.exec(pattern);
  try {
    const result: unknown = runInNewContext(
      'names.map((name) => { const found = new RegExp(pattern, flags).exec(name); return found && [...found]; })',
      { names, pattern: flagged ? pattern.slice(flagged[0].length) : pattern, flags: flagged ? 'i' : '' },
      { timeout: PATTERN_TIMEOUT_MS },
    );
    return Array.isArray(result) ? result.map((groups) => (Array.isArray(groups) ? groups.map(String) : null)) : [];
  } catch (error) {
    return `the pattern cannot be used: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** One reading out of several sources; one that is slow or fails costs its own metrics only. */
function joinSamplers(clock: Clock, members: readonly Available[]): Sampler {
  const samplers = [...new Set(members.map(({ source }) => source))].map((source) => {
    const names = members.filter((member) => member.source === source).map(({ metric }) => metric.name);
    return source.only?.(names) ?? source.another?.() ?? source.sampler;
  });
  const [only] = samplers;
  if (only !== undefined && samplers.length === 1) return only;
  const bounded = samplers.map((sampler) => boundedSampler(clock, sampler));
  return {
    async read() {
      const readings = await Promise.all(bounded.map((sampler) => sampler.read()));
      return Object.assign({}, ...readings);
    },
  };
}

function boundedSampler(clock: Clock, sampler: Sampler): Sampler {
  let pending: Promise<Reading> | undefined;
  return {
    async read() {
      const answered = new AbortController();
      // A source that still owes its last answer is not asked a second time.
      pending ??= sampler
        .read()
        .catch(() => ({}))
        .finally(() => (pending = undefined));
      const late = clock.sleep(SOURCE_TIMEOUT_MS, answered.signal).then(() => ({}));
      try {
        return await Promise.race([pending, late]);
      } finally {
        answered.abort();
      }
    },
  };
}
