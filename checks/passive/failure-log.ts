// Tells the log of external commands that failed. What is refused for the same reason is told
// once: a script that repeats its mistake each minute must not fill the disk.

import { AppError, errorFields } from '#kernel/errors.ts';
import type { Logger } from '#kernel/log.ts';
import type { PassiveVia } from './door.ts';

/** Names of commands are ours, and so are the reasons; the product of both is still bounded. */
const MOST_TOLD = 256;

/** A refusal counts by its code, of which there are few; anything else is one of ours. */
export const commandFailure = (error: unknown): string =>
  error instanceof AppError && error.status < 500 ? error.code : 'command_failed';

/** Logs the failure of the command `name`, and gives the word that it is counted under. */
export function createFailureLog(log: Logger, via: PassiveVia): (name: string, error: unknown) => string {
  const told = new Set<string>();
  return (name, error) => {
    const outcome = commandFailure(error);
    const key = `${name} ${outcome}`;
    const isTold = outcome !== 'command_failed' && (told.has(key) || told.size >= MOST_TOLD);
    log[isTold ? 'debug' : 'warn']('an external command failed', { via, name, ...errorFields(error) });
    if (told.size < MOST_TOLD) told.add(key);
    return outcome;
  };
}
