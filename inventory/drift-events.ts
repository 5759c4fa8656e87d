// Answers of agents on desired state become rows and events of drift; changes of
// configuration and returning agents have their hosts compared again.

import { sql } from 'kysely';
import type { RequestOutcome, StoredEvent } from '#kernel/domain/event.ts';
import type { Trx } from '#store/postgres.ts';
import { hostOfComparison } from './comparison.ts';
import { recordFindings, type Finding } from './drift-store.ts';
import { findByAlias } from './host-identity.ts';

export const DRIFT_EVENT_KINDS = ['request.finished', 'config.changed', 'host.changed', 'agent.connected'] as const;
type DriftEvent = StoredEvent<(typeof DRIFT_EVENT_KINDS)[number]>;

/** Rows only; see `hostsToCompare` for what follows. Safe to repeat. */
export async function handleDriftEvent(event: DriftEvent, trx: Trx): Promise<void> {
  if (event.kind === 'config.changed') {
    if (event.data.kind !== 'desired_state' && event.data.kind !== 'host_group') return;
    return pruneUntargeted(trx);
  }
  if (event.kind !== 'request.finished') return;
  const { agentId, requestId, outcome } = event.data;
  const findings = findingsOf(outcome);
  const compared = hostOfComparison(requestId);
  if (findings.length === 0 && compared === undefined) return;
  // An agent speaks about its own host alone, whatever its answer says.
  const hostId = event.hostId ?? (await findByAlias(trx, 'agent', agentId));
  if (hostId === undefined) return;
  const refused = findings.length > 0 ? [] : await refusals(trx, hostId, outcome);
  await recordFindings(trx, hostId, [...findings, ...refused], event.atMs, {
    causeId: event.id,
    ...(event.runId !== undefined && { runId: event.runId }),
  });
}

/** `result.items` of a `desired_state` request; anything else gives none. */
function findingsOf(outcome: RequestOutcome): Finding[] {
  const items: unknown = outcome.result?.['items'];
  if (!Array.isArray(items)) return [];
  return items.flatMap((item: unknown): Finding[] => {
    if (typeof item !== 'object' || item === null) return [];
    const { desiredStateId, version, status, summary, diff }: Record<string, unknown> = { ...item };
    if (typeof desiredStateId !== 'string' || typeof version !== 'number' || !Number.isSafeInteger(version)) return [];
    if (status !== 'in_sync' && status !== 'drifted' && status !== 'failed') return [];
    return [
      {
        desiredStateId,
        version,
        status,
        summary: typeof summary === 'string' ? summary : '',
        diff: typeof diff === 'string' ? diff : '',
      },
    ];
  });
}

/** The host's policy said no: nothing of its catalog can be known. Silence, by contrast, is no finding. */
async function refusals(trx: Trx, hostId: string, outcome: RequestOutcome): Promise<Finding[]> {
  if (outcome.status !== 'denied' && outcome.status !== 'failed') return [];
  const rows = await trx
    .selectFrom('drift')
    .innerJoin('desired_state', 'desired_state.id', 'drift.desired_state_id')
    .select(['desired_state.id', 'desired_state.version'])
    .where('drift.host_id', '=', hostId)
    .execute();
  const why = outcome.reason ?? 'no reason was given';
  return rows.map(({ id, version }) => ({
    desiredStateId: id,
    version,
    status: 'failed',
    summary: `The agent did not compare: ${why}`,
    diff: '',
  }));
}

/** Rows of hosts that no longer are a target, or whose definition is off. */
const pruneUntargeted = async (trx: Trx): Promise<void> => {
  await sql`delete from drift d using desired_state s where s.id = d.desired_state_id and not (s.enabled and (
    s.target->'hostIds' ? d.host_id::text or exists (select 1 from host_group_member m
      where m.host_id = d.host_id and s.target->'groupIds' ? m.group_id::text)))`.execute(trx);
};

/** Hosts that are to be compared after these events; 'all' when the change may concern any. */
export function hostsToCompare(events: readonly DriftEvent[]): readonly string[] | 'all' {
  const hostIds = new Set<string>();
  for (const event of events) {
    if (event.kind === 'config.changed') {
      if (event.data.kind === 'desired_state' || event.data.kind === 'host_group') return 'all';
    } else if (event.kind !== 'request.finished' && event.hostId !== undefined) hostIds.add(event.hostId);
  }
  return [...hostIds];
}
