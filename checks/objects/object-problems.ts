// What was found wrong with objects, or done otherwise than written. Everything is told,
// nothing stops at the first problem.

import type { MonitoringObject, Place } from './monitoring-object.ts';

/** What a problem means for the object; 'none' = it works as written, but somebody should know. */
export type ProblemEffect = 'object skipped' | 'value left out' | 'value changed' | 'none';

export interface ObjectProblem extends Place {
  /** 'error': something is missing that was asked for. */
  severity: 'error' | 'warning';
  effect: ProblemEffect;
  message: string;
  /** Line where the object begins, in the same file. */
  objectLine: number;
}

export interface ProblemList {
  /** `line` is that of the directive; without it the one where the object begins. */
  tell(object: Place, effect: ProblemEffect, message: string, line?: number): void;
  readonly found: ObjectProblem[];
}

export function createProblemList(): ProblemList {
  const found: ObjectProblem[] = [];
  // What one definition gets wrong shows on each of its thousand services.
  const told = new Set<string>();
  return {
    found,
    tell(object, effect, message, line = object.line) {
      const key = `${object.file}:${line} ${message}`;
      if (told.has(key)) return;
      told.add(key);
      const severity = effect === 'object skipped' || effect === 'value left out' ? 'error' : 'warning';
      found.push({ file: object.file, line, severity, effect, message, objectLine: object.line });
    },
  };
}

/** Line of a directive of the object's own; where it was inherited, the line of the object. */
export const lineOf = (object: MonitoringObject, directive: string): number =>
  object.values.get(directive)?.line ?? object.line;
