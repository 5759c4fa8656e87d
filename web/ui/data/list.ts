// The shape of every list of the API, and how rows are found in one.

export interface ListOf<Entry> {
  items: Entry[];
  nextCursor: string | null;
}

/** Entries whose words contain all words typed, in any order and case. */
export function matching<Entry>(entries: readonly Entry[], typed: string, words: (entry: Entry) => string): Entry[] {
  const wanted = typed.toLowerCase().split(/\s+/).filter(Boolean);
  if (wanted.length === 0) return [...entries];
  return entries.filter((entry) => {
    const text = words(entry).toLowerCase();
    return wanted.every((word) => text.includes(word));
  });
}
