// The checks that this machine begins with, before its agent has reported anything: those
// of any host, and Plexus' own parts.

import { transaction, type Db } from '#store/postgres.ts';
import type { ChecksApi } from './api.ts';
import { makeChecks, type MakeDeps } from './starter/make-checks.ts';
import { serverRules, STARTER_RULES } from './starter/starter-rules.ts';

export const createDefaultChecks =
  (deps: MakeDeps & { db: Db }): ChecksApi['ensureDefaultChecks'] =>
  (host, consoleUrl) =>
    transaction(deps.db, (trx) =>
      makeChecks(deps, trx, { hostId: host.id, rules: [...STARTER_RULES, ...serverRules(consoleUrl)] }),
    );
