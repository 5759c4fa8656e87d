// Several collectors may hear one cluster: all keep state and write history, one speaks.
// Decides whether that is us; the lease itself is kept by whoever is handed in.

import type { Clock, Timer } from '#kernel/clock.ts';
import { errorFields } from '#kernel/errors.ts';
import type { Logger } from '#kernel/log.ts';

/** Leases that all collectors of a site share. */
export interface ClusterLeases {
  /** Takes or renews for `ttlMs`; false while another process holds it. Rejects when nobody can say. */
  take(name: string, ttlMs: number): Promise<boolean>;
  release(name: string): Promise<void>;
}

export interface Leadership {
  /** Resolves when it is known who leads, or could not be found out in time. */
  start(): Promise<void>;
  stop(): Promise<void>;
  leads(cluster: string): boolean;
}

/** Stands for every cluster that is not listened for: those that are polled. */
export const OTHER_CLUSTERS = '*';

const RENEW_MS = 2000;
// Together with one renewal: a dead leader is replaced within nine seconds.
const TTL_MS = 7000;
const ANSWER_MS = 2000;

/**
 * While the leases cannot be reached nothing changes hands: the leader goes on, since its events
 * wait in order, and a follower does not take what it cannot see.
 */
export function createLeadership(
  deps: { clock: Clock; log: Logger; leases: ClusterLeases; onTakeOver: (cluster: string) => void },
  options: { clusters: readonly string[] },
): Leadership {
  const { clock, log, leases, onTakeOver } = deps;
  const names = [...new Set([...options.clusters, OTHER_CLUSTERS])];
  const led = new Set<string>();
  let timer: Timer | undefined;
  let renewing: Promise<void> | undefined;
  let isAway = false;

  async function renew(name: string): Promise<void> {
    const mine = await inTime(clock, leases.take(name, TTL_MS));
    if (timer === undefined || mine === led.has(name)) return;
    if (mine) {
      led.add(name);
      log.info('this collector speaks for the cluster now', { cluster: name });
      onTakeOver(name);
    } else {
      led.delete(name);
      log.warn('another collector speaks for the cluster now', { cluster: name });
    }
  }

  async function renewAll(): Promise<void> {
    const answers = await Promise.allSettled(names.map(renew));
    const failed = answers.find((answer) => answer.status === 'rejected');
    if (failed && !isAway)
      log.warn('who leads the clusters stays as it is: no answer about leases', errorFields(failed.reason));
    isAway = failed !== undefined;
  }

  const kick = (): Promise<void> => {
    renewing ??= renewAll().finally(() => (renewing = undefined));
    return renewing;
  };

  return {
    leads: (cluster) => led.has(names.includes(cluster) ? cluster : OTHER_CLUSTERS),
    async start() {
      timer = clock.every(RENEW_MS, () => void kick());
      await kick();
    },
    async stop() {
      timer?.cancel();
      timer = undefined;
      await renewing;
      const held = [...led];
      led.clear();
      // The next one need not wait for the expiry; without an answer it does.
      await Promise.allSettled(held.map((name) => inTime(clock, leases.release(name))));
    },
  };
}

async function inTime<Value>(clock: Clock, answer: Promise<Value>): Promise<Value> {
  const answered = new AbortController();
  const late = clock.sleep(ANSWER_MS, answered.signal).then((): Value => {
    throw new Error(`no answer within ${ANSWER_MS} ms`);
  });
  // The loser of the race may still reject.
  late.catch(() => undefined);
  answer.catch(() => undefined);
  try {
    return await Promise.race([answer, late]);
  } finally {
    answered.abort();
  }
}
