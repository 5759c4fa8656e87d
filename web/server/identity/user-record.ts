// A person as stored, and the audit entries that every change of identity leaves.

import { ROLES, type Actor, type Role } from '#kernel/domain/actor.ts';
import { appendAudit } from '#store/audit-trail.ts';
import type { Trx } from '#store/postgres.ts';

export interface UserRecord {
  id: string;
  login: string;
  name: string;
  email: string | null;
  role: Role;
  disabled: boolean;
  createdAtMs: number;
  lastLoginAtMs: number | null;
}

/** Row text → role; a word nobody knows gets the least. */
export const roleOf = (text: string): Role => ROLES.find((role) => role === text) ?? 'viewer';

export const userRecord = (row: {
  id: string;
  login: string;
  name: string;
  email: string | null;
  role: string;
  disabled: boolean;
  created_at_ms: number;
  last_login_at_ms: number | null;
}): UserRecord => ({
  id: row.id,
  login: row.login,
  name: row.name,
  email: row.email,
  role: roleOf(row.role),
  disabled: row.disabled,
  createdAtMs: row.created_at_ms,
  lastLoginAtMs: row.last_login_at_ms,
});

/** An audit entry of something done, in the transaction that did it. */
export const auditDone = (
  trx: Trx,
  nowMs: number,
  actor: Actor,
  entry: { action: string; object: string; details?: Record<string, unknown> },
): Promise<void> =>
  appendAudit(trx, {
    atMs: nowMs,
    actor: actor.label,
    result: 'done',
    source: actor.source,
    action: entry.action,
    object: entry.object,
    details: entry.details ?? {},
  });
