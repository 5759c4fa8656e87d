// What gateway processes tell one another through PostgreSQL: that a row of theirs
// changed. A lost message is made good by the sweep, so it carries no state.

import { sql } from 'kysely';
import type { Trx } from '#store/postgres.ts';

export const CONTROL_CHANNEL = 'plexus_gateway';

type ControlMessage =
  | { what: 'request' | 'cancel' | 'approved' | 'revoked'; agentId: string }
  | { what: 'connected'; agentId: string; gateway: string };

/** Heard when `trx` commits; equal messages of one transaction are heard once. */
export async function tellGateways(trx: Trx, message: ControlMessage): Promise<void> {
  const words = [message.what, message.agentId, ...(message.what === 'connected' ? [message.gateway] : [])];
  await sql`select pg_notify(${CONTROL_CHANNEL}, ${words.join(' ')})`.execute(trx);
}

export function readControl(payload: string): ControlMessage | undefined {
  const [what, agentId, gateway] = payload.split(' ');
  if (agentId === undefined) return undefined;
  switch (what) {
    case 'request':
    case 'cancel':
    case 'approved':
    case 'revoked':
      return { what, agentId };
    case 'connected':
      return gateway === undefined ? undefined : { what, agentId, gateway };
    default:
      return undefined;
  }
}
