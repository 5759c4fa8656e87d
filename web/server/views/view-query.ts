// Whether the expressions of a query are ones that the metrics API accepts. Pure.

import { AppError } from '#kernel/errors.ts';
import { compilePattern } from '#store/history/query/name-pattern.ts';
import type { GraphQuery } from '#web/contract/views.ts';

/** One sentence for each expression that is no RE2, with its place; none when all are. */
export function patternProblems(query: GraphQuery): string[] {
  const patterns = [
    ...query.metrics.map((pattern, at) => ({ at: `query.metrics[${at}]`, pattern })),
    { at: 'query.cluster', pattern: query.cluster },
    { at: 'query.host', pattern: query.host },
  ];
  return patterns.flatMap(({ at, pattern }) => {
    try {
      compilePattern(pattern);
      return [];
    } catch (error) {
      if (error instanceof AppError) return [`${at}: ${error.message}`];
      throw error;
    }
  });
}
