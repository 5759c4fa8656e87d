// What a plan changes, for people: names, counts, and of changed checks the values before and
// after. Reads the rows that change; writes nothing.

import { sql } from 'kysely';
import type { Trx } from '#store/postgres.ts';
import { canonicalJson } from '#wire/canonical-json.ts';
import type { CheckKind } from '../kinds/check-kind.ts';
import { maskSecrets } from '../kinds/spec-secrets.ts';
import type { CheckLine, ObjectLine, SetChanges } from '../objects-api.ts';
import type { ObjectChanges } from './compare-objects.ts';
import type { StoredObject } from './object-body.ts';
import type { Plan } from './plan.ts';
import type { ResourceChanges } from './resources.ts';
import type { WantedCheck } from './wanted-rows.ts';

/** Longer lists are counted. */
const MOST_LINES = 500;

interface Described {
  plan: Plan;
  objects: ObjectChanges<StoredObject>;
  resources: ResourceChanges;
  /** Hosts that objects still define after this. */
  definedHosts: ReadonlySet<string>;
  /** Whose schemas mark what is secret. */
  kinds: ReadonlyMap<string, Pick<CheckKind, 'specSchema'>>;
}

export async function describeChanges(trx: Trx, described: Described): Promise<SetChanges> {
  const { plan, objects, resources, definedHosts } = described;
  const { hosts, checks } = plan;
  const updated = checks.update.filter(({ isMoved }) => !isMoved);
  const left = [...objects.deleted, ...objects.changed.map(({ before }) => before)]
    .filter(({ type, body, name }) => type === 'host' && body.isRegistered && !definedHosts.has(name))
    .map(({ name }) => name);
  return {
    objects: {
      created: objects.created.slice(0, MOST_LINES).map(objectLine),
      changed: objects.changed.slice(0, MOST_LINES).map(({ after }) => objectLine(after)),
      deleted: objects.deleted.slice(0, MOST_LINES).map(objectLine),
      counts: {
        created: objects.created.length,
        changed: objects.changed.length,
        deleted: objects.deleted.length,
        unchanged: objects.same.length,
      },
    },
    hosts: {
      created: hosts.create.slice(0, MOST_LINES).map(({ name }) => name),
      joined: hosts.join.slice(0, MOST_LINES).map(({ name }) => name),
      left: left.slice(0, MOST_LINES),
      counts: {
        created: hosts.create.length,
        joined: hosts.join.length,
        changed: hosts.update.length,
        left: left.length,
      },
    },
    checks: {
      created: checks.create.slice(0, MOST_LINES).map(checkLine),
      changed: await withValues(trx, updated.slice(0, MOST_LINES), described.kinds),
      deleted: await deletedLines(trx, checks.delete.slice(0, MOST_LINES)),
      counts: {
        created: checks.create.length,
        changed: updated.length,
        deleted: checks.delete.length,
        unchanged: checks.unchanged + checks.update.length - updated.length,
      },
    },
    ties: {
      parents: plan.parents.add.length + plan.parents.remove.length,
      dependencies: plan.dependencies.add.length + plan.dependencies.remove.length,
      timePeriods: plan.periods.put.length + plan.periods.remove.length,
      resources: resources.put.length + resources.remove.length,
    },
  };
}

export const objectLine = ({ type, name, source }: StoredObject): ObjectLine => ({
  type,
  name,
  file: source.file,
  line: source.line,
});

const checkLine = ({ hostName, object, name }: WantedCheck): CheckLine => ({ hostName, object, name });

async function deletedLines(trx: Trx, checks: Plan['checks']['delete']): Promise<CheckLine[]> {
  const { rows } = await sql<CheckLine>`select h.name as "hostName", c.object, c.name
    from "check" c join host h on h.id = c.host_id where c.id = any(${checks.map(({ id }) => id)}::uuid[])
    order by h.name, c.object, c.name`.execute(trx);
  return rows;
}

interface CheckRow {
  id: string;
  values: Record<string, unknown>;
}

async function withValues(
  trx: Trx,
  checks: Plan['checks']['update'],
  kinds: Described['kinds'],
): Promise<SetChanges['checks']['changed']> {
  const masked = ({ spec, kind, ...rest }: Record<string, unknown>): Record<string, unknown> => {
    const schema = typeof kind === 'string' ? kinds.get(kind)?.specSchema : undefined;
    return { kind, spec: schema ? maskSecrets(schema, spec) : spec, ...rest };
  };
  const ids = checks.map(({ id }) => id);
  const { rows } = await sql<CheckRow>`select id, jsonb_build_object('owner', owner, 'kind', kind, 'spec', spec,
      'intervalSec', interval_sec, 'retryIntervalSec', retry_interval_sec, 'maxAttempts', max_attempts,
      'timeoutSec', timeout_sec, 'settings', settings, 'serviceGroups', to_jsonb(service_groups),
      'details', details - 'values') as "values"
    from "check" where id = any(${ids}::uuid[])`.execute(trx);
  const before = new Map(rows.map((row) => [row.id, row.values]));
  return checks.map((check) => ({
    ...checkLine(check),
    values: changedValues(flat(masked(before.get(check.id) ?? {})), flat(masked(valuesOf(check)))),
  }));
}

function valuesOf(check: WantedCheck): Record<string, unknown> {
  const { owner, kind, spec, intervalSec, retryIntervalSec, maxAttempts, timeoutSec, settings, serviceGroups } = check;
  const { values: _values, ...details } = check.details;
  return {
    ...{ owner, kind, spec, intervalSec, retryIntervalSec, maxAttempts, timeoutSec },
    ...{ settings, serviceGroups, details },
  };
}

/** `spec.command`, `settings.flap`: one level into what is kept as a whole. */
function flat(values: Record<string, unknown>): Map<string, unknown> {
  const found = new Map<string, unknown>();
  for (const [name, value] of Object.entries(values)) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) found.set(name, value);
    else for (const [key, inner] of Object.entries(value)) found.set(`${name}.${key}`, inner);
  }
  return found;
}

function changedValues(before: ReadonlyMap<string, unknown>, after: ReadonlyMap<string, unknown>) {
  const text = (value: unknown): string => canonicalJson(value ?? null);
  return [...new Set([...before.keys(), ...after.keys()])]
    .filter((name) => text(before.get(name)) !== text(after.get(name)))
    .map((name) => ({ name, before: before.get(name) ?? null, after: after.get(name) ?? null }));
}
