// Names by regular expression, as people type them into a query. RE2 syntax, matched
// in linear time: no expression can hold up the server.

import { RE2JS } from 're2js';
import { badRequest, errorFields } from '#kernel/errors.ts';

/** One name exactly, or every name that the expression finds a match in. */
export type NamePattern = string | { regex: string };

/** Throws AppError `bad_pattern` (status 400) for text that is no RE2 expression. */
export function compilePattern(pattern: NamePattern | undefined): (name: string) => boolean {
  if (pattern === undefined) return () => true;
  if (typeof pattern === 'string') return (name) => name === pattern;
  const expression = compileExpression(pattern.regex);
  // A name repeats in thousands of series of a list; it is judged once.
  const judged = new Map<string, boolean>();
  return (name) => {
    let matches = judged.get(name);
    if (matches === undefined) {
      matches = expression.matcher(name).find();
      judged.set(name, matches);
    }
    return matches;
  };
}

function compileExpression(regex: string): RE2JS {
  try {
    return RE2JS.compile(regex);
  } catch (error) {
    const reason = String(errorFields(error)['error']);
    throw badRequest('bad_pattern', `${JSON.stringify(regex)} is no RE2 expression: ${reason}.`);
  }
}
