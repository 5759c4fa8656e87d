// Sorted lists of time ranges that do not touch, as one flat array [from, to, from, to …].
// Every range holds its start and not its end.

export type RangeList = readonly number[];

export interface TimeRange {
  fromMs: number;
  /** Excluded. */
  toMs: number;
}

/** Ranges in any order, overlapping or empty, as a proper list. */
export function toRangeList(ranges: readonly TimeRange[]): RangeList {
  const list: number[] = [];
  for (const { fromMs, toMs } of ranges.toSorted((a, b) => a.fromMs - b.fromMs)) {
    if (toMs <= fromMs) continue;
    const lastTo = list.at(-1);
    if (lastTo !== undefined && fromMs <= lastTo) list[list.length - 1] = Math.max(lastTo, toMs);
    else list.push(fromMs, toMs);
  }
  return list;
}

export function* rangesOf(list: RangeList): Generator<TimeRange> {
  for (let index = 0; index + 1 < list.length; index += 2)
    yield { fromMs: list[index] ?? 0, toMs: list[index + 1] ?? 0 };
}

/** What is in `list` and not in `taken`. */
export function subtractRanges(list: RangeList, taken: RangeList): RangeList {
  if (taken.length === 0 || list.length === 0) return list;
  const left: TimeRange[] = [];
  const cuts = [...rangesOf(taken)];
  for (const { fromMs, toMs } of rangesOf(list)) {
    let start = fromMs;
    for (const cut of cuts) {
      if (cut.toMs <= start || cut.fromMs >= toMs) continue;
      left.push({ fromMs: start, toMs: cut.fromMs });
      start = cut.toMs;
    }
    left.push({ fromMs: start, toMs });
  }
  return toRangeList(left);
}

/** Whether an instant is inside: it has passed an odd number of ends. */
export function isInRanges(list: RangeList, atMs: number): boolean {
  let index = 0;
  while (index < list.length && atMs >= (list[index] ?? Infinity)) index++;
  return index % 2 === 1;
}
