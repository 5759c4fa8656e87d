// Prepares an InfluxDB for Plexus: database or bucket, how long it keeps samples, and
// roll-ups for what is older. Says each step; done twice it changes nothing.

import { escape } from 'influx';
import { request } from 'undici';
import { AppError } from '#kernel/errors.ts';
import { createBucketApi } from './bucket-api.ts';
import { required, serverOf, type InfluxSettings } from './endpoint.ts';
import { influxClient } from './influxql-client.ts';
import { FIELD } from './reader.ts';
import { bucketOf, policyOf, ROLLUPS, type Rollup } from './rollups.ts';

export interface SetupOptions {
  /** How long samples stay; at least two days. Roll-ups stay 90 days and two years. */
  rawSec: number;
}

export type SetupStep = { what: string; done: 'made' | 'changed' | 'there' | 'not possible' };

const TIMEOUT_MS = 10_000;

/** Throws AppError `influx_setup` or `influx_bad_settings`; steps that were done before stay done. */
export async function* setUpInflux(settings: InfluxSettings, options: SetupOptions): AsyncGenerator<SetupStep> {
  if (settings.version === '1') yield* setUpFirst(settings, options);
  else if (settings.version === '2') yield* setUpSecond(settings, options);
  else yield* setUpThird(settings, options);
}

/** 1.x: retention policies, and continuous queries that fill those of the roll-ups. */
async function* setUpFirst(settings: InfluxSettings, { rawSec }: SetupOptions): AsyncGenerator<SetupStep> {
  const { database } = required(settings, ['database']);
  const client = influxClient(settings);
  const names = await client.getDatabaseNames().catch((cause: unknown) => {
    throw new AppError('influx_setup', `InfluxDB at ${settings.url} does not answer: ${String(cause)}`, { cause });
  });
  const exists = names.includes(database);
  if (!exists) await client.createDatabase(database);
  yield { what: `database ${database}`, done: exists ? 'there' : 'made' };

  const policies = await client.showRetentionPolicies(database);
  // The policy that is the default already: samples of before stay where they are looked for.
  const raw = policies.find((policy) => policy.default)?.name ?? 'autogen';
  const wanted = [
    { name: raw, keptSec: rawSec, isDefault: true },
    ...ROLLUPS.map((rollup) => ({ name: policyOf(rollup), keptSec: rollup.keptSec, isDefault: false })),
  ];
  for (const { name, keptSec, isDefault } of wanted) {
    const there = policies.find((policy) => policy.name === name);
    const made = { database, duration: `${keptSec}s`, replication: 1, isDefault };
    const isSame = there !== undefined && there.duration === influxDuration(keptSec) && there.default === isDefault;
    if (there === undefined) await client.createRetentionPolicy(name, made);
    else if (!isSame) await client.alterRetentionPolicy(name, made);
    const done = there === undefined ? 'made' : isSame ? 'there' : 'changed';
    yield { what: `retention policy ${name}: ${days(keptSec)}`, done };
  }

  const queries = await client.showContinousQueries(database);
  for (const rollup of ROLLUPS) {
    const name = policyOf(rollup);
    const there = queries.some((query) => query.name === name);
    const select = rollupSelect(database, raw, rollup);
    if (!there) await client.createContinuousQuery(name, select, database, resample(rollup));
    yield { what: `continuous query ${name}`, done: there ? 'there' : 'made' };
  }
}

/** As SHOW RETENTION POLICIES prints a number of seconds. */
const influxDuration = (seconds: number): string =>
  `${Math.floor(seconds / 3600)}h${Math.floor((seconds % 3600) / 60)}m${seconds % 60}s`;

const days = (seconds: number): string => `${Math.round(seconds / 86_400)} days`;

// Two steps back: samples that were spooled while the server was away arrive late.
const resample = ({ stepSec }: Rollup): string => `RESAMPLE EVERY ${stepSec}s FOR ${2 * stepSec}s`;

function rollupSelect(database: string, raw: string, rollup: Rollup): string {
  const [from, into] = [raw, policyOf(rollup)].map((policy) => `${escape.quoted(database)}.${escape.quoted(policy)}`);
  const value = escape.quoted(FIELD);
  return `SELECT mean(${value}) AS "value", min(${value}) AS "min", max(${value}) AS "max", last(${value}) AS "last", count(${value}) AS "count" INTO ${into}.:MEASUREMENT FROM ${from}./.*/ GROUP BY time(${rollup.stepSec}s), "cluster", "host"`;
}

/** 2.x: a bucket for samples and one for each roll-up, filled by tasks. */
async function* setUpSecond(settings: InfluxSettings, { rawSec }: SetupOptions): AsyncGenerator<SetupStep> {
  const { bucket, org } = required(settings, ['token', 'org', 'bucket']);
  const api = createBucketApi(settings);
  const buckets = await api.buckets();
  const wanted = [
    { name: bucket, keptSec: rawSec },
    ...ROLLUPS.map((rollup) => ({ name: bucketOf(bucket, rollup), keptSec: rollup.keptSec })),
  ];
  for (const { name, keptSec } of wanted) {
    const there = buckets.find((known) => known.name === name);
    if (there === undefined) await api.createBucket(name, keptSec);
    else if (there.keptSec !== keptSec) await api.setRetention(there, keptSec);
    const done = there === undefined ? 'made' : there.keptSec === keptSec ? 'there' : 'changed';
    yield { what: `bucket ${name}: ${days(keptSec)}`, done };
  }
  const tasks = await api.tasks();
  for (const rollup of ROLLUPS) {
    const flux = rollupTask(bucket, org, rollup);
    const there = tasks.find(({ name }) => name === taskName(bucket, rollup));
    if (there === undefined) await api.createTask(flux);
    else if (there.flux !== flux) await api.changeTask(there.id, flux);
    const done = there === undefined ? 'made' : there.flux === flux ? 'there' : 'changed';
    yield { what: `task ${taskName(bucket, rollup)}`, done };
  }
}

const taskName = (bucket: string, rollup: Rollup): string => `plexus ${bucketOf(bucket, rollup)}`;

function rollupTask(bucket: string, org: string, rollup: Rollup): string {
  const step = `${rollup.stepSec}s`;
  const target = `bucket: ${fluxText(bucketOf(bucket, rollup))}, org: ${fluxText(org)}`;
  const fields = [
    ['mean', 'value'],
    ['min', 'min'],
    ['max', 'max'],
    ['last', 'last'],
    ['count', 'count'],
  ];
  return `option task = {name: ${fluxText(taskName(bucket, rollup))}, every: ${step}, offset: 30s}

samples = from(bucket: ${fluxText(bucket)})
    |> range(start: -${2 * rollup.stepSec}s)
    |> filter(fn: (r) => r._field == ${fluxText(FIELD)})
    |> window(every: ${step})

store = (tables=<-, field) => tables
    |> toFloat()
    |> set(key: "_field", value: field)
    |> duplicate(column: "_start", as: "_time")
    |> window(every: inf)
    |> to(${target})

${fields.map(([fn, field]) => `samples |> ${fn}() |> store(field: "${field}")`).join('\n')}
`;
}

/** A string of Flux: backslash and quote escaped, and the brace that would begin an expression. */
const fluxText = (text: string): string => `"${text.replace(/[\\"]/g, '\\$&').replaceAll('${', '\\${')}"`;

/** 3.x: a database with its retention; roll-ups there need a plug-in of the server, which is the operator's to run. */
async function* setUpThird(settings: InfluxSettings, { rawSec }: SetupOptions): AsyncGenerator<SetupStep> {
  const { database, token } = required(settings, ['database', 'token']);
  const { url, base } = serverOf(settings);
  const response = await request(`${url.origin}${base}/api/v3/configure/database`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ db: database, retention_period: `${Math.round(rawSec / 86_400)}d` }),
    headersTimeout: TIMEOUT_MS,
    bodyTimeout: TIMEOUT_MS,
  }).catch((cause: unknown) => {
    throw new AppError('influx_setup', `InfluxDB at ${settings.url} does not answer: ${String(cause)}`, { cause });
  });
  const text = await response.body.text();
  const exists = response.statusCode === 409 || /already exists/i.test(text);
  if (response.statusCode >= 300 && !exists)
    throw new AppError('influx_setup', `InfluxDB answered ${response.statusCode}: ${text.slice(0, 300)}`);
  yield { what: `database ${database}: ${days(rawSec)}`, done: exists ? 'there' : 'made' };
  yield { what: 'roll-ups: InfluxDB 3 has neither continuous queries nor tasks', done: 'not possible' };
}
