// What kinds of checks ask of the rest of Plexus, for tests in which they ask nothing.

import type { KindDeps } from '#checks/kinds/all-kinds.ts';
import { createSealer, type Sealer } from '#store/sealed.ts';

export const quietKindDeps = {
  sealer: createSealer('a key for the tests'),
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
} satisfies Partial<KindDeps> & { sealer: Sealer };
