// Deploys and rolls back: makes the run, and enters its end into the ledger in the
// transaction that ends it.

import type { Actor } from '#kernel/domain/actor.ts';
import type { Clock } from '#kernel/clock.ts';
import { badRequest, conflict } from '#kernel/errors.ts';
import { uuidv7 } from '#kernel/ids.ts';
import { appendEvents } from '#store/event-log.ts';
import { transaction, type Db, type Trx } from '#store/postgres.ts';
import type { ReleasesApi } from '../api.ts';
import type { Inventory } from '../neighbours.ts';
import type { RunOffers } from '../run-offers.ts';
import type { Run } from '../run.ts';
import { checkSteps } from '../steps/step-types.ts';
import type { ReleaseStep } from '../steps/release.ts';
import { DEFAULT_OPTIONS, submitRun } from '../submit-run.ts';
import { resolveTargets } from '../targets.ts';
import { readArtifact } from './artifact-store.ts';
import { endDeploy, endRollback, insertRelease, listReleases, lockLedger, markRollback } from './release-ledger.ts';
import type { Artifact, Release, ReleaseOptions } from './release.ts';
import { chooseRollback, nextReleaseTs } from './rollback-target.ts';

// Fetching and unpacking 200 MiB over a slow link.
const DEPLOY_TIMEOUT_SEC = 900;
const KEPT_RELEASES = 5;

interface Deps {
  db: Db;
  clock: Clock;
  inventory: Inventory;
  offers: RunOffers;
}

const stepOf = (
  action: ReleaseStep['action'],
  release: Pick<Release, 'app' | 'version' | 'releaseTs' | 'deployTo' | 'options'>,
  artifact: Artifact,
): ReleaseStep => ({
  type: 'release',
  action,
  app: release.app,
  version: release.version,
  releaseTs: release.releaseTs,
  deployTo: release.deployTo,
  keep: release.options.keep,
  artifact: { sha256: artifact.sha256, sizeBytes: artifact.sizeBytes },
  linkedDirs: release.options.linkedDirs,
  linkedFiles: release.options.linkedFiles,
  ...(release.options.restartCommand && { restartCommand: release.options.restartCommand }),
  timeoutSec: DEPLOY_TIMEOUT_SEC,
});

export function createReleases(deps: Deps): ReleasesApi & {
  /** In the transaction that ends the run; `eventId` is its `run.finished`. */
  onRunFinished(trx: Trx, run: Run, eventId: string): Promise<void>;
} {
  const { db, clock } = deps;

  async function submit(
    trx: Trx,
    actor: Actor,
    run: { id: string; step: ReleaseStep; hosts: { id: string; name: string }[]; concurrency: number | undefined },
  ): Promise<void> {
    const { step, hosts } = run;
    const problems = checkSteps([step], []);
    if (problems.length > 0) throw badRequest('bad_release', problems.join('; '), { problems });
    await submitRun(
      trx,
      {
        id: run.id,
        title:
          step.action === 'deploy' ? `Deploy ${step.app} ${step.version}` : `Roll ${step.app} back to ${step.version}`,
        source: step.action,
        actor,
        steps: [step],
        inputs: {},
        targets: { hostIds: hosts.map((host) => host.id), groupIds: [] },
        hosts,
        options: { ...DEFAULT_OPTIONS, concurrency: run.concurrency ?? DEFAULT_OPTIONS.concurrency },
      },
      clock.nowMs(),
    );
  }

  return {
    list: (filter) => listReleases(db, filter),

    async deploy(actor, deploy) {
      const hosts = await resolveTargets(deps.inventory, deploy.targets);
      const artifact = await readArtifact(db, deploy.artifactId);
      const options: ReleaseOptions = {
        keep: deploy.keep ?? KEPT_RELEASES,
        linkedDirs: deploy.linkedDirs ?? [],
        linkedFiles: deploy.linkedFiles ?? [],
        ...(deploy.restartCommand && { restartCommand: deploy.restartCommand }),
        ...(deploy.concurrency && { concurrency: deploy.concurrency }),
      };
      const runId = uuidv7(clock.nowMs());
      await transaction(db, async (trx) => {
        const ledger = await lockLedger(trx, deploy.app);
        if (ledger.underWay) throw underWay(deploy.app);
        const release = {
          id: uuidv7(clock.nowMs()),
          app: deploy.app,
          version: artifact.version,
          releaseTs: nextReleaseTs(clock.nowMs(), ledger.releases[0]?.releaseTs),
          artifactId: artifact.id,
          deployTo: deploy.deployTo,
          runId,
          hostIds: hosts.map((host) => host.id),
          options,
          createdBy: actor.label,
          createdAtMs: clock.nowMs(),
        };
        await insertRelease(trx, release);
        const step = stepOf('deploy', release, artifact);
        await submit(trx, actor, { id: runId, step, hosts, concurrency: options.concurrency });
      });
      deps.offers.offer(runId, 'created');
      return runId;
    },

    async rollback(actor, app) {
      const runId = uuidv7(clock.nowMs());
      await transaction(db, async (trx) => {
        const ledger = await lockLedger(trx, app);
        if (ledger.underWay) throw underWay(app);
        const chosen = chooseRollback(ledger.releases);
        if (chosen?.to.artifactId === undefined)
          throw conflict(
            'nothing_to_roll_back_to',
            `The ledger has no good release of "${app}" before the current one.`,
          );
        const { from, to } = chosen;
        const artifact = await readArtifact(trx, chosen.to.artifactId);
        // The hosts that the release to be left went to; a host retired since is no longer ours to change.
        const hosts = await deps.inventory.hostIdsOf({ hostIds: from.hostIds, groupIds: [] });
        if (hosts.length === 0) throw conflict('no_hosts', `No host of "${app}" is in service any more.`);
        await markRollback(trx, { fromId: from.id, toId: to.id, runId });
        const step = stepOf('rollback', to, artifact);
        await submit(trx, actor, { id: runId, step, hosts, concurrency: to.options.concurrency });
      });
      deps.offers.offer(runId, 'created');
      return runId;
    },

    async onRunFinished(trx, run, eventId) {
      if (run.source !== 'deploy' && run.source !== 'rollback') return;
      const good = run.status === 'succeeded';
      const atMs = clock.nowMs();
      const release =
        run.source === 'deploy' ? await endDeploy(trx, run.id, { good, atMs }) : await endRollback(trx, run.id, good);
      if (!release || !good) return;
      const { app, version, releaseTs } = release;
      const data = { app, version, releaseTs, action: run.source, runId: run.id };
      await appendEvents(trx, [{ kind: 'release.switched', atMs, runId: run.id, causeId: eventId, data }]);
    },
  };
}

const underWay = (app: string) =>
  conflict('deploy_in_progress', `A deploy or roll-back of "${app}" is under way. Wait for it, or cancel its run.`);
