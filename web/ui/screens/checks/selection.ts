// Which rows of a list are selected: by id, so that a list that moves keeps its selection. Pure.

export interface Selection {
  ids: ReadonlySet<string>;
  /** Everything that the filter catches, also what is not on screen. */
  isAll: boolean;
  /** Row from which a range is drawn. */
  anchor: number;
}

export const NOTHING: Selection = { ids: new Set(), isAll: false, anchor: 0 };

export function toggleRow(selection: Selection, ids: readonly string[], at: number): Selection {
  const id = ids[at];
  if (id === undefined) return selection;
  const next = new Set(selection.isAll ? ids : selection.ids);
  if (!next.delete(id)) next.add(id);
  return { ids: next, isAll: false, anchor: at };
}

/** Adds all rows from the last toggled one. */
export function extendTo(selection: Selection, ids: readonly string[], at: number): Selection {
  if (at < 0 || at >= ids.length) return selection;
  const [from, to] = at < selection.anchor ? [at, selection.anchor] : [selection.anchor, at];
  return { ids: new Set([...selection.ids, ...ids.slice(from, to + 1)]), isAll: false, anchor: at };
}

export const isSelected = (selection: Selection, id: string): boolean => selection.isAll || selection.ids.has(id);
