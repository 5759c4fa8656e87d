// The only door to remediation for other parts. Commands write their audit entry and
// events in the transaction of the change, and throw `not_found`, `stale_version`
// (409), `name_taken` (409) or a 400 that says what is accepted.

import type { Actor } from '#kernel/domain/actor.ts';
import type { NewReflex, ReflexAttempt, ReflexWithLast } from './reflex.ts';
import type { Artifact, NewDeploy, Release } from './release/release.ts';
import type { NewRun, Page, Run, RunDetail, RunFilter, TaskOutput } from './run.ts';
import type { NewRunbook, Runbook, RunbookVersion } from './runbook.ts';

export type * from './inputs.ts';
export type * from './reflex.ts';
export type * from './release/release.ts';
export type * from './run.ts';
export type { NewRunbook, Runbook, RunbookDefinition, RunbookVersion } from './runbook.ts';
export type { RunbookStep, RunStep } from './steps/step.ts';

interface PageRequest {
  cursor?: string;
  limit: number;
}

export interface RunsApi {
  /** Newest first. */
  list(filter: RunFilter): Promise<Page<Run>>;
  get(runId: string): Promise<RunDetail>;
  /** Freezes steps, inputs and resolved targets, and starts. `no_hosts` (400) when the targets hold none. */
  create(actor: Actor, run: NewRun): Promise<string>;
  /** Drops what was not sent, cancels the rest on the hosts. The run ends when every host has confirmed. */
  cancel(actor: Actor, runId: string): Promise<void>;
  /** A new run, linked to this one, on the hosts that did not succeed. Returns its id. */
  retry(actor: Actor, runId: string): Promise<string>;
  /** Chunks after sequence number `afterSeq` (-1 = from the beginning). */
  output(runId: string, taskId: string, afterSeq: number, limit: number): Promise<TaskOutput>;
  /** Enforces desired state on hosts; returns the run. */
  applyDrift(actor: Actor, drift: { desiredStateId?: string; hostIds: string[] }): Promise<string>;
}

export interface RunbooksApi {
  list(page: PageRequest): Promise<Page<Runbook>>;
  get(id: string): Promise<Runbook>;
  /** Newest first. */
  versions(id: string): Promise<RunbookVersion[]>;
  create(actor: Actor, runbook: NewRunbook): Promise<string>;
  /** Saves a new version; `version` is the one that was edited. */
  update(actor: Actor, id: string, change: NewRunbook & { version: number }): Promise<void>;
  /** `in_use` (409) while a reflex refers to it. */
  remove(actor: Actor, id: string): Promise<void>;
}

export interface ReflexesApi {
  list(page: PageRequest): Promise<Page<ReflexWithLast>>;
  get(id: string): Promise<ReflexWithLast>;
  /** Newest first; of all reflexes when `reflexId` is absent. */
  attempts(filter: { reflexId?: string; alertId?: string } & PageRequest): Promise<Page<ReflexAttempt>>;
  create(actor: Actor, reflex: NewReflex): Promise<string>;
  update(actor: Actor, id: string, change: Partial<NewReflex> & { version: number }): Promise<void>;
  remove(actor: Actor, id: string): Promise<void>;
}

export interface ArtifactsApi {
  list(page: PageRequest): Promise<Page<Artifact>>;
  /**
   * Stores a tar, optionally gzipped, of at most 200 MiB. `artifact_too_large` (413), `not_an_archive` (400),
   * `version_taken` (409) when the name has this version with other content; the same content again is the same artifact.
   */
  upload(
    actor: Actor,
    artifact: { name: string; version: string; content: AsyncIterable<Uint8Array> },
  ): Promise<Artifact>;
  /** Size in bytes, undefined when there is none with this SHA-256 in hex. */
  sizeOf(sha256: string): Promise<number | undefined>;
  /** The piece of 1 MiB that `offset` lies in, from `offset` on; undefined at the end or for an unknown hash. */
  readChunk(sha256: string, offset: number): Promise<Uint8Array | undefined>;
}

export interface ReleasesApi {
  /** Newest first. */
  list(filter: { app?: string } & PageRequest): Promise<Page<Release>>;
  /** Returns the run that deploys. `deploy_in_progress` (409) while another of the app is under way. */
  deploy(actor: Actor, deploy: NewDeploy): Promise<string>;
  /** Back to the last good release before the current one; `nothing_to_roll_back_to` (409). Returns the run. */
  rollback(actor: Actor, app: string): Promise<string>;
}

export interface RemediationApi {
  runs: RunsApi;
  runbooks: RunbooksApi;
  reflexes: ReflexesApi;
  artifacts: ArtifactsApi;
  releases: ReleasesApi;
  /** The runbooks of a fresh installation; each made once, even when it was deleted since. */
  ensureDefaultRunbooks(): Promise<void>;
}
