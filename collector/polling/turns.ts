// Lets so many work at once and no more; the others wait in the order in which they came.

export interface Turns {
  /** Resolves or rejects as `work` does. */
  take<Result>(work: () => Promise<Result>): Promise<Result>;
}

export function createTurns(atOnce: number): Turns {
  const waiting: (() => void)[] = [];
  let working = 0;

  return {
    async take(work) {
      if (working >= atOnce) await new Promise<void>((resolve) => waiting.push(resolve));
      else working++;
      try {
        return await work();
      } finally {
        const next = waiting.shift();
        // A turn is handed on, not given back, so that nobody slips in between.
        if (next) next();
        else working--;
      }
    },
  };
}
