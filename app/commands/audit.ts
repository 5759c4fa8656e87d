import { AppError } from '#kernel/errors.ts';
import { verifyAuditTrail } from '#store/audit-trail.ts';
import { withDatabase } from './with-database.ts';

/** Exit code 1 when a row does not follow from the one before it. */
export async function checkAuditTrail(): Promise<void> {
  const { entries, brokenAt } = await withDatabase((db) => verifyAuditTrail(db));
  if (brokenAt !== undefined)
    throw new AppError(
      'audit_broken',
      `The audit trail does not hold: row ${brokenAt} was changed, or a row before it is missing.`,
    );
  process.stdout.write(`The audit trail is whole: ${entries} entries.\n`);
}
