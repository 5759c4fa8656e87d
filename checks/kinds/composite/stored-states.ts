// States of checks as they are stored, for whoever runs checks without the others at hand.

import { sql } from 'kysely';
import type { HostState, ServiceState } from '#kernel/domain/check-state.ts';
import type { Db } from '#store/postgres.ts';
import { MAX_MEMBERS, type FindStates } from './composite.ts';

export const createStoredStates =
  (db: Db): FindStates =>
  async (patterns) => {
    const rows = await db
      .selectFrom('check as c')
      .innerJoin('check_state as s', 's.check_id', 'c.id')
      .innerJoin('host as h', 'h.id', 'c.host_id')
      .select(['c.id', 'c.name', 'c.object', 'h.name as host', 's.state'])
      .where('c.enabled', '=', true)
      .where('h.lifecycle', '<>', 'retired')
      .where(({ or, and, eb }) =>
        or(
          patterns.map(({ host, check }) =>
            and([
              eb('h.name', 'like', likePattern(host)),
              eb('c.object', '=', check === null ? 'host' : 'service'),
              ...(check === null ? [] : [eb('c.name', 'like', likePattern(check))]),
            ]),
          ),
        ),
      )
      .orderBy(sql`h.name, c.object, c.name`)
      .limit(MAX_MEMBERS)
      .execute();
    return rows.map((row) => ({
      checkId: row.id,
      host: row.host,
      check: row.object === 'host' ? null : row.name,
      // The column is written by the state machine only.
      state: toServiceState(row.state as ServiceState | HostState | 'pending'),
    }));
  };

const likePattern = (pattern: string): string => pattern.replaceAll(/[\\%_]/g, String.raw`\$&`).replaceAll('*', '%');

const AS_SERVICE = { up: 'ok', down: 'critical', unreachable: 'unknown' } as const;

const toServiceState = (state: ServiceState | HostState | 'pending'): ServiceState | 'pending' =>
  state === 'up' || state === 'down' || state === 'unreachable' ? AS_SERVICE[state] : state;
