// Puts checks together: the API for any process, and the engine that runs them where the
// role is.

import type { Clock } from '#kernel/clock.ts';
import type { Service } from '#kernel/service.ts';
import type { ChecksApi } from './api.ts';
import { createCheckCommands } from './check-commands.ts';
import { createCheckQueries } from './check-queries.ts';
import { createCheckTrial } from './check-trial.ts';
import { createCheckEngine, type CheckEngine, type CheckEngineDeps } from './engine/engine.ts';
import { nodeMacros } from './engine/node-macros.ts';
import { createSite } from './engine/site.ts';
import { loadChecks, loadHosts, loadTies } from './engine/site-store.ts';
import { createAvailability } from './availability-report/availability-report.ts';
import { createHistoryUpkeep } from './availability-report/history-upkeep.ts';
import { createDowntimes } from './downtime/downtimes.ts';
import { createRecurringPlanner } from './downtime/recurring-planner.ts';
import { createKinds, type KindDeps } from './kinds/all-kinds.ts';
import type { CheckKind } from './kinds/check-kind.ts';
import type { MacroLookup } from './macros/expand-macros.ts';
import { explainCheck } from './queries/explain-check.ts';
import { createObjectCommands } from './object-commands.ts';
import { createOutside, type Outside, type OutsideOptions } from './passive/outside.ts';
import { createPluginRunner, type PluginRunnerCounters } from './plugin-runner/plugin-runner.ts';
import { createDefaultChecks } from './default-checks.ts';
import { createStarterChecks } from './starter/starter-checks.ts';

type ChecksDeps = Omit<CheckEngineDeps, 'kinds'> & Omit<KindDeps, 'pluginRunner'> & { clock: Clock };

interface ChecksOptions {
  /** Name of this process among those that run checks; the same after a restart, so that it takes over from itself. */
  holder: string;
  /** No other process can reach the database. */
  isAlone: boolean;
  /** Default 128. */
  maxRunning?: number;
  /** Default 8. */
  maxRunningPerHost?: number;
  /** Time zone of time periods that name none; default UTC. */
  zone?: string;
  /** How long the history of states is kept; default two years. */
  historyDays?: number;
  /** The wires of Nagios that are switched on; default none. */
  outside?: OutsideOptions;
}

export interface Checks extends Service {
  readonly api: ChecksApi;
  readonly kinds: ReadonlyMap<string, CheckKind>;
  /** Results and orders that others bring. */
  readonly outside: Pick<Outside, 'api' | 'counters'>;
  /** Undefined where no checks are run. */
  counters(): (ReturnType<CheckEngine['counters']> & { plugins: PluginRunnerCounters }) | undefined;
  /** Resolves when every event committed before the call has been acted on; at once in a process that does not run checks. */
  drain(): Promise<void>;
}

export function createChecks(deps: ChecksDeps, options: ChecksOptions): Checks {
  const { db, clock, log } = deps;
  const { holder, isAlone, maxRunning = 128, maxRunningPerHost = 8, zone = 'UTC', historyDays = 730 } = options;
  const pluginRunner = createPluginRunner({ clock, log });
  const all = createKinds({ ...deps, pluginRunner });
  const kinds: ReadonlyMap<string, CheckKind> = new Map(all.map((kind) => [kind.kind, kind]));
  const commands = createCheckCommands({ db, clock, kinds });
  const starter = createStarterChecks({ ...deps, commands });
  const planner = createRecurringPlanner({ db, clock, log, holder });
  const upkeep = createHistoryUpkeep({ db, clock, log }, { keepMs: historyDays * 86_400_000 });
  const outside = createOutside(deps, options.outside ?? {});
  let engine: CheckEngine | undefined;

  /** From the site of the engine, or of one host that is read for the occasion. */
  async function macrosOf(hostId: string, checkId?: string): Promise<MacroLookup> {
    let site = engine?.site;
    if (!site?.hosts.has(hostId)) {
      const one = createSite({ zone });
      const [hosts, checks, ties] = await Promise.all([
        loadHosts(db, [hostId]),
        loadChecks(db, [hostId]),
        loadTies(deps),
      ]);
      one.update([hostId], { hosts, checks }, () => false);
      one.tie(ties);
      site = one;
    }
    const node = (checkId === undefined ? undefined : site.objects.get(checkId)) ?? site.hosts.get(hostId);
    return node ? nodeMacros(site, node, clock.nowMs()) : () => undefined;
  }

  return {
    name: 'checks',
    kinds,
    outside,
    api: {
      kinds: () =>
        all.map(({ kind, title, specSchema }) => ({
          kind,
          title,
          specSchema: { ...specSchema } as Record<string, unknown>,
        })),
      ...createCheckQueries({ db, clock, kinds }),
      downtimes: createDowntimes({ db, clock }),
      availability: createAvailability({ db, clock }),
      create: commands.create,
      update: commands.update,
      remove: commands.remove,
      runNow: commands.runNow,
      ...createCheckTrial({ ...deps, kinds, macrosOf }),
      explain: (id) => explainCheck(db, id),
      ...createObjectCommands({ db, clock, requests: () => engine?.requests }),
      ensureDefaultChecks: createDefaultChecks({ db, clock, commands }),
    },
    async start(signal) {
      await starter.start(signal);
      const next = createCheckEngine({ ...deps, kinds }, { holder, isAlone, maxRunning, maxRunningPerHost, zone });
      await next.start();
      engine = next;
      // A port that is taken ends the start: what runs already must not be left behind.
      await outside.start(next).catch(async (error: unknown) => {
        engine = undefined;
        await next.stop();
        await starter.stop();
        throw error;
      });
      await planner.start(signal);
      await upkeep.start(signal);
    },
    async stop() {
      const last = engine;
      engine = undefined;
      await outside.stop();
      await upkeep.stop();
      await planner.stop();
      await starter.stop();
      await last?.stop();
      await pluginRunner.stop();
    },
    counters: () => engine && { ...engine.counters(), plugins: pluginRunner.counters() },
    async drain() {
      if (!engine) return;
      await starter.drain();
      await engine.drain();
    },
  };
}
