// Every kind of check there is, with what some of them need from the rest of Plexus.

import type { CheckKind } from './check-kind.ts';
import { httpKind } from './http.ts';
import { createMetricKind, type LatestMetric } from './metric.ts';
import { pluginKind } from './plugin.ts';
import { tcpKind } from './tcp.ts';

export interface KindDeps {
  latestMetric: LatestMetric;
}

export const createKinds = (deps: KindDeps): CheckKind[] => [
  pluginKind,
  tcpKind,
  httpKind,
  createMetricKind(deps.latestMetric),
];
