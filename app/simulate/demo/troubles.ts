// What goes wrong in the demo, and when: the shop breaks and is healed, the job queue
// fills up more often than its reflex may act, a host is busy for a while.

import { existsSync, readFileSync } from 'node:fs';
import type { Clock, Timer } from '#kernel/clock.ts';
import { splayMs } from '#kernel/splay.ts';
import type { Strain } from '../virtual-host.ts';
import type { VirtualRoot } from '../virtual-root.ts';
import { BACKLOG } from './demo-fleet.ts';
import type { Fault, ShopService } from './shop-service.ts';

interface TroublesDeps {
  clock: Clock;
  /** One line for whoever watches the terminal. */
  say(line: string): void;
  shop: ShopService;
  queueRoot: VirtualRoot;
  busyStrain: Strain;
}

export interface Troubles {
  start(): void;
  stop(): void;
}

interface TroubleNames {
  shopHost: string;
  queueHost: string;
  busyHost: string;
}

const FIRST_SHOP_MS = 25_000;
const SHOP_EVERY_MS = 60_000;
const SHOP_SPREAD_MS = 30_000;
const FAULTS: readonly [Fault, string][] = [
  ['crash', 'was killed'],
  ['errors', 'has used up its database connections and answers with errors'],
  ['hang', 'hangs'],
];

const FIRST_BUSY_MS = 8_000;
const BUSY_EVERY_MS = 170_000;
const BUSY_FOR_MS = 75_000;
const BUSY_SHARE = 0.985;

const FIRST_QUEUE_MS = 45_000;
const QUEUE_EVERY_MS = 110_000;
const QUEUE_FOR_MS = 75_000;
const BACKLOG_JOBS = 1800;

export function createTroubles(deps: TroublesDeps, names: TroubleNames): Troubles {
  const { clock, say, shop, queueRoot, busyStrain } = deps;
  const timers = new Set<Timer>();

  function later(delayMs: number, run: () => void): void {
    const timer = clock.after(delayMs, () => {
      timers.delete(timer);
      run();
    });
    timers.add(timer);
  }

  function breakShop(round: number): void {
    const [fault, words] = FAULTS[round % FAULTS.length] ?? ['crash', 'was killed'];
    if (shop.break(fault)) say(`the shop on ${names.shopHost} ${words}; watch how it is healed`);
    later(SHOP_EVERY_MS + splayMs(`shop ${round}`, SHOP_SPREAD_MS), () => breakShop(round + 1));
  }

  function makeBusy(): void {
    busyStrain.cpuShare = BUSY_SHARE;
    say(`the CPUs of ${names.busyHost} are exhausted for ${BUSY_FOR_MS / 1000} s; nothing heals that`);
    later(BUSY_FOR_MS, () => delete busyStrain.cpuShare);
    later(BUSY_EVERY_MS, makeBusy);
  }

  const backlog = (): number => {
    const file = queueRoot.real(BACKLOG);
    return existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0;
  };

  function fillQueue(): void {
    queueRoot.writeFile(BACKLOG, `${BACKLOG_JOBS}\n`);
    say(`${BACKLOG_JOBS} jobs arrived at ${names.queueHost}; its reflex may act once in four minutes`);
    later(QUEUE_FOR_MS, () => {
      if (backlog() > 0) say(`${names.queueHost} has worked its queue off by itself`);
      queueRoot.writeFile(BACKLOG, '0\n');
    });
    later(QUEUE_EVERY_MS, fillQueue);
  }

  return {
    start() {
      later(FIRST_SHOP_MS, () => breakShop(0));
      later(FIRST_BUSY_MS, makeBusy);
      later(FIRST_QUEUE_MS, fillQueue);
    },
    stop() {
      for (const timer of timers) timer.cancel();
      timers.clear();
    },
  };
}
