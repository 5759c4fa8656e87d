// What a chart shows, as text that other programs read. Pure.

import type { SeriesLabels } from '#web/contract/metrics.ts';
import type { Point } from '../../data/metrics.ts';

interface ExportedLine {
  label: string;
  labels: SeriesLabels;
  points: readonly Point[];
}

// A cell that begins so is a formula to a spreadsheet.
const FORMULA = /^[=+\-@\t\r]/;

/** RFC 4180: quoted when needed. A name that a spreadsheet would compute gets an apostrophe in front. */
function cell(text: string): string {
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** A row for each instant, a column for each line, as ganglia-web writes it: times in ISO 8601, an empty cell for no value. */
export function chartCsv(lines: readonly ExportedLine[]): string {
  const columns = lines.map(({ points }) => new Map(points.map(([atMs, value]) => [atMs, value])));
  const instants = [...new Set(columns.flatMap((column) => [...column.keys()]))].sort((a, b) => a - b);
  const head = ['Timestamp', ...lines.map(({ label }) => cell(label))];
  const rows = instants.map((atMs) => [
    new Date(atMs).toISOString(),
    ...columns.map((column) => column.get(atMs) ?? ''),
  ]);
  return [head, ...rows].map((row) => `${row.join(',')}\r\n`).join('');
}

/** Every series with its labels and its points: [epoch ms, average, lowest, highest]. */
export function chartJson(
  lines: readonly ExportedLine[],
  about: { title: string; unit: string; fromMs: number; toMs: number; stepSec: number },
): string {
  const series = lines.map(({ labels, points }) => ({ labels, points }));
  return `${JSON.stringify({ ...about, series }, null, 1)}\n`;
}

/** A name for the file: what file systems and shells take without quotes. */
export const fileNameOf = (title: string, ending: string): string =>
  `${
    title
      .replaceAll(/[^\p{L}\p{N}.-]+/gu, '-')
      .replaceAll(/^[-.]+|[-.]+$/g, '')
      .slice(0, 80) || 'chart'
  }.${ending}`;
