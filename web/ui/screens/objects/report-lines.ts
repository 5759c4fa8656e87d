// The lines of a report in one list, what matters first, each with the words of its file.

import type { SetOutcome } from '#web/contract/objects.ts';

export interface SentText {
  name: string;
  text: string;
}

export type LineKind = 'problem' | 'skipped' | 'changed' | 'taken';

export interface ReportLine {
  kind: LineKind;
  file: string;
  line: number;
  what: string;
  message: string;
}

const ORDER: readonly LineKind[] = ['problem', 'skipped', 'changed', 'taken'];

export function reportLines({ report }: Pick<SetOutcome, 'report'>): ReportLine[] {
  const ofFiles = report.problems.map(({ file, line, severity, message }): ReportLine => {
    return { kind: severity === 'error' ? 'problem' : 'taken', file, line, what: '', message };
  });
  const ofObjects = report.objects.flatMap(({ file, name, verdict, notes }) =>
    notes.map(({ line, message }): ReportLine => ({ kind: verdict, file, line, what: name, message })),
  );
  return [...ofFiles, ...ofObjects].toSorted((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind));
}

/** What a report says of one file, counted again. */
export function reportOfFile(report: SetOutcome['report'], file: string): SetOutcome['report'] {
  const problems = report.problems.filter((problem) => problem.file === file);
  const objects = report.objects.filter((object) => object.file === file);
  const lines = reportLines({ report: { ...report, problems, objects } });
  const errors = lines.filter(({ kind }) => kind === 'problem' || kind === 'skipped').length;
  return { ...report, problems, objects, errors, warnings: lines.length - errors };
}

/** The line of a file that was sent, as it stands there; undefined for files of another machine. */
export function excerptOf(
  files: readonly SentText[],
  { file, line }: Pick<ReportLine, 'file' | 'line'>,
): string | undefined {
  const parts = file.split('/').filter((part) => part !== '' && part !== '.');
  for (let from = 0; from < parts.length; from++) {
    const end = parts.slice(from).join('/');
    const found = files.find(({ name }) => name === end || name.endsWith(`/${end}`));
    if (found) return found.text.split('\n')[line - 1]?.trimEnd().slice(0, 200);
  }
  return undefined;
}

export const countKinds = (lines: readonly ReportLine[]): Record<LineKind, number> => {
  const counts = { problem: 0, skipped: 0, changed: 0, taken: 0 };
  for (const { kind } of lines) counts[kind]++;
  return counts;
};
