// What kinds of checks ask of the rest of Plexus, for tests in which they ask nothing.

import type { KindDeps } from '#checks/kinds/all-kinds.ts';

export const quietKindDeps = {
  inventory: {
    seriesOfHost: () => Promise.resolve({ cluster: 'c', host: 'localhost' }),
    listHosts: () => Promise.resolve({ items: [], nextCursor: undefined }),
    listGroups: () => Promise.resolve([]),
    getHost: () => Promise.reject(new Error('no host is asked for')),
  },
  gateway: {
    agentOfHost: () => Promise.resolve(undefined),
    sendRequest: () => Promise.resolve(false),
    readRequests: () => Promise.resolve([]),
    forgetRequests: () => Promise.resolve(),
  },
  readSelf: () => Promise.resolve([]),
  latestMetric: () => undefined,
  queryHistory: () => Promise.resolve([]),
} satisfies Partial<KindDeps>;
