// The text form of a query, as it stands in the address and in the box of the explore
// page: top 10 max cpu_user{cluster="web", host=~"web-.*"} by host. Pure.
//
//   query   = [("top" | "bottom") count ["(" figure ")"]] [function] ["rate" | "raw"] metric {"," metric} ["{" [match {"," match}] "}"] ["by" label {"," label}]
//   metric  = name | string | "~" string        match = ("cluster" | "host") ("=" | "=~") string
//   function = sum, avg, min, max, count, p95 …  figure = avg, max, min, last   label = cluster, host, metric

import type { Combine, NamePattern, Top } from '#web/contract/metrics.ts';
import type { GraphQuery } from '#web/contract/views.ts';

/** `at` is the character at which the text stops making sense. */
export type ParsedQuery = { ok: true; value: GraphQuery } | { ok: false; reason: string; at: number };

export type Label = NonNullable<Combine['by']>[number];

export const FUNCTIONS = ['avg', 'sum', 'min', 'max', 'count', 'p50', 'p90', 'p95', 'p99'] as const;
export const LABELS = ['cluster', 'host', 'metric'] as const satisfies readonly Label[];
const FIGURES = ['avg', 'max', 'min', 'last'] as const satisfies readonly NonNullable<Top['by']>[];

const FUNCTION = /^(sum|avg|min|max|count|p(100|\d{1,2}(\.\d{1,3})?))$/;
const PLAIN_NAME = /^[A-Za-z_][\w.:/-]*$/;
const WORD_AT = /[A-Za-z_][\w.:/-]*/y;
const COUNT_AT = /\d{1,4}/y;
const MOST_METRICS = 20;
const MOST_SERIES = 1000;

const isKeyword = (word: string): boolean =>
  ['top', 'bottom', 'rate', 'raw', 'by'].includes(word) || FUNCTION.test(word);

class Misread extends Error {
  readonly at: number;
  constructor(at: number, reason: string) {
    super(reason);
    this.at = at;
  }
}

function createReader(text: string) {
  let at = 0;
  const skipBlank = (): void => {
    while (/\s/.test(text[at] ?? '')) at += 1;
  };
  const peek = (pattern: RegExp): string | null => {
    skipBlank();
    pattern.lastIndex = at;
    return pattern.exec(text)?.[0] ?? null;
  };
  const fail = (expected: string, place = at): never => {
    const met = place >= text.length ? 'the end' : `“${text.slice(place, place + 12)}”`;
    throw new Misread(place, `${expected} is expected, not ${met}`);
  };
  return {
    fail,
    place: () => (skipBlank(), at),
    word: () => peek(WORD_AT),
    atEnd: () => (skipBlank(), at >= text.length),
    take(token: string): boolean {
      skipBlank();
      if (!text.startsWith(token, at)) return false;
      at += token.length;
      return true;
    },
    takeWord(accepts: (word: string) => boolean): string | null {
      const word = peek(WORD_AT);
      if (word === null || !accepts(word)) return null;
      at += word.length;
      return word;
    },
    count(): number {
      const digits = peek(COUNT_AT) ?? fail('a number of series from 1 to 1000');
      const count = Number(digits);
      if (count < 1 || count > MOST_SERIES) fail('a number of series from 1 to 1000');
      at += digits.length;
      return count;
    },
    string(): string | null {
      skipBlank();
      if (text[at] !== '"') return null;
      const start = at;
      let value = '';
      for (at += 1; text[at] !== '"'; at += 1) {
        if (at >= text.length) throw new Misread(start, 'the closing " is missing');
        // A regular expression is full of backslashes: only these two mean something here.
        if (text[at] === '\\' && (text[at + 1] === '"' || text[at + 1] === '\\')) at += 1;
        value += text[at];
      }
      at += 1;
      if (value === '') throw new Misread(start, 'a name or expression between the quotes is expected');
      return value;
    },
  };
}

type Reader = ReturnType<typeof createReader>;

function readTop(reader: Reader): Top | undefined {
  const word = reader.takeWord((one) => one === 'top' || one === 'bottom');
  if (word === null) return undefined;
  const top: Top = { count: reader.count(), ...(word === 'bottom' && { lowest: true }) };
  if (!reader.take('(')) return top;
  const place = reader.place();
  const figure = reader.takeWord(() => true);
  const by = FIGURES.find((one) => one === figure) ?? reader.fail(FIGURES.join(', '), place);
  if (!reader.take(')')) reader.fail(')');
  return { ...top, by };
}

function readMetric(reader: Reader): NamePattern {
  if (reader.take('~')) return { regex: reader.string() ?? reader.fail('a regular expression in quotes') };
  const word = reader.word();
  if (word !== null && isKeyword(word)) reader.fail(`a metric (a metric named ${word} stands in quotes)`);
  return reader.string() ?? reader.takeWord(() => true) ?? reader.fail('a metric');
}

function readFilter(reader: Reader): Pick<GraphQuery, 'cluster' | 'host'> {
  const filter: Pick<GraphQuery, 'cluster' | 'host'> = {};
  if (!reader.take('{') || reader.take('}')) return filter;
  do {
    const place = reader.place();
    const label = reader.takeWord(() => true);
    if (label !== 'cluster' && label !== 'host') return reader.fail('cluster or host', place);
    if (filter[label] !== undefined) reader.fail('each of cluster and host once', place);
    const isRegex = reader.take('=~');
    if (!isRegex && !reader.take('=')) reader.fail('= or =~');
    const value = reader.string() ?? reader.fail('a name in quotes');
    filter[label] = isRegex ? { regex: value } : value;
  } while (reader.take(','));
  if (!reader.take('}')) reader.fail(', or }');
  return filter;
}

function readLabels(reader: Reader): Label[] {
  const by: Label[] = [];
  do {
    const place = reader.place();
    const word = reader.takeWord(() => true);
    const label = LABELS.find((one) => one === word) ?? reader.fail('cluster, host or metric', place);
    if (!by.includes(label)) by.push(label);
  } while (reader.take(','));
  return by;
}

function readQuery(reader: Reader): GraphQuery {
  const top = readTop(reader);
  const fn = reader.takeWord((word) => FUNCTION.test(word));
  const rate = reader.takeWord((word) => word === 'rate' || word === 'raw');
  const metrics: NamePattern[] = [];
  do {
    if (metrics.length === MOST_METRICS) reader.fail(`at most ${MOST_METRICS} metrics`);
    metrics.push(readMetric(reader));
  } while (reader.take(','));
  const filter = readFilter(reader);
  const place = reader.place();
  const by = reader.takeWord((word) => word === 'by') === null ? [] : readLabels(reader);
  if (by.length > 0 && fn === null) throw new Misread(place, 'by needs a function in front of the metric, such as avg');
  if (!reader.atEnd()) reader.fail('the end of the query');
  return {
    metrics,
    ...filter,
    ...(fn !== null && { combine: { with: fn, ...(by.length > 0 && { by }) } }),
    ...(top && { top }),
    ...(rate !== null && { rate: rate === 'rate' ? ('on' as const) : ('off' as const) }),
  };
}

/** Never throws. */
export function parseQuery(text: string): ParsedQuery {
  try {
    return { ok: true, value: readQuery(createReader(text)) };
  } catch (error) {
    if (error instanceof Misread) return { ok: false, reason: error.message, at: error.at };
    throw error;
  }
}

const quoted = (text: string): string => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;

function metricText(metric: NamePattern): string {
  if (typeof metric !== 'string') return `~${quoted(metric.regex)}`;
  return PLAIN_NAME.test(metric) && !isKeyword(metric) ? metric : quoted(metric);
}

const matchText = (label: string, pattern: NamePattern): string =>
  typeof pattern === 'string' ? `${label}=${quoted(pattern)}` : `${label}=~${quoted(pattern.regex)}`;

/** The text of a query; parseQuery gives the query back. */
export function printQuery(query: GraphQuery): string {
  const { metrics, cluster, host, combine, top, rate } = query;
  const words: string[] = [];
  if (top) words.push(`${top.lowest === true ? 'bottom' : 'top'} ${top.count}${top.by ? `(${top.by})` : ''}`);
  if (combine) words.push(combine.with);
  if (rate === 'on') words.push('rate');
  if (rate === 'off') words.push('raw');
  const filter = [
    ...(cluster === undefined ? [] : [matchText('cluster', cluster)]),
    ...(host === undefined ? [] : [matchText('host', host)]),
  ];
  words.push(metrics.map(metricText).join(', ') + (filter.length === 0 ? '' : `{${filter.join(', ')}}`));
  if (combine?.by && combine.by.length > 0) words.push(`by ${combine.by.join(', ')}`);
  return words.join(' ');
}
