// Tells the server what this host is and runs: facts, packages, services, processes.
// Looks every few minutes and soon after a package or a source of facts changed; reports when
// something changed.

import { stat } from 'node:fs/promises';
import type { Clock, Timer } from '#kernel/clock.ts';
import type { AgentReport } from '#kernel/domain/event.ts';
import { errorFields } from '#kernel/errors.ts';
import { sha256Hex } from '#kernel/ids.ts';
import type { Logger } from '#kernel/log.ts';
import type { Service } from '#kernel/service.ts';
import { DPKG_STATUS, readPackages } from './facts-packages.ts';
import { readProcesses } from './facts-processes.ts';
import { readServices } from './facts-services.ts';
import type { FactSources } from './facts-sources.ts';
import { collectFacts } from './facts.ts';
import { readTextFile, type ReadText } from './samplers/proc-reader.ts';

interface ReporterDeps {
  clock: Clock;
  log: Logger;
  /** When it throws or rejects, the report counts as not sent and is offered again. */
  send(report: AgentReport): void | Promise<void>;
  readText?: ReadText;
  /** Facts of the site's own beside the built-in ones. */
  sources?: FactSources;
}

interface ReporterOptions {
  /** Default 300. */
  everySec?: number;
  /** Parts of command lines whose processes are always listed. */
  watchProcesses?: readonly string[];
}

export interface Reporter extends Service {
  /** Looks at once and reports even when nothing changed; for a server that lost what it knew. */
  reportNow(): Promise<void>;
}

const LOOK_AT_FILES_MS = 30_000;
// The figures of processes move all the time and are no reason to report; so old they may get.
const REFRESH_MS = 60 * 60_000;

/** What makes a report news. */
const digestOf = (report: AgentReport): string =>
  sha256Hex(
    JSON.stringify([
      Object.entries(report.facts).sort(([a], [b]) => (a < b ? -1 : 1)),
      report.packages,
      report.services,
      [...new Set(report.processes.map(({ name, user }) => `${user ?? ''} ${name}`))].sort(),
    ]),
  );

export function createReporter(deps: ReporterDeps, options: ReporterOptions = {}): Reporter {
  const { clock, log } = deps;
  const readText = deps.readText ?? readTextFile;
  const everyMs = (options.everySec ?? 300) * 1000;
  const timers: Timer[] = [];
  let sent: { digest: string; atMs: number } | undefined;
  let filesSeen: string | undefined;
  let looking: Promise<void> | undefined;
  let stopped = true;
  let stopping = new AbortController();

  async function collect(): Promise<AgentReport> {
    const [facts, packages, services, processes] = await Promise.all([
      collectFacts(readText).then(async (builtIn) => ({
        ...builtIn,
        ...(await deps.sources?.read(builtIn, stopping.signal)),
      })),
      readPackages(readText),
      readServices(readText),
      readProcesses(readText, options.watchProcesses ?? []),
    ]);
    return { facts, packages, services, processes };
  }

  async function look(evenIfUnchanged: boolean): Promise<void> {
    try {
      const report = await collect();
      const digest = digestOf(report);
      const stale = sent === undefined || clock.monotonicMs() - sent.atMs >= REFRESH_MS;
      if (stopped || (!evenIfUnchanged && !stale && sent?.digest === digest)) return;
      await deps.send(report);
      sent = { digest, atMs: clock.monotonicMs() };
    } catch (error) {
      log.warn('the state of this host could not be reported', errorFields(error));
    }
  }

  /** One look at a time: a slow one makes the next wait, not pile up. */
  function lookSoon(evenIfUnchanged: boolean): Promise<void> {
    looking ??= look(evenIfUnchanged).finally(() => (looking = undefined));
    return looking;
  }

  /** Packages and sources of facts are seen to change by their files, without reading them. */
  async function lookAtFiles(): Promise<void> {
    const packagesMs = await stat(DPKG_STATUS).then(
      (found) => found.mtimeMs,
      () => undefined,
    );
    const seen = `${packagesMs ?? ''} ${(await deps.sources?.stamp()) ?? ''}`;
    const changed = filesSeen !== undefined && seen !== filesSeen;
    filesSeen = seen;
    if (changed && !stopped) await lookSoon(false);
  }

  return {
    name: 'reporter',
    start() {
      stopped = false;
      stopping = new AbortController();
      timers.push(
        clock.every(everyMs, () => void lookSoon(false)),
        clock.every(LOOK_AT_FILES_MS, () => void lookAtFiles()),
      );
      // Not awaited: a slow host must not hold up the agent's start.
      void lookAtFiles();
      void lookSoon(true);
      return Promise.resolve();
    },
    async stop() {
      stopped = true;
      stopping.abort();
      for (const timer of timers.splice(0)) timer.cancel();
      await looking;
    },
    async reportNow() {
      while (looking !== undefined) await looking;
      await lookSoon(true);
    },
  };
}
