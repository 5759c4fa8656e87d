// Time periods with their days read, and those that exclude each other told apart.

import { describeLoop, findLoops } from './find-loops.ts';
import { lineOf } from './object-problems.ts';
import { parsePeriodLine } from './period-line.ts';
import { nameOf } from './resolve-groups.ts';
import type { ResolvedPeriod } from './resolved-site.ts';
import { compareText, knownNames, type SiteContext } from './site-context.ts';

export function resolvePeriods(context: SiteContext): ResolvedPeriod[] {
  const { timePeriods } = context;
  const excludes = new Map(
    timePeriods.all.map((period) => [nameOf(period), knownNames(context, period, 'exclude', timePeriods)]),
  );
  for (const loop of findLoops(excludes)) {
    for (const name of loop.component) {
      excludes.set(name, excludes.get(name)?.filter((other) => !loop.component.has(other)) ?? []);
      const period = timePeriods.get(name)?.object;
      if (period === undefined) continue;
      const message = `Time periods exclude each other in a loop: ${describeLoop(loop)}. '${name}' excludes none of them.`;
      context.problems.tell(period, 'value left out', message, lineOf(period, 'exclude'));
    }
  }
  return timePeriods.all
    .map(({ object, values }): ResolvedPeriod => {
      const name = values.get('timeperiod_name')?.text ?? '';
      const days = Array.from(values, ([when, { text }]) => parsePeriodLine(`${when} ${text ?? ''}`)).filter(
        (line) => line.ok,
      );
      return {
        name,
        values,
        definedAt: { file: object.file, line: object.line },
        excludes: excludes.get(name) ?? [],
        days,
      };
    })
    .toSorted((a, b) => compareText(a.name, b.name));
}
