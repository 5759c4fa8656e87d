// Keeps this checker among the living and holds the leases of its slots. Says which slots
// were gained and lost; what that means is the engine's business.

import type { Clock, Timer } from '#kernel/clock.ts';
import { errorFields } from '#kernel/errors.ts';
import type { Logger } from '#kernel/log.ts';
import { leaseHolders, releaseLeases, takeLeases } from '#store/lease.ts';
import type { Db } from '#store/postgres.ts';
import { MEMBER_PREFIX, SLOTS, slotLease, slotsOfMember } from './host-slots.ts';

interface SlotLeasesDeps {
  db: Db;
  clock: Clock;
  log: Logger;
  /**
   * These may be ours from now on: `hold` says that they are begun. Rejects when they cannot be; they are offered
   * again at the next turn.
   */
  gained(slots: ReadonlySet<number>): Promise<void>;
  /** These are to be given up: resolves when nothing of them runs any more and all is written. */
  givingUp(slots: ReadonlySet<number>): Promise<void>;
  /** These were taken by another, or may have been: whatever is under way must not be written. */
  lost(slots: ReadonlySet<number>): void;
}

interface SlotLeasesOptions {
  /** Name of this process among the checkers; the same after a restart, so that it takes over from itself. */
  holder: string;
  /** No other process can reach the database: what is held cannot be lost to anybody. */
  isAlone: boolean;
}

export interface SlotLeases {
  start(): Promise<void>;
  /** Gives everything up in order. */
  stop(): Promise<void>;
  held(): ReadonlySet<number>;
  /** Called by `gained` when it has begun them, before it resolves. Throws when that took too long. */
  hold(slots: ReadonlySet<number>): void;
}

// A death is noticed after at most TTL + TURN, well within the ten seconds that are promised.
const TTL_MS = 6000;
const TURN_MS = 2000;

export function createSlotLeases(deps: SlotLeasesDeps, options: SlotLeasesOptions): SlotLeases {
  const { db, clock, log } = deps;
  const { holder, isAlone } = options;
  const member = MEMBER_PREFIX + holder;
  const held = new Set<number>();
  let renewedTick = -Infinity;
  let timer: Timer | undefined;
  let turn: Promise<void> | undefined;
  let isStopped = false;

  async function takeTurn(): Promise<void> {
    const askedTick = clock.monotonicMs();
    try {
      await takeLeases(db, { names: [member], holder, nowMs: clock.nowMs(), ttlMs: TTL_MS });
      const wanted = slotsOfMember(holder, await leaseHolders(db, MEMBER_PREFIX, clock.nowMs()));
      await giveUp(new Set([...held].filter((slot) => !wanted.has(slot))));
      const names = [...wanted].map(slotLease);
      const taken = new Set(await takeLeases(db, { names, holder, nowMs: clock.nowMs(), ttlMs: TTL_MS }));
      renewedTick = askedTick;
      lose(new Set([...held].filter((slot) => !taken.has(slotLease(slot)))));
      await gain(new Set([...wanted].filter((slot) => taken.has(slotLease(slot)) && !held.has(slot))));
    } catch (error) {
      log.debug('the leases of checks could not be renewed', errorFields(error));
    }
  }

  // Alone with its database nobody else can have taken over; the checks go on and their results wait.
  const hasRunOut = (): boolean => !isAlone && clock.monotonicMs() - renewedTick >= TTL_MS;

  async function gain(slots: ReadonlySet<number>): Promise<void> {
    if (slots.size === 0 || isStopped) return;
    await deps.gained(slots);
    log.info('checks of more hosts are run here', { slots: slots.size, of: SLOTS, held: held.size });
  }

  async function giveUp(slots: ReadonlySet<number>): Promise<void> {
    if (slots.size === 0) return;
    for (const slot of slots) held.delete(slot);
    await deps.givingUp(slots);
    await releaseLeases(db, { names: [...slots].map(slotLease), holder });
    log.info('another checker runs some hosts from now on', { slots: slots.size, held: held.size });
  }

  function lose(slots: ReadonlySet<number>): void {
    if (slots.size === 0) return;
    for (const slot of slots) held.delete(slot);
    deps.lost(slots);
    log.warn('hosts are no longer checked here: their lease ran out', { slots: slots.size, held: held.size });
  }

  return {
    held: () => held,
    hold(slots) {
      if (hasRunOut()) throw new Error('the leases ran out before the checks of their hosts could begin');
      for (const slot of slots) held.add(slot);
    },
    async start() {
      await takeTurn();
      timer = clock.every(TURN_MS, () => {
        // Not by the turn itself: it may be waiting for a database that does not answer.
        if (hasRunOut()) lose(new Set(held));
        turn ??= takeTurn().finally(() => {
          turn = undefined;
        });
      });
    },
    async stop() {
      isStopped = true;
      timer?.cancel();
      await turn;
      try {
        await giveUp(new Set(held));
        await releaseLeases(db, { names: [member], holder });
      } catch (error) {
        // They run out by themselves.
        log.debug('the leases of checks could not be given back', errorFields(error));
      }
    },
  };
}
