// Reads JSON that a person typed.

type Parsed<Value> = { ok: true; value: Value } | { ok: false; reason: string };

/** An object, or why the text is none; an empty text is the empty object. */
export function parseObject(text: string): Parsed<Record<string, unknown>> {
  if (text.trim() === '') return { ok: true, value: {} };
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ok: true, value: { ...value } };
    return { ok: false, reason: 'an object in braces is expected' };
  } catch (error) {
    return { ok: false, reason: error instanceof Error ? error.message : String(error) };
  }
}
