// JSON as PostgreSQL takes it.

// A backslash that was escaped itself is passed over with its partner, so that only real escapes are found.
const UNSTORABLE = /\\\\|\\u(?:0000|d[89a-f][0-9a-f]{2})/g;

/**
 * A document that a person saves, for a jsonb column. The driver would turn a JavaScript array into a
 * PostgreSQL array, so every JSON value is written as text. What PostgreSQL refuses is refused: nothing
 * is saved that differs from what was written.
 */
export const documentJson = (value: unknown): string => JSON.stringify(value);

/**
 * What happened, for a jsonb column. NUL and halves of characters, which PostgreSQL refuses, become U+FFFD:
 * one of them in the words of a plugin or a person must not stop a whole batch.
 */
export const json = (value: unknown): string => {
  const text = JSON.stringify(value);
  if (!text.includes('\\u0000') && !text.includes('\\ud')) return text;
  return text.replaceAll(UNSTORABLE, (found) => (found === '\\\\' ? found : '\uFFFD'));
};
