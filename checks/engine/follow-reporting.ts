// Whether metrics of hosts arrive is told by others; hosts without a check of their own follow it.

import type { Clock } from '#kernel/clock.ts';
import { errorFields } from '#kernel/errors.ts';
import type { Logger } from '#kernel/log.ts';
import type { Db } from '#store/postgres.ts';
import type { ObjectNode } from './node.ts';
import type { WatchedSite } from './site.ts';

/** Others stamp by their own clock, and commit a moment later. */
const OVERLAP_MS = 10_000;

interface ReportingFollower {
  /** Looks once, unless a look is under way. */
  tick(): void;
  stop(): Promise<void>;
}

export function createReportingFollower(deps: {
  db: Db;
  clock: Clock;
  log: Logger;
  site: WatchedSite;
  /** What their host is has changed. */
  lookSoon(nodes: Iterable<ObjectNode>): void;
}): ReportingFollower {
  const { db, clock, log, site } = deps;
  let followedMs = clock.nowMs();
  let looking: Promise<void> | undefined;

  async function look(): Promise<void> {
    const askedMs = clock.nowMs();
    const rows = await db
      .selectFrom('host')
      .select(['id', 'reporting'])
      .where('reporting_changed_at_ms', '>', followedMs - OVERLAP_MS)
      .execute();
    followedMs = askedMs;
    for (const { id, reporting } of rows) {
      const host = site.hosts.get(id);
      if (!host || host.facts.isReporting === reporting) continue;
      host.facts = { ...host.facts, isReporting: reporting };
      host.followReporting();
      if (!host.definition) deps.lookSoon(host.services.values());
    }
  }

  return {
    tick() {
      looking ??= look()
        .catch((error: unknown) => log.debug('hosts could not be looked up', errorFields(error)))
        .finally(() => {
          looking = undefined;
        });
    },
    async stop() {
      await looking;
    },
  };
}
