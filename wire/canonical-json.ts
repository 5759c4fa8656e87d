// One text for one JSON value: keys sorted, no spaces, so that two sides that hash
// or sign a value mean the same bytes. Follows RFC 8785 for what it accepts.

export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };

/**
 * Members that are `undefined` are left out, as JSON.stringify does. Throws a plain
 * Error for what JSON cannot carry (a function, NaN): such a value is a bug of the
 * caller, since anything decoded from JSON passes. Keys sort by UTF-16 code units.
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number' && Number.isFinite(value)) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object') throw new Error(`canonical JSON cannot carry ${typeof value} ${String(value)}`);
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`);
  return `{${members.join(',')}}`;
}

/**
 * True when the value survives JSON text and a jsonb column unchanged: JSON types
 * only, finite numbers, well-formed strings without NUL (PostgreSQL refuses both),
 * nested at most `maxDepth` deep.
 */
export function isStorableJson(value: unknown, maxDepth = 32): value is JsonValue {
  if (maxDepth < 0) return false;
  if (value === null || typeof value === 'boolean') return true;
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value === 'string') return isStorableText(value);
  if (Array.isArray(value)) return value.every((entry) => isStorableJson(entry, maxDepth - 1));
  if (typeof value !== 'object') return false;
  return Object.entries(value).every(
    ([key, member]) => isStorableText(key) && (member === undefined || isStorableJson(member, maxDepth - 1)),
  );
}

const isStorableText = (text: string): boolean => text.isWellFormed() && !text.includes('\0');
