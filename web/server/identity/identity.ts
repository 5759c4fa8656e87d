// Who is asking: people, their sessions and API tokens, as one thing for the edge.

import type { Clock } from '#kernel/clock.ts';
import type { Actor } from '#kernel/domain/actor.ts';
import { AppError } from '#kernel/errors.ts';
import { appendAudit } from '#store/audit-trail.ts';
import { transaction, type Db } from '#store/postgres.ts';
import { createApiTokens } from './api-tokens.ts';
import { createPeople } from './people.ts';
import { createSessions } from './sessions.ts';

export type Identity = ReturnType<typeof createIdentity>;

export function createIdentity(deps: { db: Db; clock: Clock }) {
  const { db, clock } = deps;
  return {
    ...createPeople(deps),
    ...createSessions(deps),
    ...createApiTokens(deps),

    /** Notes a refusal that happened before any domain command ran (missing CSRF token, too small a role). */
    async noteRefusal(actor: Actor, action: string, object: string, details: Record<string, unknown>): Promise<void> {
      await transaction(db, (trx) =>
        appendAudit(trx, {
          atMs: clock.nowMs(),
          actor: actor.label,
          action,
          object,
          result: 'refused',
          source: actor.source,
          details,
        }),
      );
    },
  };
}

export const notLoggedIn = (): AppError =>
  new AppError('not_logged_in', 'Log in, or send an API token as "Authorization: Bearer …".', { status: 401 });
