// Every kind of check there is, with what some of them need from the rest of Plexus.

import type { CheckKind } from './check-kind.ts';
import { httpKind } from './http.ts';
import { createHostGroups, type HostGroupsDeps } from './host-groups.ts';
import { createMetricKind } from './metric/metric.ts';
import type { LatestMetric, QueryHistory } from './metric/metric-sources.ts';
import { createNrpeKind } from './nrpe.ts';
import { pluginKind } from './plugin.ts';
import { tcpKind } from './tcp.ts';

export interface KindDeps extends HostGroupsDeps {
  latestMetric: LatestMetric;
  queryHistory: QueryHistory;
}

export const createKinds = (deps: KindDeps): CheckKind[] => [
  pluginKind,
  tcpKind,
  httpKind,
  createMetricKind({ ...deps, ...createHostGroups(deps) }),
  createNrpeKind(),
];
