// Puts checks together: the API for any process, and the service that runs them in
// the one process that holds the lease.

import type { Timer } from '#kernel/clock.ts';
import { errorFields } from '#kernel/errors.ts';
import type { Service } from '#kernel/service.ts';
import { releaseLease, takeLease } from '#store/lease.ts';
import type { ChecksApi } from './api.ts';
import { createCheckCommands } from './check-commands.ts';
import { createCheckQueries } from './check-queries.ts';
import { createCheckRunner, type CheckRunner, type CheckRunnerDeps } from './check-runner.ts';
import type { CheckScheduleCounters } from './check-schedule.ts';
import { createDefaultChecks } from './default-checks.ts';
import type { CheckKind } from './kinds/check-kind.ts';
import { createKinds, type KindDeps } from './kinds/all-kinds.ts';
import { createPluginRunner } from './plugin-runner/plugin-runner.ts';

type ChecksDeps = Omit<CheckRunnerDeps, 'kinds'> & Omit<KindDeps, 'pluginRunner'>;

interface ChecksOptions {
  /** Name of this process among those that run checks; the same after a restart, so that it takes over from itself. */
  holder: string;
  /** Default 64. */
  maxRunning?: number;
  /** Default 8. */
  maxRunningPerHost?: number;
}

export interface Checks extends Service {
  readonly api: ChecksApi;
  /** Undefined while another process runs the checks. */
  counters(): CheckScheduleCounters | undefined;
  /** Resolves when every event committed before the call has been acted on; at once in a process that does not run checks. */
  drain(): Promise<void>;
}

const LEASE = 'checks';
const LEASE_TTL_MS = 10_000;
const LEASE_RENEW_MS = 3000;

export function createChecks(deps: ChecksDeps, options: ChecksOptions): Checks {
  const { db, clock, log } = deps;
  const { holder } = options;
  const pluginRunner = createPluginRunner({ clock, log });
  const all = createKinds({ ...deps, pluginRunner });
  const kinds: ReadonlyMap<string, CheckKind> = new Map(all.map((kind) => [kind.kind, kind]));
  const commands = createCheckCommands({ db, clock, kinds });
  const { maxRunning = 64, maxRunningPerHost = 8 } = options;

  let runner: CheckRunner | undefined;
  let heldUntilTick = 0;
  let turn: Promise<void> | undefined;
  let timer: Timer | undefined;

  /** Takes or renews the lease, and runs checks exactly while it is held. */
  async function takeTurn(): Promise<void> {
    const askedTick = clock.monotonicMs();
    try {
      const isHeld = await takeLease(db, { name: LEASE, holder, nowMs: clock.nowMs(), ttlMs: LEASE_TTL_MS });
      heldUntilTick = isHeld ? askedTick + LEASE_TTL_MS : 0;
    } catch (error) {
      log.debug('the lease of checks could not be renewed', errorFields(error));
    }
    if (clock.monotonicMs() < heldUntilTick) await startRunner();
    else await stopRunner();
  }

  async function startRunner(): Promise<void> {
    if (runner) return;
    const next = createCheckRunner({ ...deps, kinds }, { maxRunning, maxRunningPerHost });
    runner = next;
    try {
      await next.start();
    } catch (error) {
      // The next turn tries again; until then nothing half-started is left behind.
      log.warn('checks could not be started', errorFields(error));
      await stopRunner();
    }
  }

  async function stopRunner(): Promise<void> {
    const last = runner;
    runner = undefined;
    await last?.stop();
  }

  return {
    name: 'checks',
    api: {
      kinds: () =>
        all.map(({ kind, title, specSchema }) => ({
          kind,
          title,
          specSchema: { ...specSchema } as Record<string, unknown>,
        })),
      ...createCheckQueries({ db, clock }),
      create: commands.create,
      update: commands.update,
      remove: commands.remove,
      runNow: commands.runNow,
      ensureDefaultChecks: createDefaultChecks({ db, clock, commands }),
    },
    async start() {
      await takeTurn();
      timer = clock.every(LEASE_RENEW_MS, () => {
        turn ??= takeTurn().finally(() => {
          turn = undefined;
        });
      });
    },
    async stop() {
      timer?.cancel();
      await turn;
      await stopRunner();
      await pluginRunner.stop();
      await releaseLease(db, { name: LEASE, holder });
    },
    counters: () => runner?.counters(),
    async drain() {
      await runner?.drain();
    },
  };
}
