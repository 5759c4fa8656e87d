// Performance data of the plugin API: 'label'=value[UOM];[warn];[crit];[min];[max].
// Broken items are skipped one by one and never change a state (spec §1.3).

export interface PerfdataMetric {
  label: string;
  /** null = the plugin wrote `U`: the value could not be determined. */
  value: number | null;
  /** Unit as written: '', s, ms, %, B, KB, c (counter) … or any other text. */
  uom: string;
  /** Threshold ranges as written (see threshold-range.ts); null when absent. */
  warn: string | null;
  crit: string | null;
  min: number | null;
  max: number | null;
}

export interface Perfdata {
  /** In the order written; the same label may come twice, and then the last one counts. */
  metrics: PerfdataMetric[];
  /** Items that could not be read, or came after the first thousand. */
  skipped: number;
}

// 64 KB of output could carry 16,000 items; real plugins stay far below a thousand.
const MAX_METRICS = 1000;

// The published grammar knows no exponent; real plugins print one now and then.
const NUMBER = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?/;

// A unit with digits, commas or dots is a mistyped number (`1,5`, `1.2.3`), not a unit.
const UNIT = /^[^\d.,;='\s]*$/;

/** Never throws. */
export function parsePerfdata(text: string): Perfdata {
  const metrics: PerfdataMetric[] = [];
  let skipped = 0;
  let at = 0;
  for (;;) {
    while (at < text.length && isSpace(text, at)) at++;
    if (at >= text.length) return { metrics, skipped };
    const label = text[at] === "'" ? quotedLabel(text, at) : plainLabel(text, at);
    // After a quote that is never closed nothing can be told apart any more.
    if (label === 'unterminated') return { metrics, skipped: skipped + 1 };
    const end = endOfToken(text, label.end);
    const metric = label.text === undefined ? undefined : parseFields(label.text, text.slice(label.end + 1, end));
    if (metric && metrics.length < MAX_METRICS) metrics.push(metric);
    else skipped++;
    at = end;
  }
}

/** Inverse of `parsePerfdata` for executors of our own; leaves off empty trailing fields. */
export function formatPerfdata(metrics: readonly PerfdataMetric[]): string {
  return metrics
    .map(({ label, value, uom, warn, crit, min, max }) => {
      const quoted = /[\s='|]/.test(label) ? `'${label.replaceAll("'", "''")}'` : label;
      const fields = [
        `${quoted}=${value ?? 'U'}${value === null ? '' : uom}`,
        warn ?? '',
        crit ?? '',
        min ?? '',
        max ?? '',
      ];
      return fields.join(';').replace(/;+$/, '');
    })
    .join(' ');
}

/** `text` is undefined when no `=` follows; `end` is the index of the `=`, or where to go on. */
type Label = { text: string | undefined; end: number };

function quotedLabel(text: string, start: number): Label | 'unterminated' {
  let label = '';
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] !== "'") label += text[at];
    else if (text[at + 1] === "'") label += text[at++];
    else return { text: text[at + 1] === '=' ? label : undefined, end: at + 1 };
  }
  return 'unterminated';
}

function plainLabel(text: string, start: number): Label {
  let at = start;
  while (at < text.length && text[at] !== '=' && !isSpace(text, at)) at++;
  const label = text.slice(start, at);
  return { text: text[at] === '=' && !label.includes("'") ? label : undefined, end: at };
}

function parseFields(label: string, fields: string): PerfdataMetric | undefined {
  const [valueText = '', warn = '', crit = '', min = '', max = ''] = fields.split(';');
  if (label === '') return undefined;
  const thresholds = { warn: warn || null, crit: crit || null, min: numberOrNull(min), max: numberOrNull(max) };
  if (valueText === 'U') return { label, value: null, uom: '', ...thresholds };
  const digits = NUMBER.exec(valueText)?.[0];
  if (digits === undefined) return undefined;
  const value = Number(digits);
  const uom = valueText.slice(digits.length);
  return Number.isFinite(value) && UNIT.test(uom) ? { label, value, uom, ...thresholds } : undefined;
}

function numberOrNull(text: string): number | null {
  const value = NUMBER.exec(text)?.[0] === text ? Number(text) : NaN;
  return Number.isFinite(value) ? value : null;
}

function endOfToken(text: string, from: number): number {
  let at = from;
  while (at < text.length && !isSpace(text, at)) at++;
  return at;
}

const isSpace = (text: string, at: number): boolean => /\s/.test(text.charAt(at));
