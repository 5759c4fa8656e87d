// What the server says of a set of objects, as the commands read it and as they print it.

import { formatImportReport } from '#checks/objects/import-report.ts';
import {
  flag,
  listOf,
  object,
  oneOf,
  recordOf,
  text,
  wholeNumber,
  type Shape,
  type ValueOf,
} from '#wire/json-shape.ts';

const name = text(10_000);
const count = wholeNumber();
const most = 1_000_000;
const problem = object({ file: name, line: count, severity: oneOf('error', 'warning'), message: name });
const note = object({ name, count, verdict: oneOf('taken', 'kept', 'not used', 'not supported'), why: name });
const objectLine = object({ type: name, name, file: name, line: count });
const checkLine = object({ hostName: name, object: oneOf('host', 'service'), name });
const anything: Shape<unknown> = (value) => value;

export const setOutcome = object({
  name,
  kind: oneOf('yaml', 'nagios'),
  outcome: oneOf('applied', 'preview', 'refused'),
  isRefusable: flag,
  report: object({
    definitions: recordOf(object({ taken: count, changed: count, skipped: count }), 100),
    result: recordOf(count, 100),
    objects: listOf(
      object({
        ...{ type: name, name, file: name, line: count, verdict: oneOf('taken', 'changed', 'skipped') },
        notes: listOf(object({ line: count, message: name }), most),
      }),
      most,
    ),
    features: listOf(note, most),
    settings: listOf(note, most),
    problems: listOf(problem, most),
    errors: count,
    warnings: count,
  }),
  changes: object({
    objects: object({
      ...{ created: listOf(objectLine, most), changed: listOf(objectLine, most), deleted: listOf(objectLine, most) },
      counts: object({ created: count, changed: count, deleted: count, unchanged: count }),
    }),
    hosts: object({
      ...{ created: listOf(name, most), joined: listOf(name, most), left: listOf(name, most) },
      counts: object({ created: count, joined: count, changed: count, left: count }),
    }),
    checks: object({
      created: listOf(checkLine, most),
      changed: listOf(
        object({
          ...{ hostName: name, object: oneOf('host', 'service'), name },
          values: listOf(object({ name, before: anything, after: anything }), 1000),
        }),
        most,
      ),
      deleted: listOf(checkLine, most),
      counts: object({ created: count, changed: count, deleted: count, unchanged: count }),
    }),
    ties: object({ parents: count, dependencies: count, timePeriods: count, resources: count }),
  }),
  others: listOf(
    object({ owner: name, file: name, line: count, severity: oneOf('error', 'warning'), message: name }),
    most,
  ),
});
type SetOutcome = ValueOf<typeof setOutcome>;

/** Applying it would change something. */
export function isDifferent({ changes: { objects, hosts, checks, ties } }: SetOutcome): boolean {
  const { unchanged: _objects, ...objectCounts } = objects.counts;
  const { unchanged: _checks, ...checkCounts } = checks.counts;
  const { left: _left, ...hostCounts } = hosts.counts;
  return [objectCounts, checkCounts, hostCounts, ties].some((counts) =>
    Object.values(counts).some((value) => value > 0),
  );
}

/** Create, change, delete: one line each, as `plexus diff` prints them; changed values below. */
export function changeLines({ changes: { objects, hosts, checks, ties } }: SetOutcome): string[] {
  const check = ({ hostName, object: of, name: called }: ValueOf<typeof checkLine>): string =>
    of === 'host' ? `host check ${hostName}` : `check ${hostName}/${called}`;
  const place = ({ type, name: called, file, line }: ValueOf<typeof objectLine>): string =>
    `${type} ${called}  (${file}:${line})`;
  const more = (shown: readonly unknown[], total: number): string[] =>
    shown.length < total ? [`  … and ${total - shown.length} more`] : [];
  const list = <Line>(sign: string, lines: readonly Line[], total: number, write: (line: Line) => string): string[] => [
    ...lines.map((line) => `${sign} ${write(line)}`),
    ...more(lines, total),
  ];
  const same = <Line>(line: Line): Line => line;
  return [
    ...list('+', objects.created, objects.counts.created, place),
    ...list('~', objects.changed, objects.counts.changed, place),
    ...list('-', objects.deleted, objects.counts.deleted, place),
    ...list('+ host', hosts.created, hosts.counts.created, same),
    ...list('= host of the inventory', hosts.joined, hosts.counts.joined, same),
    ...list('+', checks.created, checks.counts.created, check),
    ...checks.changed.flatMap((line) => [
      `~ ${check(line)}`,
      ...line.values.map((value) => `    ${value.name}: ${short(value.before)} → ${short(value.after)}`),
    ]),
    ...more(checks.changed, checks.counts.changed),
    ...list('-', checks.deleted, checks.counts.deleted, check),
    ...Object.entries(ties).flatMap(([what, total]) => (total === 0 ? [] : [`~ ${total} ${TIES[what] ?? what}`])),
    ...(hosts.counts.left === 0
      ? []
      : [
          `${hosts.counts.left} hosts have no objects any more and stay in the inventory; retire them there: ${hosts.left.slice(0, 10).join(', ')}`,
        ]),
  ];
}

const TIES: Record<string, string> = {
  parents: 'parents',
  dependencies: 'dependencies',
  timePeriods: 'time periods',
  resources: 'resource macros',
};

function short(value: unknown): string {
  const written = JSON.stringify(value) ?? 'null';
  return written.length > 100 ? `${written.slice(0, 100)}…` : written;
}

/** Problems of the set and those it makes in others, with file and line. */
export const problemLines = ({ report, others }: SetOutcome): string[] => [
  ...report.problems.map(({ file, line, severity, message }) => `${file}:${line}  ${severity}: ${message}`),
  ...report.objects.flatMap(({ file, verdict, notes }) =>
    notes.map(({ line, message }) => `${file}:${line}  ${verdict}: ${message}`),
  ),
  ...others.map(({ owner, file, line, message }) => `${owner}, ${file}:${line}  would break: ${message}`),
];

/** The whole report of an import: counts, problems, what does less here, then the changes. */
export function reportLines(outcome: SetOutcome): string[] {
  const { counts } = outcome.changes.checks;
  return [
    ...formatImportReport(outcome.report),
    ...outcome.others.map(({ owner, file, line, message }) => `${owner}, ${file}:${line}  would break: ${message}`),
    '',
    ...changeLines(outcome).filter(
      (line) => !/^[+~-] (?:check|host check) /.test(line) || outcome.outcome !== 'preview',
    ),
    `${counts.created} checks to make, ${counts.changed} to change, ${counts.deleted} to delete, ${counts.unchanged} as they are.`,
  ];
}
