// Commits what agents say, many messages in one transaction, in the order they
// came, and acknowledges only after the commit. While the database is away
// messages wait here and the sockets stop being read.

import { backoffMs } from '#kernel/backoff.ts';
import type { Clock } from '#kernel/clock.ts';
import { errorFields } from '#kernel/errors.ts';
import type { Logger } from '#kernel/log.ts';
import type { Service } from '#kernel/service.ts';
import { isDatabaseAway, transaction, type Db, type Trx } from '#store/postgres.ts';
import { recordMessage, type RecordedMessage } from './record-message.ts';

interface Receipt {
  agentId: string;
  message: RecordedMessage;
  sizeBytes: number;
  /** Called after the commit. */
  kept(): void;
}

export interface Receipts extends Service {
  push(receipt: Receipt): void;
  /** True while more waits than memory should hold: stop reading until `whenRoomy` resolves. */
  isFull(): boolean;
  whenRoomy(): Promise<void>;
}

const BATCH = 200;
const FULL_BYTES = 32 * 1024 * 1024;

export function createReceipts(deps: { db: Db; clock: Clock; log: Logger }): Receipts {
  const { db, clock, log } = deps;
  const stopping = new AbortController();
  let waiting: Receipt[] = [];
  let waitingBytes = 0;
  let committing: Promise<void> | undefined;
  let roomy = Promise.withResolvers<void>();

  const commit = (batch: readonly Receipt[]): Promise<void> =>
    transaction(db, async (trx: Trx) => {
      for (const { agentId, message } of batch) await recordMessage(trx, { agentId, message, nowMs: clock.nowMs() });
    });

  /** Resolves when the batch is settled; false when it was given up because we stop. */
  async function settle(batch: readonly Receipt[]): Promise<boolean> {
    for (let attempt = 1; ; attempt++) {
      try {
        await commit(batch);
        return true;
      } catch (error) {
        if (stopping.signal.aborted) return false;
        if (isDatabaseAway(error)) {
          if (attempt === 1) log.warn('messages of agents wait: the database did not answer', errorFields(error));
          await clock.sleep(backoffMs({ firstMs: 100, factor: 2, maxMs: 5000 }, attempt), stopping.signal);
          continue;
        }
        const [only] = batch;
        if (batch.length > 1) return settleOneByOne(batch);
        // One that the database refuses for good must not stop the others.
        log.error('a message of an agent could not be recorded', {
          agent: only?.agentId,
          kind: only?.message.kind,
          ...errorFields(error),
        });
        return true;
      }
    }
  }

  async function settleOneByOne(batch: readonly Receipt[]): Promise<boolean> {
    for (const receipt of batch) if (!(await settle([receipt]))) return false;
    return true;
  }

  async function run(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting.slice(0, BATCH);
      waiting = waiting.slice(BATCH);
      if (!(await settle(batch))) return;
      for (const receipt of batch) {
        waitingBytes -= receipt.sizeBytes;
        receipt.kept();
      }
      if (waitingBytes < FULL_BYTES / 2) {
        roomy.resolve();
        roomy = Promise.withResolvers<void>();
      }
    }
  }

  function wake(): void {
    committing ??= run().finally(() => {
      committing = undefined;
      if (waiting.length > 0 && !stopping.signal.aborted) wake();
    });
  }

  return {
    name: 'agent receipts',
    start: () => Promise.resolve(),
    async stop() {
      await Promise.race([committing, clock.sleep(5000)]);
      stopping.abort();
      roomy.resolve();
      await committing;
    },
    push(receipt) {
      waiting.push(receipt);
      waitingBytes += receipt.sizeBytes;
      wake();
    },
    isFull: () => waitingBytes > FULL_BYTES,
    whenRoomy: () => (waitingBytes > FULL_BYTES ? roomy.promise : Promise.resolve()),
  };
}
