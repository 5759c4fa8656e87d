// Live state as a poll leaves it, made from a gmond's dump by the tests' own reader.

import type { Clock } from '#kernel/clock.ts';
import { slopeOf } from '#wire/gmond-packet.ts';
import { createMetricState, type LiveHost, type MetricState } from '#collector/metric-state.ts';
import { createSourceTable, DEFAULT_LIMITS } from '#collector/source-table.ts';
import { allNamed, attribute, childrenNamed, numberAttribute, type Element } from './ganglia-tree.ts';

const SLOPES = ['zero', 'positive', 'negative', 'both', 'unspecified', 'derivative'];

/** `clusters` are CLUSTER elements, polled just now. */
export function stateOf(clock: Clock, clusters: readonly Element[]): MetricState {
  const state = createMetricState();
  for (const cluster of clusters) addCluster(state, clock, cluster);
  return state;
}

function addCluster(state: MetricState, clock: Clock, element: Element): void {
  const sources = createSourceTable({ clock, onLimited: () => undefined }, DEFAULT_LIMITS);
  const polledTick = clock.monotonicMs();
  const source = sources.admitPacket('127.0.0.1', polledTick);
  if (source === undefined) throw new Error('no source');
  const cluster = state.cluster(attribute(element, 'NAME'));
  const localtimeSec = numberAttribute(element, 'LOCALTIME');
  cluster.polled = { source: 'a source', localtimeSec, polledTick, alive: true };
  cluster.labels = {
    owner: attribute(element, 'OWNER'),
    latlong: attribute(element, 'LATLONG'),
    url: attribute(element, 'URL'),
  };
  const tickOf = (aged: Element) => polledTick - numberAttribute(aged, 'TN') * 1000;

  for (const hostElement of childrenNamed(element, 'HOST')) {
    const host: LiveHost = {
      cluster: cluster.name,
      key: attribute(hostElement, 'IP'),
      spoofedAs: undefined,
      name: attribute(hostElement, 'NAME'),
      source,
      firstTick: polledTick,
      heardTick: tickOf(hostElement),
      heardAtMs: numberAttribute(hostElement, 'REPORTED') * 1000,
      quiet: false,
      named: true,
      announced: true,
      gmondStartedSec: numberAttribute(hostElement, 'GMOND_STARTED'),
      location: attribute(hostElement, 'LOCATION'),
      tmaxSec: numberAttribute(hostElement, 'TMAX'),
      dmaxSec: numberAttribute(hostElement, 'DMAX'),
      tags: attribute(hostElement, 'TAGS'),
      agentId: undefined,
      metrics: new Map(),
    };
    state.addHost(cluster, host);
    for (const metric of childrenNamed(hostElement, 'METRIC')) {
      const extra = allNamed(metric, 'EXTRA_ELEMENT').map((pair): [string, string] => [
        attribute(pair, 'NAME'),
        attribute(pair, 'VAL'),
      ]);
      const name = attribute(metric, 'NAME');
      state.addMetric(host, name, {
        name,
        source,
        announcement: {
          type: attribute(metric, 'TYPE'),
          units: attribute(metric, 'UNITS'),
          slope: slopeOf(SLOPES.indexOf(attribute(metric, 'SLOPE'))),
          tmaxSec: numberAttribute(metric, 'TMAX'),
          dmaxSec: numberAttribute(metric, 'DMAX'),
          extra: extra.reverse(),
        },
        announcedTick: tickOf(metric),
        valueId: 133,
        fmt: '%s',
        value: attribute(metric, 'VAL'),
        valueTick: tickOf(metric),
        requestedTick: -Infinity,
      });
    }
  }
}
