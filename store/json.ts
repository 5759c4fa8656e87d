/**
 * A value for a jsonb column. The driver would turn a JavaScript array into a
 * PostgreSQL array, so every JSON value is written as text.
 */
export const json = (value: unknown): string => JSON.stringify(value);
