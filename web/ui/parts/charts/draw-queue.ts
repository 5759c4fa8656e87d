// Spreads the drawing of many charts over frames, so that a page of them never blocks
// a key or a click for long.

export interface DrawQueue {
  /** Draws in one of the next frames; a later call with the same owner takes the place of the earlier. */
  draw(owner: object, act: () => void): void;
  forget(owner: object): void;
}

export function createDrawQueue(nextFrame: (act: () => void) => void): DrawQueue {
  const waiting = new Map<object, () => void>();
  let asked = false;
  function ask(): void {
    if (asked || waiting.size === 0) return;
    asked = true;
    nextFrame(() => {
      asked = false;
      // One a frame: a chart takes 5 to 20 ms on a slow machine.
      const [next] = waiting;
      if (next) {
        const [owner, act] = next;
        waiting.delete(owner);
        act();
      }
      ask();
    });
  }
  return {
    draw(owner, act) {
      waiting.set(owner, act);
      ask();
    },
    forget: (owner) => void waiting.delete(owner),
  };
}
