// Reads InfluxDB 1.x and 3.x in InfluxQL through the `influx` package. Labels enter
// a statement quoted, never bare.

import { escape, type InfluxDB } from 'influx';
import type { Clock } from '#kernel/clock.ts';
import { AppError } from '#kernel/errors.ts';
import type { SeriesKey } from '#kernel/domain/metric.ts';
import { decodeLabel, encodeLabel, parseSeriesKey } from '#wire/line-protocol.ts';
import type { Point, RangeQuery } from '../history.ts';
import type { SeriesFilter } from '../select-series.ts';
import { required, type InfluxSettings } from './endpoint.ts';
import { influxClient } from './influxql-client.ts';
import { asPoint, FIELD, type InfluxReader } from './reader.ts';
import {
  foldRows,
  NOTHING_ROLLED_UP,
  policyOf,
  ROLLUPS,
  splitRange,
  type Kept,
  type RangePart,
  type RollupRow,
} from './rollups.ts';

// The package sends statements in the URL; so many stay well below what servers and proxies accept.
const STATEMENTS_PER_REQUEST = 20;

const FUNCTION: Record<RangeQuery['agg'], string> = { avg: 'mean', min: 'min', max: 'max', last: 'last' };

// No backslash or line break is left after `encodeLabel`, so a quote is all that could end a literal.
const literal = (label: string): string => escape.stringLit(encodeLabel(label));
const identifier = (label: string): string => escape.quoted(encodeLabel(label));

// How long a server may have had its roll-ups before we see them.
const POLICIES_FRESH_MS = 600_000;

export function createInfluxqlReader(deps: { clock: Clock }, settings: InfluxSettings): InfluxReader {
  const { clock } = deps;
  const { database } = required(settings, ['database']);
  const client = influxClient(settings);
  const isThird = settings.version === '3';
  let policies: { atTick: number; kept: Kept } | undefined;

  async function keptBy(): Promise<Kept> {
    const atTick = clock.monotonicMs();
    if (policies && atTick - policies.atTick < POLICIES_FRESH_MS) return policies.kept;
    const kept = isThird ? NOTHING_ROLLED_UP : await readPolicies(client, database);
    // A server that did not answer has said nothing of its roll-ups: the next query asks again.
    if (kept) policies = { atTick, kept };
    return kept ?? NOTHING_ROLLED_UP;
  }

  async function askRaw(statements: string[]): Promise<unknown> {
    try {
      const answer: unknown = await client.queryRaw(statements, { precision: 'ms', database });
      // A statement that failed stands in an answer of status 200, and looks like one without rows.
      const failure = failureOf(answer);
      if (failure !== undefined) throw new Error(failure);
      return answer;
    } catch (error) {
      // Before the first sample there is no database, and so nothing in it.
      if (error instanceof Error && error.message.includes('database not found')) return undefined;
      throw new AppError(
        'history_unavailable',
        `InfluxDB at ${settings.url} did not answer a query: ${String(error)}`,
        {
          cause: error,
          retry: 'later',
          status: 503,
        },
      );
    }
  }

  async function ask(statements: string[]): Promise<Row[][]> {
    const answer = await askRaw(statements);
    return statements.map((_, index) => rowsOf(answer, index));
  }

  return {
    async read(query) {
      const parts = splitRange(query, clock.nowMs(), await keptBy());
      const asked = query.series.flatMap((key) =>
        parts.map((part) => ({ part, statement: statementOf(key, query, part) })),
      );
      const answers: Row[][] = [];
      for (let start = 0; start < asked.length; start += STATEMENTS_PER_REQUEST) {
        const batch = asked.slice(start, start + STATEMENTS_PER_REQUEST).map(({ statement }) => statement);
        answers.push(...(await ask(batch)));
      }
      const pointsOf = (rows: Row[], part: RangePart | undefined): Point[] =>
        part?.rollup ? foldRows(rows.flatMap(readRollup), query) : rows.flatMap(readPoint);
      const found = answers.map((rows, index) => pointsOf(rows, asked[index]?.part));
      return query.series.map((_, index) => found.slice(index * parts.length, (index + 1) * parts.length).flat());
    },
    async list(filter) {
      if (isThird) return taggedSeries(await askRaw([newestStatement(filter)]));
      const [rows = []] = await ask([listStatement(filter)]);
      return rows.flatMap(([key]) => readSeries(key));
    },
    // 3.x makes a database with its first write.
    createDatabase: () => (isThird ? Promise.resolve() : client.createDatabase(database)),
  };
}

function statementOf(key: SeriesKey, query: RangeQuery, { rollup, fromMs, toMs }: RangePart): string {
  const where = `WHERE "cluster" = ${literal(key.cluster)} AND "host" = ${literal(key.host)}
    AND time >= ${fromMs}ms AND time < ${toMs}ms`;
  const metric = identifier(key.metric);
  return rollup
    ? `SELECT "value", "min", "max", "last", "count" FROM ${escape.quoted(policyOf(rollup))}.${metric} ${where}`
    : `SELECT ${FUNCTION[query.agg]}(${FIELD}) AS v, min(${FIELD}) AS lo, max(${FIELD}) AS hi FROM ${metric}
    ${where} GROUP BY time(${query.stepSec}s) fill(none)`;
}

/** What `plexus influx setup` has made: roll-ups that exist, and how long the samples of the default policy stay. */
async function readPolicies(client: InfluxDB, database: string): Promise<Kept | undefined> {
  const policies = await client.showRetentionPolicies(database).catch(() => undefined);
  if (policies === undefined) return undefined;
  const rawSec = durationSec(policies.find((policy) => policy.default)?.duration ?? '');
  const rollups = ROLLUPS.filter((rollup) => policies.some(({ name }) => name === policyOf(rollup)));
  return rawSec === 0 || rollups.length === 0 ? NOTHING_ROLLED_UP : { rawSec, rollups };
}

/** `336h0m0s` → 1209600; 0 = for ever. */
function durationSec(text: string): number {
  const [, hours = 0, minutes = 0, seconds = 0] = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/.exec(text) ?? [];
  return Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
}

function listStatement(filter: SeriesFilter): string {
  const from = filter.metric === undefined ? '' : ` FROM ${identifier(filter.metric)}`;
  return `SHOW SERIES${from}${whereOf(filter)}`;
}

/** 3.x has no SHOW SERIES: the newest value of each tells which there are. */
const newestStatement = (filter: SeriesFilter): string =>
  `SELECT last(${FIELD}) FROM ${filter.metric === undefined ? '/.*/' : identifier(filter.metric)}${whereOf(filter)} GROUP BY "cluster", "host"`;

function whereOf(filter: SeriesFilter): string {
  const conditions = [
    ...(filter.cluster === undefined ? [] : [`"cluster" = ${literal(filter.cluster)}`]),
    ...(filter.host === undefined ? [] : [`"host" = ${literal(filter.host)}`]),
  ];
  return conditions.length > 0 ? ` WHERE ${conditions.join(' AND ')}` : '';
}

type Row = unknown[];

/** The server's words for the first statement that it could not answer. */
function failureOf(answer: unknown): string | undefined {
  const results = fieldOf(answer, 'results');
  const errors = Array.isArray(results) ? results.map((result) => fieldOf(result, 'error')) : [];
  return errors.find((error) => typeof error === 'string');
}

/** Rows of one statement's answer: `{results: [{series: [{values: [[…]]}]}]}`. */
function rowsOf(answer: unknown, statement: number): Row[] {
  const result = elementOf(fieldOf(answer, 'results'), statement);
  const values = fieldOf(elementOf(fieldOf(result, 'series'), 0), 'values');
  return Array.isArray(values) ? values.filter((row): row is Row => Array.isArray(row)) : [];
}

const fieldOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Object.entries(value).find(([key]) => key === name)?.[1] : undefined;

const elementOf = (value: unknown, index: number): unknown => (Array.isArray(value) ? value[index] : undefined);

function readPoint([atMs, value, min, max]: Row): Point[] {
  const numbers = [atMs, value, min, max].every((part) => typeof part === 'number');
  return numbers ? [asPoint(Number(atMs), Number(value), Number(min), Number(max))] : [];
}

/** Series of other writers in the same database have other tags and are none of ours. */
function readSeries(key: unknown): SeriesKey[] {
  const parsed = typeof key === 'string' ? parseSeriesKey(key) : undefined;
  if (!parsed?.ok) return [];
  const { measurement, tags } = parsed.value;
  const [cluster, host] = [tags.get('cluster'), tags.get('host')];
  return cluster === undefined || host === undefined ? [] : [{ cluster, host, metric: measurement }];
}

/** Series of an answer grouped by tags: `{name, tags: {cluster, host}}` of each. */
function taggedSeries(answer: unknown): SeriesKey[] {
  const series = fieldOf(elementOf(fieldOf(answer, 'results'), 0), 'series');
  return (Array.isArray(series) ? series : []).flatMap((one: unknown): SeriesKey[] => {
    const [metric, tags] = [fieldOf(one, 'name'), fieldOf(one, 'tags')];
    const [cluster, host] = [fieldOf(tags, 'cluster'), fieldOf(tags, 'host')];
    if (typeof metric !== 'string' || typeof cluster !== 'string' || typeof host !== 'string') return [];
    return [{ metric: decodeLabel(metric), cluster: decodeLabel(cluster), host: decodeLabel(host) }];
  });
}

function readRollup(row: Row): RollupRow[] {
  const [atMs, value, min, max, last, count] = row.map((part) => (typeof part === 'number' ? part : NaN));
  const numbers = {
    atMs: atMs ?? NaN,
    value: value ?? NaN,
    min: min ?? NaN,
    max: max ?? NaN,
    last: last ?? NaN,
    count: count ?? NaN,
  };
  return Object.values(numbers).every(Number.isFinite) ? [numbers] : [];
}
