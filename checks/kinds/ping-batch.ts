// Gathers pings that are asked for at about the same time into one run of fping, so that
// a thousand hosts do not cost a thousand processes. Without fping each takes a ping of its own.

import type { Clock } from '#kernel/clock.ts';
import { runFping, runPing, type PingOutcome, type PingPlan, type PingPrograms } from './ping-program.ts';

export interface Pinger {
  /** Never rejects. 'aborted' as soon as `signal` aborts; the program ends when no one waits for it any more. */
  ping(target: string, plan: PingPlan, run: { clock: Clock; signal: AbortSignal }): Promise<PingOutcome | 'aborted'>;
}

/** How long the first of a batch waits for others. */
const GATHER_MS = 25;
const MAX_TARGETS = 200;
/** Of fping; of ping, which serves one target each, so many more. */
const MAX_FPINGS = 4;
const MAX_PINGS = 32;
/** A checker that has more checks under way than this has other trouble. */
const MAX_WAITING = 20_000;

interface Ask {
  target: string;
  answer(outcome: PingOutcome): void;
  isLeft: boolean;
}

interface Batch {
  plan: PingPlan;
  asks: Ask[];
  stop: AbortController;
  clock: Clock;
}

export function createPinger(programs: PingPrograms): Pinger {
  const gathering = new Map<string, Batch>();
  const ready: Batch[] = [];
  const maxRunning = programs.fping === undefined ? MAX_PINGS : MAX_FPINGS;
  const maxTargets = programs.fping === undefined ? 1 : MAX_TARGETS;
  let running = 0;
  let waiting = 0;

  function join(plan: PingPlan, ask: Ask, clock: Clock): Batch {
    const key = `${plan.family} ${plan.count} ${plan.intervalMs} ${plan.waitMs}`;
    let batch = gathering.get(key);
    if (!batch) {
      const opened: Batch = { plan, asks: [], stop: new AbortController(), clock };
      batch = opened;
      gathering.set(key, opened);
      if (maxTargets > 1) clock.after(GATHER_MS, () => close(key, opened));
    }
    batch.asks.push(ask);
    if (batch.asks.length >= maxTargets) close(key, batch);
    return batch;
  }

  function close(key: string, batch: Batch): void {
    if (gathering.get(key) !== batch) return;
    gathering.delete(key);
    ready.push(batch);
    startNext();
  }

  function startNext(): void {
    while (running < maxRunning) {
      const batch = ready.shift();
      if (!batch) return;
      if (batch.asks.every(({ isLeft }) => isLeft)) continue;
      running++;
      void runBatch(batch).finally(() => {
        running--;
        startNext();
      });
    }
  }

  async function runBatch({ plan, asks, stop, clock }: Batch): Promise<void> {
    // Several checks may ask for the same host.
    const targets = [...new Set(asks.filter(({ isLeft }) => !isLeft).map(({ target }) => target))];
    const deps = { clock, signal: stop.signal };
    const { fping, ping } = programs;
    const outcomes =
      fping !== undefined
        ? await runFping(fping, plan, targets, deps)
        : new Map(
            await Promise.all(
              targets.map(async (target) => [target, await runPing(ping ?? '', plan, target, deps)] as const),
            ),
          );
    for (const ask of asks)
      ask.answer(outcomes.get(ask.target) ?? { how: 'failed', reason: `${ask.target} was left out` });
  }

  return {
    ping(target, plan, { clock, signal }) {
      if (programs.fping === undefined && programs.ping === undefined)
        return Promise.resolve({ how: 'failed', reason: 'neither fping nor ping is installed' });
      if (waiting >= MAX_WAITING) return Promise.resolve({ how: 'failed', reason: `${waiting} pings wait already` });
      if (signal.aborted) return Promise.resolve('aborted');
      waiting++;
      return new Promise((resolve) => {
        const finish = (outcome: PingOutcome | 'aborted') => {
          if (ask.isLeft) return;
          ask.isLeft = true;
          waiting--;
          signal.removeEventListener('abort', onAbort);
          resolve(outcome);
        };
        const ask: Ask = { target, answer: finish, isLeft: false };
        const batch = join(plan, ask, clock);
        const onAbort = () => {
          finish('aborted');
          if (batch.asks.every(({ isLeft }) => isLeft)) batch.stop.abort();
        };
        signal.addEventListener('abort', onAbort, { once: true });
      });
    },
  };
}
