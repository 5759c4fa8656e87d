// The SQL by which results are kept: states, rings and the history of changes, many
// objects in one statement each. The caller's transaction makes them one with their events.

import { sql } from 'kysely';
import type { HostState, ServiceState, StateType } from '#kernel/domain/check-state.ts';
import { json } from '#store/json.ts';
import type { Trx } from '#store/postgres.ts';

export interface StateRow {
  checkId: string;
  state: ServiceState | HostState | 'pending';
  stateType: StateType;
  attempt: number;
  machine: unknown;
  output: string;
  longOutput: string;
  perfdata: string;
  lastCheckAtMs: number | null;
  lastChangeAtMs: number | null;
  lastHardChangeAtMs: number | null;
  lastOkAtMs: number | null;
  nextCheckAtMs: number | null;
  latencyMs: number | null;
  executionMs: number | null;
  acknowledged: 'none' | 'normal' | 'sticky';
  downtimeDepth: number;
  isFlapping: boolean;
  mutedBy: string | null;
  via: string;
}

/**
 * Memory is ahead of the table and whole, so each row is written as it stands. Returns the checks that exist; these
 * cannot be deleted before the transaction ends.
 */
export async function saveStates(trx: Trx, rows: readonly StateRow[], checkedBy: string): Promise<Set<string>> {
  if (rows.length === 0) return new Set();
  const saved = await sql<{ check_id: string }>`
    update check_state s set
      state = r.state, state_type = r."stateType", attempt = r.attempt, machine = r.machine, output = r.output,
      long_output = r."longOutput", perfdata = r.perfdata, last_check_at_ms = r."lastCheckAtMs",
      last_change_at_ms = r."lastChangeAtMs", last_hard_change_at_ms = r."lastHardChangeAtMs",
      last_ok_at_ms = r."lastOkAtMs", next_check_at_ms = r."nextCheckAtMs", latency_ms = r."latencyMs",
      execution_ms = r."executionMs", acknowledged = r.acknowledged, downtime_depth = r."downtimeDepth",
      is_flapping = r."isFlapping", muted_by = r."mutedBy", via = r.via, checked_by = ${checkedBy}
    from jsonb_to_recordset(${json(rows)}::jsonb) as r(
      "checkId" uuid, state text, "stateType" text, attempt integer, machine jsonb, output text, "longOutput" text,
      perfdata text, "lastCheckAtMs" bigint, "lastChangeAtMs" bigint, "lastHardChangeAtMs" bigint,
      "lastOkAtMs" bigint, "nextCheckAtMs" bigint, "latencyMs" double precision, "executionMs" double precision,
      acknowledged text, "downtimeDepth" integer, "isFlapping" boolean, "mutedBy" text, via text)
    where s.check_id = r."checkId"
    returning s.check_id`.execute(trx);
  return new Set(saved.rows.map((row) => row.check_id));
}

/** [atMs, state code, soft|hard, first words of the output] */
export type RingEntry = [atMs: number, code: number, type: StateType, output: string];

const RING_LENGTH = 90;

/** Appends to each ring and keeps its newest ninety. */
export async function appendRings(
  trx: Trx,
  tails: readonly { checkId: string; entries: readonly RingEntry[] }[],
): Promise<void> {
  if (tails.length === 0) return;
  await sql`
    insert into check_ring as s (check_id, ring)
    select r."checkId", r.entries
    from jsonb_to_recordset(${json(tails)}::jsonb) as r("checkId" uuid, entries jsonb)
    join check_state k on k.check_id = r."checkId"
    on conflict (check_id) do update set ring =
      case when jsonb_array_length(s.ring) + jsonb_array_length(excluded.ring) <= ${RING_LENGTH}
        then s.ring || excluded.ring
        else jsonb_path_query_array(s.ring || excluded.ring, ${`$[last - ${RING_LENGTH - 1} to last]`}::jsonpath)
      end`.execute(trx);
}

export interface HistoryRow {
  checkId: string;
  atMs: number;
  state: ServiceState | HostState | 'unwatched';
  stateType: StateType;
  inDowntime: boolean;
  output: string;
}

/** A row for an object that is gone meanwhile is left out. */
export async function appendHistory(trx: Trx, rows: readonly HistoryRow[]): Promise<void> {
  if (rows.length === 0) return;
  await sql`
    insert into check_history (check_id, at_ms, state, state_type, in_downtime, output)
    select r."checkId", r."atMs", r.state, r."stateType", r."inDowntime", r.output
    from jsonb_to_recordset(${json(rows)}::jsonb) as r(
      "checkId" uuid, "atMs" bigint, state text, "stateType" text, "inDowntime" boolean, output text)
    join "check" c on c.id = r."checkId"`.execute(trx);
}
