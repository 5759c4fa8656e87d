// Reads and sets up InfluxDB 1.x in InfluxQL through the `influx` package: the
// only file that knows either. Labels enter a statement quoted, never bare.

import { escape, InfluxDB } from 'influx';
import { AppError } from '#kernel/errors.ts';
import type { SeriesKey } from '#kernel/domain/metric.ts';
import { encodeLabel, parseSeriesKey } from '#wire/line-protocol.ts';
import type { Point, RangeQuery } from '../history.ts';
import type { SeriesFilter } from '../select-series.ts';
import { required, type InfluxSettings } from './endpoint.ts';
import { asPoint, FIELD, type InfluxReader } from './reader.ts';

const TIMEOUT_MS = 10_000;
// The package sends statements in the URL; so many stay well below what servers and proxies accept.
const STATEMENTS_PER_REQUEST = 20;

const FUNCTION: Record<RangeQuery['agg'], string> = { avg: 'mean', min: 'min', max: 'max', last: 'last' };

// No backslash or line break is left after `encodeLabel`, so a quote is all that could end a literal.
const literal = (label: string): string => escape.stringLit(encodeLabel(label));
const identifier = (label: string): string => escape.quoted(encodeLabel(label));

export function createInfluxqlReader(settings: InfluxSettings): InfluxReader {
  const url = new URL(settings.url);
  const { database } = required(settings, ['database']);
  const client = new InfluxDB({
    database,
    ...(settings.username !== undefined && { username: settings.username }),
    ...(settings.password !== undefined && { password: settings.password }),
    hosts: [
      {
        host: url.hostname,
        port: Number(url.port) || (url.protocol === 'https:' ? 443 : 80),
        protocol: url.protocol === 'https:' ? 'https' : 'http',
        path: url.pathname === '/' ? '' : url.pathname,
      },
    ],
    // `maxRetries` of this package means other hosts, and there are none.
    pool: { maxRetries: 0, requestTimeout: TIMEOUT_MS },
  });

  async function ask(statements: string[]): Promise<Row[][]> {
    try {
      const answer: unknown = await client.queryRaw(statements, { precision: 'ms', database });
      return statements.map((_, index) => rowsOf(answer, index));
    } catch (error) {
      // Before the first sample there is no database, and so nothing in it.
      if (error instanceof Error && error.message.includes('database not found')) return statements.map(() => []);
      throw new AppError('history_unavailable', `InfluxDB at ${url.host} did not answer a query: ${String(error)}`, {
        cause: error,
        retry: 'later',
        status: 503,
      });
    }
  }

  return {
    async read(query) {
      const statements = query.series.map((key) => rangeStatement(key, query));
      const found: Point[][] = [];
      for (let start = 0; start < statements.length; start += STATEMENTS_PER_REQUEST) {
        const answers = await ask(statements.slice(start, start + STATEMENTS_PER_REQUEST));
        found.push(...answers.map((rows) => rows.flatMap(readPoint)));
      }
      return found;
    },
    async list(filter) {
      const [rows = []] = await ask([listStatement(filter)]);
      return rows.flatMap(([key]) => readSeries(key));
    },
    createDatabase: () => client.createDatabase(database),
  };
}

function rangeStatement(key: SeriesKey, query: RangeQuery): string {
  return `SELECT ${FUNCTION[query.agg]}(${FIELD}) AS v, min(${FIELD}) AS lo, max(${FIELD}) AS hi FROM ${identifier(key.metric)}
    WHERE "cluster" = ${literal(key.cluster)} AND "host" = ${literal(key.host)}
    AND time >= ${query.fromMs}ms AND time < ${query.toMs}ms GROUP BY time(${query.stepSec}s) fill(none)`;
}

function listStatement(filter: SeriesFilter): string {
  const conditions = [
    ...(filter.cluster === undefined ? [] : [`"cluster" = ${literal(filter.cluster)}`]),
    ...(filter.host === undefined ? [] : [`"host" = ${literal(filter.host)}`]),
  ];
  const from = filter.metric === undefined ? '' : ` FROM ${identifier(filter.metric)}`;
  return `SHOW SERIES${from}${conditions.length > 0 ? ` WHERE ${conditions.join(' AND ')}` : ''}`;
}

type Row = unknown[];

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
