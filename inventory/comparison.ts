// Has every host compared with its desired state: each few minutes, spread by hash,
// and at once where something changed. Asks the agents; the answers come as events.

import type { GatewayApi } from '#gateway/api.ts';
import type { Clock, Timer } from '#kernel/clock.ts';
import { errorFields } from '#kernel/errors.ts';
import { randomToken, sha256Hex } from '#kernel/ids.ts';
import type { Logger } from '#kernel/log.ts';
import { splayMs } from '#kernel/splay.ts';
import { releaseLease, takeLease } from '#store/lease.ts';
import { transaction, type Db } from '#store/postgres.ts';
import { catalogFor, targetedHosts } from './catalog.ts';
import { keepDriftRows, recordFindings } from './drift-store.ts';

export type ComparisonGateway = Pick<GatewayApi, 'sendRequest' | 'agentOfHost'>;

interface Comparison {
  start(): void;
  stop(): Promise<void>;
  /** Compares these hosts now, or all; never rejects. Resolves when the requests are written. */
  compareSoon(hostIds?: readonly string[]): Promise<void>;
  /** Resolves when the rounds begun before are over. */
  settled(): Promise<void>;
}

const LEASE = 'inventory.comparison';
const LONGEST_TICK_MS = 30_000;
// For the agent: reading files and asking for services takes moments; a hung disk must end.
const TIMEOUT_SEC = 60;
const COMPARISON_PREFIX = 'compare:';

/** The host that a comparison's request was about. */
export const hostOfComparison = (requestId: string): string | undefined =>
  requestId.startsWith(COMPARISON_PREFIX) ? requestId.split(':')[1] : undefined;

export function createComparison(
  deps: { db: Db; clock: Clock; log: Logger; gateway: ComparisonGateway },
  options: { everyMs: number },
): Comparison {
  const { db, clock, log, gateway } = deps;
  const holder = randomToken();
  // Slot of each host's last comparison by this process; kept to the hosts that have desired state.
  let lastSlot = new Map<string, number>();
  let timer: Timer | undefined;
  let work: Promise<void> = Promise.resolve();
  let stopped = true;

  const slotOf = (hostId: string): number =>
    Math.floor((clock.nowMs() + splayMs(hostId, options.everyMs)) / options.everyMs);

  /** The id says host, period and content: a repeat is the same request, a changed catalog another one. */
  async function compareHost(hostId: string): Promise<void> {
    const catalog = await catalogFor(db, hostId);
    const agent = catalog.items.length === 0 ? undefined : await gateway.agentOfHost(hostId);
    const nowMs = clock.nowMs();
    await transaction(db, async (trx) => {
      const waitsFor = agent === undefined ? 'no agent is joined to this host' : 'not compared yet';
      await keepDriftRows(trx, hostId, [...catalog.items, ...catalog.problems], waitsFor, nowMs);
      await recordFindings(
        trx,
        hostId,
        catalog.problems.map(({ desiredStateId, version, reason }) => ({
          desiredStateId,
          version,
          status: 'failed',
          summary: `The template cannot be rendered: ${reason}`,
          diff: '',
        })),
        nowMs,
      );
      // An agent that is away is asked when it is back, not once for every period that it missed.
      if (!agent?.connected) return;
      const content = sha256Hex(JSON.stringify(catalog.items)).slice(0, 16);
      await gateway.sendRequest(trx, {
        requestId: `${COMPARISON_PREFIX}${hostId}:${slotOf(hostId)}:${content}`,
        agentId: agent.id,
        action: 'desired_state',
        body: { mode: 'report', items: catalog.items, timeoutSec: TIMEOUT_SEC },
        requestedBy: 'system',
        expiresAtMs: nowMs + options.everyMs,
      });
    });
  }

  async function compareAll(hostIds: readonly string[]): Promise<void> {
    for (const hostId of hostIds) {
      if (stopped) return;
      try {
        await compareHost(hostId);
      } catch (error) {
        log.warn('a host could not be compared with its desired state', { host: hostId, ...errorFields(error) });
      }
    }
  }

  async function tick(): Promise<void> {
    try {
      const ttlMs = 3 * LONGEST_TICK_MS;
      if (!(await takeLease(db, { name: LEASE, holder, nowMs: clock.nowMs(), ttlMs }))) return;
      const targeted = await targetedHosts(db);
      const due = targeted.filter((hostId) => lastSlot.get(hostId) !== slotOf(hostId));
      await compareAll(due);
      lastSlot = new Map(targeted.map((hostId) => [hostId, slotOf(hostId)]));
    } catch (error) {
      log.warn('desired state could not be compared', errorFields(error));
    }
  }

  /** One after the other: a slow round delays the next, and never runs twice at once. */
  const enqueue = (job: () => Promise<void>): Promise<void> => (work = work.then(job));

  return {
    start() {
      stopped = false;
      timer = clock.every(Math.min(options.everyMs, LONGEST_TICK_MS), () => void enqueue(tick));
    },
    async stop() {
      stopped = true;
      timer?.cancel();
      await work;
      await releaseLease(db, { name: LEASE, holder });
    },
    settled: () => work,
    compareSoon: (hostIds) =>
      enqueue(async () => {
        try {
          await compareAll(hostIds ?? (await targetedHosts(db)));
        } catch (error) {
          log.warn('desired state could not be compared', errorFields(error));
        }
      }),
  };
}
