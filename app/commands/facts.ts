// `plexus facts HOST`: what the agent of a host told of it last, and where each fact
// comes from. Asks the API; knows nothing of how facts are found.

import { AppError } from '#kernel/errors.ts';
import { finiteNumber, listOf, object, recordOf, text, type Shape } from '#wire/json-shape.ts';
import { readSettings } from '../settings.ts';
import { createApiClient, type ApiClient } from './api-client.ts';

type Value = string | number | boolean;

interface FactRow {
  name: string;
  value: Value;
  /** "built-in", or the file of the facts directory. */
  source: string;
}

const value: Shape<Value> = (given, path) =>
  typeof given === 'boolean'
    ? given
    : typeof given === 'number'
      ? finiteNumber(given, path)
      : text(10_000)(given, path);
const nullable: Shape<string | null> = (given, path) => (given === null ? null : text(100)(given, path));
const named = { id: text(100), name: text(1000), cluster: text(1000) };
const hostList = object({ items: listOf(object(named), 1000), nextCursor: nullable });
const hostDetail = object({ ...named, facts: recordOf(value, 10_000), reportedAt: nullable });

const FROM = 'facts.from.';
const PROBLEM = 'facts.problem.';
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Sorted by name; what only says where others come from is no row of its own. */
function factRows(facts: Readonly<Record<string, Value>>): FactRow[] {
  const sources = new Map<string, string>();
  for (const [name, list] of Object.entries(facts)) {
    if (name.startsWith(PROBLEM)) sources.set(name, name.slice(PROBLEM.length));
    if (!name.startsWith(FROM)) continue;
    for (const given of String(list).split(',')) sources.set(given, name.slice(FROM.length));
  }
  return Object.entries(facts)
    .filter(([name]) => !name.startsWith(FROM))
    .map(([name, fact]) => ({ name, value: fact, source: sources.get(name) ?? 'built-in' }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Throws `bad_arguments` with all of them when several hosts have the name, `not_found` when none has. */
async function findHostId(api: ApiClient, given: string): Promise<string> {
  if (UUID.test(given)) return given;
  const found: { id: string; cluster: string }[] = [];
  let cursor: string | null = null;
  do {
    const query = new URLSearchParams({ search: given, limit: '1000', ...(cursor !== null && { cursor }) });
    const page: { items: { id: string; name: string; cluster: string }[]; nextCursor: string | null } = await api.get(
      `/hosts?${query.toString()}`,
      hostList,
    );
    found.push(...page.items.filter(({ name }) => name.toLowerCase() === given.toLowerCase()));
    cursor = page.nextCursor;
  } while (cursor !== null);
  const [only] = found;
  if (only === undefined) throw new AppError('not_found', `There is no host ${JSON.stringify(given)}.`);
  if (found.length === 1) return only.id;
  const all = found.map(({ id, cluster }) => `  ${id}  in ${printable(cluster)}`).join('\n');
  throw new AppError('bad_arguments', `${found.length} hosts are named ${given}; give one of these ids:\n${all}`);
}

export async function showFacts(given: string, options: { output: string; source?: true }): Promise<void> {
  if (!['text', 'json'].includes(options.output))
    throw new AppError('bad_arguments', `-o: "${options.output}" is not accepted; accepted: text, json`);
  const api = createApiClient(readSettings());
  const { id, name, cluster, reportedAt, facts } = await api.get(`/hosts/${await findHostId(api, given)}`, hostDetail);
  const rows = factRows(facts);
  if (options.output === 'json') {
    process.stdout.write(`${JSON.stringify({ host: { id, name, cluster }, reportedAt, facts: rows }, undefined, 2)}\n`);
    return;
  }
  const width = Math.max(0, ...rows.map((row) => row.name.length));
  for (const row of rows) {
    const source = options.source ? `  (${row.source})` : '';
    process.stdout.write(`${printable(`${row.name.padEnd(width)}  ${row.value}${source}`)}\n`);
  }
}

/** An agent may be a stranger's program; its words must not steer a terminal. */
// eslint-disable-next-line no-control-regex -- they are what is looked for
const printable = (line: string): string => line.replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, '?');
