// Equal values are kept once: ten thousand services that say the same share their settings,
// the names of their hosts and the words of their kinds.

/** Many more than sites have different settings; past it sharing begins anew, and what was shared stays shared. */
const MOST_VALUES = 20_000;

export interface SharedValues {
  /** Made by `make` for the first of equal texts; not to be changed by anybody. */
  of<Value>(kind: string, text: string, make: (text: string) => Value): Value;
  /** Equal texts as one. */
  text(text: string): string;
}

export function createSharedValues(): SharedValues {
  const byKind = new Map<string, Map<string, unknown>>();
  let count = 0;

  function of<Value>(kind: string, text: string, make: (text: string) => Value): Value {
    let values = byKind.get(kind);
    if (!values) byKind.set(kind, (values = new Map()));
    // What is kept under a kind was made by the one `make` of that kind.
    const known = values.get(text) as Value | undefined;
    if (known !== undefined) return known;
    if (++count > MOST_VALUES) {
      byKind.clear();
      byKind.set(kind, (values = new Map()));
      count = 1;
    }
    const made = make(text);
    values.set(text, made);
    return made;
  }

  return { of, text: (text) => of('text', text, (same) => same) };
}
