// Release archives, and what is deployed where.

import type { Artifact, Release, ReleaseDeploy } from '#web/contract/remediation.ts';
import type { ListOf } from './list.ts';
import { useApiAction, useApiQuery, type ActionOptions, type Resource } from './use-api-query.ts';

const TOUCHED: readonly Resource[] = ['releases', 'runs'];

export const useArtifacts = () => useApiQuery<ListOf<Artifact>>('artifacts', '/artifacts', { limit: 200 });
export const useReleases = () => useApiQuery<ListOf<Release>>('releases', '/releases', { limit: 200 });

export const useUploadArtifact = (options: Pick<ActionOptions<unknown, Artifact>, 'done' | 'onDone'>) =>
  useApiAction(
    (api, input: { name: string; version: string; file: Blob }) =>
      api.upload<Artifact>('/artifacts', { name: input.name, version: input.version }, input.file),
    { refreshes: ['artifacts'], tellFailure: false, ...options },
  );

export const useDeploy = (onDone: (runId: string) => void) =>
  useApiAction((api, deploy: ReleaseDeploy) => api.send<{ runId: string }>('POST', '/releases/deploy', deploy), {
    refreshes: TOUCHED,
    tellFailure: false,
    onDone: ({ runId }) => onDone(runId),
  });

export const useRollback = (onDone: (runId: string) => void) =>
  useApiAction((api, app: string) => api.send<{ runId: string }>('POST', '/releases/rollback', { app }), {
    refreshes: TOUCHED,
    onDone: ({ runId }) => onDone(runId),
  });
