// `plexus user …`: for whoever has the machine.

import { text } from 'node:stream/consumers';
import { systemClock } from '#kernel/clock.ts';
import { AppError } from '#kernel/errors.ts';
import { randomToken } from '#kernel/ids.ts';
import { createIdentity } from '#web/server/identity/identity.ts';
import { withDatabase } from './with-database.ts';

const SHORTEST = 10;

/** The new password is one line on standard input when that is not a terminal, else made up and printed. */
export async function resetPassword(login: string): Promise<void> {
  const given = process.stdin.isTTY ? '' : (await text(process.stdin)).split('\n')[0]?.trim();
  if (given && given.length < SHORTEST) {
    throw new AppError(
      'bad_arguments',
      `The password has ${given.length} characters; at least ${SHORTEST} are accepted.`,
    );
  }
  const password = given || randomToken().slice(0, 16);
  await withDatabase((db) => createIdentity({ db, clock: systemClock() }).resetPassword(login, password));
  process.stdout.write(given ? `Password of ${login} changed.\n` : `Password of ${login} is now: ${password}\n`);
}
