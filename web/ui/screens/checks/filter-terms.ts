// The terms of a typed filter, to be switched on and off as chips. What a term means is
// the server's to say; here only its ends are found. Pure.

export interface FilterTerm {
  text: string;
  at: number;
}

/** Blanks separate terms, except in quotes; an open quote runs to the end. */
export function termsOf(filter: string): FilterTerm[] {
  return [...filter.matchAll(/(?:"(?:\\["\\]|[^"])*(?:"|$)|[^\s"])+/g)].map((match) => ({
    text: match[0],
    at: match.index,
  }));
}

export const hasTerm = (filter: string, term: string): boolean =>
  termsOf(filter).some(({ text }) => text.toLowerCase() === term);

/** `term` in lower case; it is put in front, where it is seen. */
export function toggleTerm(filter: string, term: string): string {
  const rest = termsOf(filter).filter(({ text }) => text.toLowerCase() !== term);
  const words = rest.map(({ text }) => text);
  return (hasTerm(filter, term) ? words : [term, ...words]).join(' ');
}

/** A value as it stands in a filter. */
export const quotedValue = (value: string): string =>
  /^[^\s",*]+$/.test(value) ? value : `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;

/** The character at which the server says that a filter stops making sense. */
export function placeOfProblem(fields: Readonly<Record<string, string>>): number | null {
  const path = Object.keys(fields).find((name) => /^query\.q\.\d+$/.test(name));
  return path === undefined ? null : Number(path.slice('query.q.'.length));
}

export const checksPath = (filter: string): string => `/checks?q=${encodeURIComponent(filter)}`;
