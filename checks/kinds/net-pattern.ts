// Regular expressions of a check's settings: RE2 syntax, matched in linear time, so that
// no page and no banner can hold up the other checks.

import { RE2JS } from 're2js';
import Type from 'typebox';

export const patternSetting = (what: string) =>
  Type.Optional(
    Type.String({ minLength: 1, maxLength: 1000, description: `${what} (regular expression, RE2, case-sensitive).` }),
  );

/** `texts` by JSON pointer. */
export const patternProblems = (texts: Record<string, string | undefined>): { path: string; message: string }[] =>
  Object.entries(texts).flatMap(([path, text]) => {
    try {
      if (text !== undefined) RE2JS.compile(text);
      return [];
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return [{ path, message: `is not a regular expression: ${reason}` }];
    }
  });

/** Takes a pattern that has no problems; finds it anywhere in the text. */
export function compilePattern(pattern: string): (text: string) => boolean {
  const compiled = RE2JS.compile(pattern);
  return (text) => compiled.matcher(text).find();
}
