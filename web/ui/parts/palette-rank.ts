// Which entries a typed text finds, best first. Pure.

export interface PaletteEntry {
  name: string;
  /** Other words it is found by: addresses, groups. */
  aliases: string;
}

/** All entries in their order while nothing is typed; else those that match, closest first. */
export function rankEntries<Entry extends PaletteEntry>(entries: readonly Entry[], typed: string): Entry[] {
  const wanted = typed.trim().toLowerCase();
  if (wanted === '') return [...entries];
  return entries
    .map((entry) => ({ entry, score: scoreOf(entry, wanted) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .map(({ entry }) => entry);
}

function scoreOf(entry: PaletteEntry, wanted: string): number {
  const name = entry.name.toLowerCase();
  if (name === wanted) return 5;
  if (name.startsWith(wanted)) return 4;
  if (name.split(/[^\p{L}\p{N}]+/u).some((word) => word.startsWith(wanted))) return 3;
  if (name.includes(wanted)) return 2.5;
  if (entry.aliases.toLowerCase().includes(wanted)) return 2;
  // Letters in order with gaps between them: "w17" finds web-17.
  return inOrder(name, wanted) ? 1 : 0;
}

function inOrder(text: string, letters: string): boolean {
  let at = 0;
  for (const letter of letters) {
    at = text.indexOf(letter, at) + 1;
    if (at === 0) return false;
  }
  return true;
}
