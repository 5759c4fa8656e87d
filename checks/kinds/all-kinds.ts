// Every kind of check there is, with what some of them need from the rest of Plexus.

import type { PluginRunner } from '../plugin-runner/plugin-runner.ts';
import type { CheckKind } from './check-kind.ts';
import { httpKind } from './http.ts';
import { createHostGroups, type HostGroupsDeps } from './host-groups.ts';
import { createMetricKind } from './metric/metric.ts';
import type { LatestMetric, QueryHistory } from './metric/metric-sources.ts';
import { createNrpeKind } from './nrpe.ts';
import { createPluginKind } from './plugin.ts';
import { tcpKind } from './tcp.ts';

export interface KindDeps extends HostGroupsDeps {
  latestMetric: LatestMetric;
  queryHistory: QueryHistory;
  pluginRunner: Pick<PluginRunner, 'run'>;
}

export const createKinds = (deps: KindDeps): CheckKind[] => [
  createPluginKind(deps.pluginRunner),
  tcpKind,
  httpKind,
  createMetricKind({ ...deps, ...createHostGroups(deps) }),
  createNrpeKind(),
];
