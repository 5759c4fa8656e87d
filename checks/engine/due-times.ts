// When each of thousands is due, with one timer for all of them: a binary heap by instant. A
// timer each would be half of what a planned check costs in memory.

import type { Clock, Timer } from '#kernel/clock.ts';

/** What is planned carries its own place, so that it is found again without a search. */
export interface Planned {
  /** Monotonic: a stepped wall clock makes nothing due. */
  dueTick: number;
  /** Of those of one instant the one that was planned first comes first. */
  order: number;
  /** In the heap; -1 = not planned. */
  place: number;
}

export interface DueTimes<Entry extends Planned> {
  /** Plans it, or plans it anew. */
  set(entry: Entry, delayMs: number): void;
  /** Idempotent. */
  remove(entry: Entry): void;
  stop(): void;
}

const isBefore = (a: Planned, b: Planned): boolean =>
  a.dueTick < b.dueTick || (a.dueTick === b.dueTick && a.order < b.order);

/** `due` is called once for each, in the order of their instants; it may plan and remove. */
export function createDueTimes<Entry extends Planned>(clock: Clock, due: (entry: Entry) => void): DueTimes<Entry> {
  const heap: Entry[] = [];
  let timer: Timer | undefined;
  let armedTick = Infinity;
  let lastOrder = 0;

  const put = (entry: Entry, place: number): void => {
    heap[place] = entry;
    entry.place = place;
  };

  function rise(entry: Entry, from: number): void {
    let place = from;
    while (place > 0) {
      const above = (place - 1) >> 1;
      const parent = heap[above];
      if (!parent || isBefore(parent, entry)) break;
      put(parent, place);
      place = above;
    }
    put(entry, place);
  }

  function sink(entry: Entry, from: number): void {
    let place = from;
    for (;;) {
      let below = 2 * place + 1;
      let child = heap[below];
      const right = heap[below + 1];
      if (child && right && isBefore(right, child)) [below, child] = [below + 1, right];
      if (!child || isBefore(entry, child)) break;
      put(child, place);
      place = below;
    }
    put(entry, place);
  }

  function take(entry: Entry): void {
    const { place } = entry;
    entry.place = -1;
    const last = heap.pop();
    if (!last || last === entry) return;
    sink(last, place);
    rise(last, last.place);
  }

  function arm(): void {
    const [first] = heap;
    if (!first || first.dueTick >= armedTick) return;
    timer?.cancel();
    armedTick = first.dueTick;
    timer = clock.after(armedTick - clock.monotonicMs(), wake);
  }

  function wake(): void {
    armedTick = Infinity;
    timer = undefined;
    const tick = clock.monotonicMs();
    for (let [first] = heap; first && first.dueTick <= tick; [first] = heap) {
      take(first);
      due(first);
    }
    arm();
  }

  return {
    set(entry, delayMs) {
      if (entry.place >= 0) take(entry);
      entry.dueTick = clock.monotonicMs() + Math.max(0, delayMs);
      entry.order = ++lastOrder;
      rise(entry, heap.length);
      arm();
    },
    remove(entry) {
      if (entry.place >= 0) take(entry);
    },
    stop() {
      timer?.cancel();
      timer = undefined;
      for (const entry of heap) entry.place = -1;
      heap.length = 0;
    },
  };
}
