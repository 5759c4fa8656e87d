// The history of states as stretches of time, as the table statehist counts them.

import { sql } from 'kysely';
import { HOST_STATES, SERVICE_STATES, type HostState, type ServiceState } from '#kernel/domain/check-state.ts';
import type { Db } from '#store/postgres.ts';
import type { WatchedSite } from '../../engine/site.ts';
import type { StateSpanRow, TimeSpan } from '../source.ts';

interface StoredRow {
  check_id: string;
  at_ms: number;
  state: string;
  in_downtime: boolean;
  output: string;
}

/** By object and time. `isHostDown` is what the host was when the stretch began. */
export async function stateSpans(
  deps: { db: Db; site: WatchedSite; nowMs: number },
  { fromMs, untilMs }: TimeSpan,
  maxRows: number,
): Promise<StateSpanRow[]> {
  const { db, site, nowMs } = deps;
  const endMs = Math.min(untilMs, nowMs);
  // What held when the asked time began is the last row before it.
  const { rows } = await sql<StoredRow>`
    select check_id, at_ms, state, in_downtime, output from (
      select h.* from "check" c cross join lateral (
        select * from check_history where check_id = c.id and at_ms < ${fromMs} order by at_ms desc, seq desc limit 1) h
      union all
      select * from check_history where at_ms >= ${fromMs} and at_ms < ${endMs}) as found
    order by check_id, at_ms, seq limit ${maxRows}`.execute(db);
  const histories = Map.groupBy(rows, ({ check_id: id }) => id);
  return [...histories].flatMap(([id, history]) => {
    const node = site.objects.get(id);
    if (!node) return [];
    const host = node.object === 'host' ? node : node.host;
    const isDownAt = hostDownAt(histories.get(host.id) ?? []);
    return history.flatMap((row, at): StateSpanRow[] => {
      const span = { fromMs: Math.max(row.at_ms, fromMs), untilMs: history[at + 1]?.at_ms ?? endMs };
      if (span.untilMs <= span.fromMs) return [];
      const state = stateIn(row.state);
      return [
        {
          ...{ hostName: host.name, ...(node.object === 'service' && { description: node.name }) },
          ...(state && { state }),
          ...span,
          isInDowntime: row.in_downtime,
          isHostDown: isDownAt(span.fromMs),
          isFlapping: false,
          output: row.output,
        },
      ];
    });
  });
}

const stateIn = (word: string): HostState | ServiceState | undefined =>
  HOST_STATES.find((state) => state === word) ?? SERVICE_STATES.find((state) => state === word);

const hostDownAt =
  (history: readonly StoredRow[]) =>
  (atMs: number): boolean => {
    const row = history.findLast(({ at_ms: rowAtMs }) => rowAtMs <= atMs);
    return row !== undefined && row.state !== 'up' && stateIn(row.state) !== undefined;
  };
