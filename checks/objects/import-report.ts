// The truthful report of an import: for each definition whether it was taken, changed or
// skipped and why, counts, and what of Nagios has no home here. JSON-safe.

import type { ConfigProblem } from '#wire/nagios-config.ts';
import type { CompiledSite } from './compiled-site.ts';
import { describeObject, type MonitoringObject } from './monitoring-object.ts';
import type { FeatureNote } from './nagios-features.ts';
import type { ObjectProblem } from './object-problems.ts';

export interface ReportedObject {
  type: string;
  /** In words: `service 'http'`. */
  name: string;
  file: string;
  line: number;
  verdict: 'taken' | 'changed' | 'skipped';
  /** Why, and what else is to be known of it. */
  notes: { line: number; message: string }[];
}

export interface ImportReport {
  /** Definitions by type, templates included. */
  definitions: Record<string, { taken: number; changed: number; skipped: number }>;
  /** What they come to: hosts, services on hosts, pairs of dependencies. */
  result: Record<string, number>;
  /** Skipped and changed ones, and those with a note, in the order of the files. The others are only counted. */
  objects: ReportedObject[];
  features: FeatureNote[];
  settings: FeatureNote[];
  /** Of files and lines: what could not be read at all. */
  problems: { file: string; line: number; severity: 'error' | 'warning'; message: string }[];
  errors: number;
  warnings: number;
}

interface ReportSource {
  objects: readonly MonitoringObject[];
  compiled: CompiledSite;
  fileProblems: readonly ConfigProblem[];
  objectProblems: readonly ObjectProblem[];
  features: FeatureNote[];
  settings: FeatureNote[];
}

export function reportImport(source: ReportSource): ImportReport {
  const { objects, objectProblems, fileProblems, features, settings } = source;
  const byObject = Map.groupBy(objectProblems, ({ file, objectLine }) => `${file}:${objectLine}`);
  const reported = objects.map((object) => reportObject(object, byObject.get(`${object.file}:${object.line}`) ?? []));
  const known = new Set(objects.map(({ file, line }) => `${file}:${line}`));
  // Blocks that never became an object, such as extinfo.
  const strays = objectProblems.filter(({ file, objectLine }) => !known.has(`${file}:${objectLine}`));
  const all = [...fileProblems, ...objectProblems];
  return {
    definitions: countDefinitions(reported),
    result: countResult(source.compiled),
    objects: reported.filter(({ verdict, notes }) => verdict !== 'taken' || notes.length > 0),
    features,
    settings,
    problems: [...fileProblems, ...strays].map(({ file, line, severity, message }) => ({
      file,
      line,
      severity,
      message,
    })),
    errors: all.filter(({ severity }) => severity === 'error').length,
    warnings: all.filter(({ severity }) => severity === 'warning').length,
  };
}

function reportObject(object: MonitoringObject, problems: readonly ObjectProblem[]): ReportedObject {
  const effects = problems.map(({ effect }) => effect);
  const isChanged = effects.includes('value changed') || effects.includes('value left out');
  return {
    type: object.type,
    name: describeObject(object),
    file: object.file,
    line: object.line,
    verdict: effects.includes('object skipped') ? 'skipped' : isChanged ? 'changed' : 'taken',
    notes: problems.map(({ line, message }) => ({ line, message })),
  };
}

function countDefinitions(reported: readonly ReportedObject[]): ImportReport['definitions'] {
  const counts: ImportReport['definitions'] = {};
  for (const { type, verdict } of reported) {
    const count = (counts[type] ??= { taken: 0, changed: 0, skipped: 0 });
    count[verdict]++;
  }
  return counts;
}

const countResult = (site: CompiledSite): Record<string, number> => ({
  hosts: site.hosts.length,
  hostChecks: site.hosts.filter(({ check }) => check !== undefined).length,
  services: site.services.length,
  hostGroups: site.hostGroups.length,
  serviceGroups: site.serviceGroups.length,
  dependencies: site.dependencies.length,
  timePeriods: site.timePeriods.length,
  contacts: site.contacts.length,
  contactGroups: site.contactGroups.length,
  commands: site.commands.length,
  escalations: site.escalations.length,
});

/** The report as lines of text, for a terminal: counts first, then everything with its file and line. */
export function formatImportReport(report: ImportReport): string[] {
  const row = ([type, { taken, changed, skipped }]: [string, { taken: number; changed: number; skipped: number }]) =>
    `  ${type.padEnd(18)} ${String(taken).padStart(7)} ${String(changed).padStart(7)} ${String(skipped).padStart(7)}`;
  const features = (title: string, notes: readonly FeatureNote[]) => {
    const shown = notes.filter(({ verdict }) => verdict === 'kept' || verdict === 'not supported');
    return shown.length === 0
      ? []
      : ['', title, ...shown.map(({ name, count, verdict, why }) => `  ${name} (${count}): ${verdict}; ${why}`)];
  };
  const lines = [
    ...report.problems.map(({ file, line, severity, message }) => `${file}:${line}  ${severity}: ${message}`),
    ...report.objects.flatMap(({ file, verdict, notes }) =>
      notes.map(({ line, message }) => `${file}:${line}  ${verdict}: ${message}`),
    ),
  ];
  return [
    `  ${'definitions'.padEnd(18)} ${'taken'.padStart(7)} ${'changed'.padStart(7)} ${'skipped'.padStart(7)}`,
    ...Object.entries(report.definitions).map(row),
    '',
    `Result: ${Object.entries(report.result)
      .map(([what, count]) => `${count} ${what}`)
      .join(', ')}.`,
    ...(lines.length === 0 ? [] : ['', ...lines]),
    ...features('Directives that do less here:', report.features),
    ...features('Settings of the main file that do less here:', report.settings),
    '',
    `${report.errors} errors, ${report.warnings} warnings.`,
  ];
}
