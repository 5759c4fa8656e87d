// Artifacts and the ledger of releases: which version of an app is where, and which
// one was good. Shapes only.

import type { Targets } from '../run.ts';

export interface Artifact {
  id: string;
  name: string;
  version: string;
  sha256: string;
  sizeBytes: number;
  uploadedBy: string;
  uploadedAtMs: number;
}

export interface ReleaseOptions {
  /** Good releases that stay on a host. */
  keep: number;
  linkedDirs: string[];
  linkedFiles: string[];
  restartCommand?: string[];
  concurrency?: number;
}

export type ReleaseState = 'deploying' | 'good' | 'failed' | 'rolled_back';

/** One line of the ledger. `current` is what the app's hosts should serve. */
export interface Release {
  id: string;
  app: string;
  version: string;
  /** YYYYMMDDHHMMSS in UTC, the same on every host. */
  releaseTs: string;
  artifactId: string | undefined;
  deployTo: string;
  runId: string | undefined;
  hostIds: string[];
  options: ReleaseOptions;
  state: ReleaseState;
  current: boolean;
  createdBy: string;
  createdAtMs: number;
  finishedAtMs: number | undefined;
}

export interface NewDeploy extends Partial<ReleaseOptions> {
  app: string;
  artifactId: string;
  deployTo: string;
  targets: Targets;
}
