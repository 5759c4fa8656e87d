// The leases by which collector processes agree on who speaks for a cluster: rows in the
// database that they share.

import type { ClusterLeases } from '#collector/leadership.ts';
import type { Clock } from '#kernel/clock.ts';
import { releaseLease, takeLease } from '#store/lease.ts';
import type { Db } from '#store/postgres.ts';

/** `holder` is the same after a restart, so that a process takes over from itself. */
export function createCollectorLeases({ db, clock }: { db: Db; clock: Clock }, holder: string): ClusterLeases {
  const nameOf = (cluster: string) => `collector:${cluster}`;
  return {
    take: (cluster, ttlMs) => takeLease(db, { name: nameOf(cluster), holder, nowMs: clock.nowMs(), ttlMs }),
    release: (cluster) => releaseLease(db, { name: nameOf(cluster), holder }),
  };
}
