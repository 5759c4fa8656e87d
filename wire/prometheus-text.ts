// The text format in which exporters show their metrics: read line by line, and
// written. Pure. Source: "Exposition formats", Prometheus documentation, version 0.0.4.

export interface ExposedSample {
  name: string;
  labels: Map<string, string>;
  value: number;
  atMs: number | undefined;
}

export interface ExposedFamily {
  /** counter, gauge, histogram, summary, untyped. */
  type: string;
  help: string;
}

export interface Exposition {
  samples: ExposedSample[];
  /** By name of the family, as TYPE and HELP name it. */
  families: Map<string, ExposedFamily>;
  /** Lines that are no sample and no comment, by number from 1, at most 20; what they hold is lost, the rest is not. */
  badLines: number[];
  badLineCount: number;
}

const MOST_BAD_LINES_NAMED = 20;

/** Reads what it can; at most `mostSamples` samples. Never throws. */
export function parseExposition(text: string, mostSamples = 50_000): Exposition {
  const exposition: Exposition = { samples: [], families: new Map(), badLines: [], badLineCount: 0 };
  let number = 0;
  for (const line of text.split('\n')) {
    number++;
    const trimmed = line.trim();
    if (trimmed === '') continue;
    if (trimmed.startsWith('#')) {
      readComment(trimmed, exposition.families);
      continue;
    }
    const sample = exposition.samples.length < mostSamples ? parseSample(trimmed) : undefined;
    if (sample) exposition.samples.push(sample);
    else {
      exposition.badLineCount++;
      if (exposition.badLines.length < MOST_BAD_LINES_NAMED) exposition.badLines.push(number);
    }
  }
  return exposition;
}

function readComment(line: string, families: Map<string, ExposedFamily>): void {
  const [, keyword, name, rest] = /^#\s+(HELP|TYPE)\s+(\S+)(?:\s+(.*))?$/.exec(line) ?? [];
  if (name === undefined) return;
  const family = families.get(name) ?? { type: 'untyped', help: '' };
  if (keyword === 'TYPE') family.type = rest ?? 'untyped';
  else family.help = (rest ?? '').replace(/\\(\\|n)/g, (_, escaped: string) => (escaped === 'n' ? '\n' : '\\'));
  families.set(name, family);
}

const NAME = /[a-zA-Z_:][a-zA-Z0-9_:]*/y;
const LABEL = /\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*=\s*"((?:[^"\\]|\\.)*)"\s*(,?)/y;
const END = /\s*(\S+)(?:\s+(-?\d+))?$/y;

function parseSample(line: string): ExposedSample | undefined {
  NAME.lastIndex = 0;
  const name = NAME.exec(line)?.[0];
  if (name === undefined) return undefined;
  const labels = new Map<string, string>();
  const open = /\s*\{/y;
  open.lastIndex = name.length;
  const at = open.test(line) ? readLabels(line, open.lastIndex, labels) : name.length;
  if (at === undefined) return undefined;
  END.lastIndex = at;
  const [, valueText, atText] = END.exec(line) ?? [];
  const value = valueText === undefined ? undefined : parseValue(valueText);
  if (value === undefined) return undefined;
  return { name, labels, value, atMs: atText === undefined ? undefined : Number(atText) };
}

/** Index behind the closing brace; undefined when the labels are broken. */
function readLabels(line: string, start: number, labels: Map<string, string>): number | undefined {
  let at = start;
  let mayFollow = true;
  for (;;) {
    const close = /\s*\}/y;
    close.lastIndex = at;
    if (close.test(line)) return close.lastIndex;
    LABEL.lastIndex = at;
    const found: RegExpExecArray | null = mayFollow ? LABEL.exec(line) : null;
    if (!found) return undefined;
    labels.set(found[1] ?? '', unescapeLabel(found[2] ?? ''));
    mayFollow = found[3] === ',';
    at = LABEL.lastIndex;
  }
}

const unescapeLabel = (text: string): string =>
  text.replace(/\\(.)/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped));

const SPECIAL: Readonly<Record<string, number>> = {
  nan: NaN,
  inf: Infinity,
  '+inf': Infinity,
  '-inf': -Infinity,
};
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

function parseValue(text: string): number | undefined {
  if (text.length > 64) return undefined;
  return NUMBER.test(text) ? Number(text) : SPECIAL[text.toLowerCase()];
}

/** `name{label="value",…} value`, without timestamp. The name must be a valid one: see `exposedName`. */
export function exposeSample(name: string, labels: readonly (readonly [string, string])[], value: number): string {
  const inner = labels.map(([label, text]) => `${label}="${escapeLabel(text)}"`).join(',');
  const shown = Number.isFinite(value) ? String(value) : Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
  return `${name}${inner === '' ? '' : `{${inner}}`} ${shown}\n`;
}

const escapeLabel = (text: string): string => text.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n');

/** Any text as a metric name: characters that Prometheus does not have become '_'. */
export function exposedName(text: string): string {
  const name = text.replace(/[^a-zA-Z0-9_:]/g, '_');
  return /^[a-zA-Z_:]/.test(name) ? name : `_${name}`;
}
