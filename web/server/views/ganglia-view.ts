// Reads the view files of ganglia-web, conf/view_NAME.json. What an item means here is
// for the importer; this says only what the file asks for, or why that cannot be told.

import type { Decoded } from '#kernel/errors.ts';

/** Source: ganglia-web 3.7, functions.php (get_available_views) and graph.php (graph_type, host_regex, metric_regex). */
export interface GangliaView {
  name: string;
  /** View that this one is listed under; '' without one. */
  parent: string;
  items: GangliaViewItem[];
}

export type GangliaViewItem =
  | {
      kind: 'graph';
      title: string;
      /** '' = not said. */
      cluster: string;
      /** In a view of the type regex the host is an expression; '' = the cluster as a whole. */
      host: string;
      hostIsRegex: boolean;
      /** A report composes several metrics. */
      of: { metric: string } | { report: string };
    }
  | {
      kind: 'aggregate';
      title: string;
      cluster: string;
      /** Any of them must match; so must any of the metrics'. */
      hostRegexes: string[];
      metricRegexes: string[];
      type: 'line' | 'stack' | 'percent';
    }
  | { kind: 'unusable'; title: string; reason: string };

const MOST_VIEWS = 200;
const MOST_ITEMS = 200;

type Members = Record<string, unknown>;

const isRecord = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** PHP writes numbers and text as it likes; anything else is not said. */
function wordOf(value: unknown): string {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' ? storable(value).trim() : '';
}

/** Without what no database takes in text: NUL, and halves of surrogate pairs. */
export const storable = (text: string): string => text.toWellFormed().replaceAll('\0', '');

/** PHP writes a list whose keys have holes as an object. */
function listOf(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  return isRecord(value) ? Object.values(value) : [];
}

const isTrue = (value: unknown): boolean => ['true', '1', 'yes', 'on'].includes(String(value).toLowerCase());

/** `[{"regex": "web"}]`, and what people write by hand: `["web"]` or `"web"`. */
function regexesOf(value: unknown): string[] {
  const entries = typeof value === 'string' ? [value] : listOf(value);
  return entries.map((entry) => wordOf(isRecord(entry) ? entry['regex'] : entry)).filter((text) => text !== '');
}

function decodeItem(entry: unknown, viewIsRegex: boolean): GangliaViewItem {
  if (!isRecord(entry)) return { kind: 'unusable', title: '', reason: 'the item is not an object' };
  const title = wordOf(entry['title']);
  const cluster = wordOf(entry['cluster'] ?? entry['c']);
  if (isTrue(entry['aggregate_graph'])) {
    const hostRegexes = regexesOf(entry['host_regex'] ?? entry['hreg']);
    const metricRegexes = regexesOf(entry['metric_regex'] ?? entry['mreg']);
    if (metricRegexes.length === 0) return { kind: 'unusable', title, reason: 'metric_regex names no metric' };
    const asked = wordOf(entry['graph_type'] ?? entry['gtype']).toLowerCase();
    const type = asked === 'stack' || asked === 'percent' ? asked : 'line';
    return { kind: 'aggregate', title, cluster, hostRegexes, metricRegexes, type };
  }
  const host = wordOf(entry['hostname'] ?? entry['host'] ?? entry['h']);
  const report = wordOf(entry['graph'] ?? entry['g']);
  const metric = wordOf(entry['metric'] ?? entry['m']);
  if (report === '' && metric === '')
    return { kind: 'unusable', title, reason: 'neither metric nor graph nor aggregate_graph says what to draw' };
  const of = report === '' ? { metric } : { report };
  return { kind: 'graph', title, cluster, host, hostIsRegex: viewIsRegex && host !== '', of };
}

function decodeView(document: Members): GangliaView {
  const entries = listOf(document['items']);
  const isRegex = wordOf(document['view_type']).toLowerCase() === 'regex';
  const items = entries.slice(0, MOST_ITEMS).map((entry) => decodeItem(entry, isRegex));
  if (entries.length > MOST_ITEMS) {
    const reason = `only the first ${MOST_ITEMS} of ${entries.length} items are read`;
    items.push({ kind: 'unusable', title: '', reason });
  }
  return { name: wordOf(document['view_name']), parent: wordOf(document['parent']), items };
}

/**
 * Reads one view, or a list of them, from JSON text. Never throws. A view without a name gets '': its file may
 * have one. An item that cannot be understood is kept with the reason.
 */
export function decodeGangliaViews(text: string): Decoded<GangliaView[]> {
  let document: unknown;
  try {
    document = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    // V8 says what it met and shows the text around it, but not always the position.
    return { ok: false, reason: error.message, at: 0 };
  }
  const documents = Array.isArray(document) ? document.slice(0, MOST_VIEWS) : [document];
  const views = documents.filter((entry) => isRecord(entry) && entry['items'] !== undefined);
  if (views.length === 0)
    return { ok: false, reason: 'no view: an object with view_name and items is expected', at: 0 };
  return { ok: true, value: views.filter(isRecord).map(decodeView) };
}
