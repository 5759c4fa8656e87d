// What a view of ganglia-web becomes here, and what of it cannot be kept. Pure; making
// the views is for the route.

import type { Combine } from '#web/contract/metrics.ts';
import type { GraphQuery, ViewCreate, ViewImportReport, ViewItem } from '#web/contract/views.ts';
import { decodeGangliaViews, storable, type GangliaView, type GangliaViewItem } from './ganglia-view.ts';
import { patternProblems } from './view-query.ts';

type ReportedView = Omit<ViewImportReport['views'][number], 'id'>;
type ReportedItem = ReportedView['items'][number];

export interface ImportedView extends ReportedView {
  /** Null when it is skipped. */
  view: ViewCreate | null;
}

interface Report {
  title: string;
  metrics: readonly string[];
  chart: ViewItem['chart'];
  /** How ganglia-web makes the figure of a cluster out of its hosts. */
  overHosts: Combine['with'];
  why: string | null;
}

/** The reports that ganglia-web brings (graph.d/*_report.json), as the metrics they compose. */
const REPORTS: Readonly<Record<string, Report>> = {
  load_report: {
    title: 'Load',
    metrics: ['load_one', 'proc_run', 'cpu_num'],
    chart: 'line',
    overHosts: 'sum',
    why: null,
  },
  cpu_report: {
    title: 'CPU',
    metrics: ['cpu_user', 'cpu_nice', 'cpu_system', 'cpu_wio', 'cpu_steal', 'cpu_idle'],
    chart: 'stack',
    overHosts: 'avg',
    why: null,
  },
  mem_report: {
    title: 'Memory',
    metrics: ['mem_cached', 'mem_buffers', 'mem_shared', 'mem_free'],
    chart: 'stack',
    overHosts: 'sum',
    why: 'used memory, which ganglia-web computes from the others, is the part that is not drawn',
  },
  network_report: {
    title: 'Network',
    metrics: ['bytes_in', 'bytes_out'],
    chart: 'line',
    overHosts: 'sum',
    why: null,
  },
  packet_report: {
    title: 'Packets',
    metrics: ['pkts_in', 'pkts_out'],
    chart: 'line',
    overHosts: 'sum',
    why: null,
  },
};

const LONGEST_PATTERN = 512;
const LONGEST_NAME = 200;

const anyOf = (regexes: readonly string[]): { regex: string } => ({ regex: regexes.join('|') });

interface TakenItem {
  item: ViewItem | null;
  reported: ReportedItem;
}

function takeItem(entry: GangliaViewItem): TakenItem {
  if (entry.kind === 'unusable') return refused(entry.title, entry.reason);
  if (entry.kind === 'aggregate') {
    return taken({
      title: entry.title,
      chart: entry.type,
      query: {
        metrics: [anyOf(entry.metricRegexes)],
        ...(entry.cluster !== '' && { cluster: entry.cluster }),
        ...(entry.hostRegexes.length > 0 && { host: anyOf(entry.hostRegexes) }),
      },
    });
  }
  const wanted = 'report' in entry.of ? entry.of.report : entry.of.metric;
  const report = Object.hasOwn(REPORTS, wanted) ? REPORTS[wanted] : undefined;
  const title = entry.title || [entry.host || entry.cluster, report?.title ?? wanted].filter(Boolean).join(' ');
  if ('report' in entry.of && !report)
    return refused(
      title,
      `the report ${JSON.stringify(wanted)} is none that ganglia-web brings; add its metrics by hand`,
    );
  const query: GraphQuery = {
    metrics: report ? [...report.metrics] : [wanted],
    ...(entry.cluster !== '' && { cluster: entry.cluster }),
    ...(entry.host !== '' && { host: entry.hostIsRegex ? { regex: entry.host } : entry.host }),
    // Without a host ganglia-web draws the cluster as a whole.
    ...(entry.host === '' && { combine: { with: report?.overHosts ?? 'sum', by: ['metric' as const] } }),
  };
  const why = entry.hostIsRegex ? 'one chart with every host that matches, not one for each' : (report?.why ?? null);
  return taken({ title, chart: report?.chart ?? 'line', query }, why);
}

const refused = (title: string, why: string): TakenItem => ({
  item: null,
  reported: { title, result: 'skipped', why },
});

function taken(item: ViewItem, why: string | null = null): TakenItem {
  const { metrics, cluster, host } = item.query;
  const texts = [...metrics, cluster ?? '', host ?? ''].map((one) => (typeof one === 'string' ? one : one.regex));
  if (texts.some((text) => text.length > LONGEST_PATTERN))
    return refused(item.title, `a name or expression is longer than ${LONGEST_PATTERN} characters`);
  const problems = patternProblems(item.query);
  if (problems.length > 0) return refused(item.title, problems.join(' '));
  const kept = { ...item, title: item.title.slice(0, LONGEST_NAME) };
  const named = item.title || `${texts.slice(0, metrics.length).join(', ')} on ${texts.at(-1) || 'every host'}`;
  return { item: kept, reported: { title: named, result: why === null ? 'taken' : 'changed', why } };
}

/** "conf/view_web farm.json" → "web farm". */
const nameOfFile = (file: string): string =>
  storable(file)
    .replace(/^.*[/\\]/, '')
    .replace(/^view_/, '')
    .replace(/\.json$/i, '')
    .trim();

function takeView(file: string, view: GangliaView): ImportedView {
  const ownName = view.name || nameOfFile(file);
  const name = view.parent === '' ? ownName : `${view.parent} / ${ownName}`;
  const results = view.items.map(takeItem);
  const items = results.flatMap(({ item }) => item ?? []);
  const reported = results.map((one) => one.reported);
  const skip = (why: string): ImportedView => ({ file, name, result: 'skipped', why, items: reported, view: null });
  if (name === '') return skip('it has no view_name');
  if (name.length > LONGEST_NAME) return skip(`its name is longer than ${LONGEST_NAME} characters`);
  if (items.length === 0) return skip('none of its items can be drawn');
  const why = view.parent === '' ? null : `listed as "${name}", as views have no parents here`;
  const changed = why !== null || reported.some(({ result }) => result !== 'taken');
  return { file, name, result: changed ? 'changed' : 'taken', why, items: reported, view: { name, items } };
}

/**
 * Every view of the files, in their order. A file that cannot be read is one skipped view with the reason. A name
 * that `isTaken`, or that comes twice, is skipped.
 */
export async function importGangliaViews(
  files: readonly { name: string; text: string }[],
  isTaken: (name: string) => Promise<boolean>,
): Promise<ImportedView[]> {
  const seen = new Set<string>();
  const imported: ImportedView[] = [];
  for (const { name: file, text } of files) {
    const decoded = decodeGangliaViews(text);
    if (!decoded.ok) {
      const why = decoded.reason;
      imported.push({ file, name: nameOfFile(file), result: 'skipped', why, items: [], view: null });
      continue;
    }
    for (const view of decoded.value) {
      const one = takeView(file, view);
      const clash = one.view !== null && (seen.has(one.name) || (await isTaken(one.name)));
      seen.add(one.name);
      imported.push(
        clash ? { ...one, view: null, result: 'skipped', why: 'there is already a view of this name' } : one,
      );
    }
  }
  return imported;
}
