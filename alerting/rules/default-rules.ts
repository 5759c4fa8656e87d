// The rules of day one, so that no screen is empty and the first broken thing is told.

import type { RuleDraft } from './rule.ts';

const common = { notify: 'at_once', enabled: true } as const;

export const DEFAULT_RULES: readonly RuleDraft[] = [
  { ...common, contactIds: [], name: 'Host down', severity: 'page', kind: 'host_down', spec: { scope: {} } },
  {
    ...common,
    contactIds: [],
    name: 'Disk nearly full',
    severity: 'urgent',
    kind: 'metric',
    // Ganglia's part_max_used: the fullest partition, in percent. Two points of hysteresis against flapping.
    spec: {
      metric: 'part_max_used',
      operator: '>',
      threshold: 90,
      forSec: 60,
      clearThreshold: 88,
      clearForSec: 60,
      unit: '%',
      scope: {},
    },
  },
  {
    ...common,
    contactIds: [],
    name: 'Check critical',
    severity: 'page',
    kind: 'check',
    spec: { states: ['critical', 'down'], scope: {} },
  },
];
