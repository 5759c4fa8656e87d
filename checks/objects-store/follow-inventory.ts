// Rules see hosts as the inventory has them: when hosts, facts or groups change, all rules
// are put to it again, once for many changes.

import type { Clock } from '#kernel/clock.ts';
import type { EventKind, StoredEvent } from '#kernel/domain/event.ts';
import { errorFields } from '#kernel/errors.ts';
import type { Logger } from '#kernel/log.ts';
import type { Service } from '#kernel/service.ts';
import { createEventConsumer } from '#store/event-log.ts';
import type { Notifications } from '#store/notifications.ts';
import type { Db } from '#store/postgres.ts';
import type { Sync } from './sync.ts';

const HEARD = [
  'host.created',
  'host.changed',
  'host.retired',
  'agent.reported',
  'config.changed',
] as const satisfies EventKind[];
type Heard = StoredEvent<(typeof HEARD)[number]>;

/** A fleet that joins, or an import, tells of its hosts one after the other. */
const SETTLING_MS = 2000;
const RETRY_MS = 10_000;

export interface InventoryFollower extends Service {
  drain(): Promise<void>;
}

/**
 * Runs in every process that runs checks. Whoever handles the events resolves; the lock of sync.ts lets one at a time,
 * and a second one finds nothing to do.
 */
export function createInventoryFollower(
  deps: { db: Db; clock: Clock; log: Logger; notifications: Notifications },
  sync: Pick<Sync, 'resolveAgain'>,
): InventoryFollower {
  const { clock, log } = deps;
  const stopping = new AbortController();
  let isWanted = false;
  let work: Promise<void> = Promise.resolve();
  let isWaiting = false;

  const consumer = createEventConsumer(deps, {
    name: 'objects.inventory',
    kinds: HEARD,
    fromNow: true,
    handle: () => Promise.resolve(),
    afterCommit: (events) => {
      if (events.some(concernsRules)) resolveSoon(SETTLING_MS);
    },
  });

  function resolveSoon(inMs: number): void {
    isWanted = true;
    if (isWaiting) return;
    isWaiting = true;
    work = work.then(() => clock.sleep(inMs, stopping.signal)).then(resolve);
  }

  async function resolve(): Promise<void> {
    isWaiting = false;
    if (!isWanted || stopping.signal.aborted) return;
    isWanted = false;
    try {
      if (await sync.resolveAgain()) log.info('rules were put to a changed inventory');
    } catch (error) {
      log.warn('rules could not be put to the inventory', errorFields(error));
      resolveSoon(RETRY_MS);
    }
  }

  return {
    name: 'objects',
    async start(signal) {
      await consumer.start(signal);
      // What changed while no process was listening.
      resolveSoon(SETTLING_MS);
    },
    async stop() {
      stopping.abort();
      await consumer.stop();
      await work.catch(() => undefined);
    },
    async drain() {
      await consumer.drain();
      // Without the pause; what the pause ends with then finds nothing to do.
      await resolve();
    },
  };
}

/** Of all configuration only groups are asked by rules. */
const concernsRules = (event: Heard): boolean => event.kind !== 'config.changed' || event.data.kind === 'host_group';
