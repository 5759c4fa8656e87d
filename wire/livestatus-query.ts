// A Livestatus request as text → a typed query or command, or the code and reason that its
// sender is answered with. Knows no tables and no columns.

import {
  combine,
  negate,
  onCounts,
  parseCondition,
  parseStat,
  type LivestatusFilter,
  type LivestatusStat,
} from './livestatus-filter.ts';

export type LivestatusFormat = 'csv' | 'json' | 'python' | 'python3';

/** Of rows, columns, members of lists, parts of members. */
export type LivestatusSeparators = readonly [row: string, column: string, member: string, part: string];

export interface LivestatusWait {
  object?: string;
  condition: LivestatusFilter;
  /** What is expected to change; Plexus looks at the condition whatever it is. */
  trigger?: string;
  /** 0 = as long as the server lets anyone wait. */
  timeoutMs: number;
}

export interface LivestatusQuery {
  table: string;
  /** Undefined = all, with their names in a first row. */
  columns?: string[];
  filter: LivestatusFilter;
  stats: LivestatusStat[];
  limit?: number;
  format: LivestatusFormat;
  columnHeaders?: boolean;
  separators: LivestatusSeparators;
  authUser?: string;
  wait?: LivestatusWait;
  /** Seconds by the client's clock. */
  localtimeSec?: number;
}

/** How the answer is framed, whether it is one or an error. */
export interface LivestatusFraming {
  hasHeader: boolean;
  isKeptAlive: boolean;
}

export type LivestatusRequest =
  | ({ kind: 'query'; query: LivestatusQuery } & LivestatusFraming)
  /** What stands behind each COMMAND, for `parseCommandLine`. */
  | { kind: 'command'; lines: string[] }
  | ({ kind: 'refused'; code: LivestatusCode; reason: string } & LivestatusFraming);

/** 400 a header that is none, 404 no such table, 413 too large, 450 no such column, 452 no request. */
export type LivestatusCode = 200 | 400 | 404 | 413 | 450 | 452;

export const MAX_REQUEST_BYTES = 65_536;
const DEFAULT_SEPARATORS: LivestatusSeparators = ['\n', ';', ',', '|'];
const FORMATS: readonly LivestatusFormat[] = ['csv', 'json', 'python', 'python3'];

/** The whole text of one request without the empty line that ends it. Never throws. Source: checks-and-alerting.md §6.4. */
export function parseLivestatusRequest(text: string): LivestatusRequest {
  const [first = '', ...headers] = text.split('\n').map((line) => line.trimEnd());
  const framing = { hasHeader: false, isKeptAlive: false };
  if (text.length > MAX_REQUEST_BYTES)
    return { kind: 'refused', code: 413, reason: 'The request is too large.', ...framing };
  if (first.startsWith('COMMAND ')) {
    const commands = [first, ...headers].filter((line) => line.startsWith('COMMAND '));
    return { kind: 'command', lines: commands.map((line) => line.slice('COMMAND '.length).trim()) };
  }
  const table = /^GET\s+(\w{1,64})$/.exec(first)?.[1];
  const reading = createReading(table ?? '');
  let problem: string | undefined;
  // Goes on behind a problem: how the answer is framed may stand further down.
  for (const header of headers) {
    const found = header === '' ? undefined : reading.read(header, framing);
    problem ??= found;
  }
  if (table === undefined)
    return {
      kind: 'refused',
      code: 452,
      reason: `Invalid request ${JSON.stringify(first.slice(0, 100))}: it is neither GET with a table nor COMMAND.`,
      ...framing,
    };
  if (problem !== undefined) return { kind: 'refused', code: 400, reason: problem, ...framing };
  return { kind: 'query', query: reading.query(), ...framing };
}

function createReading(table: string) {
  const filters: LivestatusFilter[] = [];
  const waits: LivestatusFilter[] = [];
  const stats: LivestatusStat[] = [];
  const query: Omit<LivestatusQuery, 'filter' | 'stats' | 'wait'> = {
    table,
    format: 'csv',
    separators: DEFAULT_SEPARATORS,
  };
  const wait: Omit<LivestatusWait, 'condition'> = { timeoutMs: 0 };
  let waitsForSomething = false;

  /** True when `value` fits its header. */
  const readers: Record<string, (value: string, framing: LivestatusFraming) => boolean> = {
    Columns: (value) => {
      query.columns = value.split(/\s+/).filter((name) => name !== '');
      return true;
    },
    Filter: (value) => pushed(filters, parseCondition(value)),
    And: (value) => onNumber(value, (count) => combine(filters, 'and', count)),
    Or: (value) => onNumber(value, (count) => combine(filters, 'or', count)),
    Negate: () => negate(filters),
    Stats: (value) => pushed(stats, parseStat(value)),
    StatsAnd: (value) => onNumber(value, (count) => onCounts(stats, count, (counts) => combine(counts, 'and', count))),
    StatsOr: (value) => onNumber(value, (count) => onCounts(stats, count, (counts) => combine(counts, 'or', count))),
    StatsNegate: () => onCounts(stats, 1, negate),
    Limit: (value) => onNumber(value, (limit) => ((query.limit = limit), true)),
    OutputFormat: (value) => {
      const format = FORMATS.find((one) => one === value.toLowerCase());
      if (format) query.format = format;
      return format !== undefined;
    },
    ColumnHeaders: (value) => onSwitch(value, (isOn) => (query.columnHeaders = isOn)),
    ResponseHeader: (value, framing) => {
      framing.hasHeader = value === 'fixed16';
      return value === 'fixed16' || value === 'off';
    },
    KeepAlive: (value, framing) => onSwitch(value, (isOn) => (framing.isKeptAlive = isOn)),
    Separators: (value) => {
      const codes = value.split(/\s+/).map((code) => (/^\d{1,3}$/.test(code) ? Number(code) : 256));
      if (codes.length !== 4 || codes.some((code) => code > 255)) return false;
      const [row = '', column = '', member = '', part = ''] = codes.map((code) => String.fromCharCode(code));
      query.separators = [row, column, member, part];
      return true;
    },
    AuthUser: (value) => ((query.authUser = value), value !== ''),
    Localtime: (value) => onNumber(value, (seconds) => ((query.localtimeSec = seconds), true)),
    WaitObject: (value) => ((wait.object = value), value !== ''),
    WaitCondition: (value) => pushed(waits, parseCondition(value)),
    WaitConditionAnd: (value) => onNumber(value, (count) => combine(waits, 'and', count)),
    WaitConditionOr: (value) => onNumber(value, (count) => combine(waits, 'or', count)),
    WaitConditionNegate: () => negate(waits),
    WaitTrigger: (value) => ((wait.trigger = value), true),
    WaitTimeout: (value) => onNumber(value, (timeoutMs) => ((wait.timeoutMs = timeoutMs), true)),
  };

  return {
    /** What is wrong with a header; undefined when it was read. */
    read(header: string, framing: LivestatusFraming): string | undefined {
      const colon = header.indexOf(':');
      const name = colon === -1 ? header : header.slice(0, colon);
      const reader = Object.hasOwn(readers, name) ? readers[name] : undefined;
      if (colon === -1 || !reader) return `Undefined request header ${JSON.stringify(name.slice(0, 100))}.`;
      waitsForSomething ||= name.startsWith('Wait');
      const value = header.slice(colon + 1).trimStart();
      return reader(value, framing) ? undefined : `Invalid header ${JSON.stringify(header.slice(0, 200))}.`;
    },
    query: (): LivestatusQuery => ({
      ...query,
      filter: { kind: 'and', filters },
      stats,
      ...(waitsForSomething && { wait: { ...wait, condition: { kind: 'and', filters: waits } } }),
    }),
  };
}

function pushed<Entry>(list: Entry[], entry: Entry | undefined): boolean {
  if (entry === undefined) return false;
  list.push(entry);
  return true;
}

const onNumber = (value: string, take: (number: number) => boolean): boolean =>
  /^\d{1,12}$/.test(value) && take(Number(value));

function onSwitch(value: string, take: (isOn: boolean) => void): boolean {
  if (value !== 'on' && value !== 'off') return false;
  take(value === 'on');
  return true;
}
