// gmetad's XML: this grid with its clusters in full and the grids below it as sums, or
// the part of it that a query names. Knows nothing of sockets.

import type { Clock } from '#kernel/clock.ts';
import { CLOSE_GRID, hostsElement, openGmetadHost, openGrid, sumElement } from '#wire/gmetad-xml.ts';
import { CLOSE_CLUSTER, CLOSE_DOCUMENT, CLOSE_HOST, openCluster, openDocument } from '#wire/gmond-xml.ts';
import type { XmlQuery } from '#wire/gmetad-query.ts';
import type { LiveCluster, LiveGrid, LiveHost, MetricState } from '../metric-state.ts';
import { sumText, type Summaries, type Summary } from '../summary.ts';
import { createMetricXml, GANGLIA_VERSION, hostAttributes, type DumpOptions } from '../xml-dump.ts';

export interface GridXmlOptions extends DumpOptions {
  name: string;
  authority: string;
}

/** What to show of an element: `path` leads on from it, [] = all of it. */
type Part = Pick<XmlQuery, 'path' | 'isSummary' | 'http'>;

const EVERYTHING: Part = { path: [], isSummary: false, http: false };

export type GridXml = (part?: Part) => Generator<string>;

/**
 * One piece for each host at most, so that a reader of a large grid can be served in
 * slices. Names are compared as they are shown, by case. An element that does not exist
 * gives its whole parent, or to HTTP the parent without children, and what follows the
 * metric in a path is ignored: all as gmetad does it (spec/ganglia.md §6.4, §6.5).
 */
export function createGridXml(
  deps: { clock: Clock; state: MetricState; summaries: Summaries },
  options: GridXmlOptions,
): GridXml {
  const { clock, state, summaries } = deps;
  const xml = createMetricXml('gmond');
  const nowSec = (): number => Math.floor(clock.nowMs() / 1000);

  function* grid(part: Part): Generator<string> {
    const { first, rest, isAll } = step(part);
    if (first === undefined) {
      if (part.isSummary) yield sums(summaries.grid());
      return yield* children(part);
    }
    if (isAll) return yield* children(rest);
    const cluster = state.clusters.get(first);
    const nested = state.grids.get(first);
    if (cluster !== undefined) yield* clusterXml(cluster, rest);
    else if (nested !== undefined) yield nestedXml(nested);
    else if (!part.http) yield* grid(whole(part));
  }

  function* children(part: Part): Generator<string> {
    for (const cluster of [...state.clusters.values()]) yield* clusterXml(cluster, part);
    for (const nested of [...state.grids.values()]) yield nestedXml(nested);
  }

  function* clusterXml(cluster: LiveCluster, part: Part): Generator<string> {
    const localtimeSec = cluster.polled?.localtimeSec ?? nowSec();
    yield openCluster({ name: cluster.name, localtimeSec, ...cluster.labels });
    const { first, rest, isAll } = step(part);
    if (first === undefined && part.isSummary) yield sums(summaries.of(cluster));
    else if (first === undefined || isAll) yield* hosts(cluster, rest);
    else {
      const named = [...cluster.hosts.values()].filter((host) => host.name === first);
      for (const host of named) yield hostXml(host, rest);
      if (named.length === 0 && !part.http) {
        if (part.isSummary) yield sums(summaries.of(cluster));
        else yield* hosts(cluster, whole(part));
      }
    }
    yield CLOSE_CLUSTER;
  }

  function* hosts(cluster: LiveCluster, part: Part): Generator<string> {
    for (const host of [...cluster.hosts.values()]) yield hostXml(host, part);
  }

  function hostXml(host: LiveHost, part: Part): string {
    const tick = clock.monotonicMs();
    return openGmetadHost(hostAttributes(host, tick, options)) + metricsXml(host, part, tick) + CLOSE_HOST;
  }

  function metricsXml(host: LiveHost, part: Part, tick: number): string {
    const { first, isAll } = step(part);
    if (isAll || (first === undefined && !part.isSummary)) return xml.metrics(host, tick);
    if (first === undefined) return '';
    const named = [...host.metrics.values()].filter((metric) => metric.name === first);
    const text = named.map((metric) => xml.metric(metric, tick)).join('');
    return text === '' && !part.http ? metricsXml(host, whole(part), tick) : text;
  }

  function nestedXml(nested: LiveGrid): string {
    const { name, authority, polled } = nested;
    return openGrid({ name, authority, localtimeSec: polled.localtimeSec }) + sums(nested) + CLOSE_GRID;
  }

  return function* answer(part = EVERYTHING) {
    const { name, authority } = options;
    yield openDocument(GANGLIA_VERSION, 'gmetad') + openGrid({ name, authority, localtimeSec: nowSec() });
    yield* grid(part);
    yield CLOSE_GRID + CLOSE_DOCUMENT;
  };
}

function step(part: Part): { first: string | undefined; rest: Part; isAll: boolean } {
  const [first, ...path] = part.path;
  return { first, rest: { ...part, path }, isAll: part.http && first === '*' };
}

const whole = (part: Part): Part => ({ ...part, path: [] });

function sums({ hostsUp, hostsDown, metrics }: Summary): string {
  let text = hostsElement(hostsUp, hostsDown);
  for (const metric of metrics.values()) text += sumElement({ ...metric, sum: sumText(metric) });
  return text;
}
