// Counts outcomes by their name, for metrics and the page of a source. The names come from
// our own code, never from outside, so the table is bounded.

export interface Counts {
  add(outcome: string): void;
  all(): Readonly<Record<string, number>>;
}

export function createCounts(): Counts {
  const counts = new Map<string, number>();
  return {
    add: (outcome) => void counts.set(outcome, (counts.get(outcome) ?? 0) + 1),
    all: () => Object.fromEntries(counts),
  };
}
