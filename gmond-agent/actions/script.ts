// Runs a script text with arguments and environment; its exit code decides.

import { accessSync, constants, writeFileSync } from 'node:fs';
import path from 'node:path';
import { listOf, matching, object, recordOf, text, wholeNumber } from '#wire/json-shape.ts';
import { outcomeOf, withBody, type Action } from './action.ts';

const shape = object(
  {
    /** sh, bash, python3, … or a full path. */
    interpreter: text(256),
    script: text(1024 * 1024),
  },
  {
    args: listOf(text(64 * 1024), 500),
    env: recordOf(text(64 * 1024), 500),
    cwd: matching(/^\//, 'a full path'),
    okCodes: listOf(wholeNumber(0, 255), 256),
  },
);

const COMMAND = 'script';

export const scriptAction: Action = {
  name: 'script',
  run: (body, context) =>
    withBody(shape, body, async ({ interpreter, script, args = [], env, cwd, okCodes }) => {
      const program = findProgram(interpreter, context.searchPath);
      if (program === undefined)
        return {
          status: 'interpreter_missing',
          reason: `${interpreter} is not on this host (looked in ${context.searchPath}).`,
        };
      // The kernel would look for an interpreter called "sh\r".
      if (/^#![^\n]*\r\n/.test(script))
        return { status: 'failed', reason: 'The first line of the script ends in CR LF. Save it with LF line ends.' };
      const file = path.join(context.directory, 'script');
      writeFileSync(file, script, { mode: 0o700 });
      const end = await context.run(COMMAND, {
        argv: [program, file, ...args],
        ...(env && { env }),
        ...(cwd !== undefined && { cwd }),
      });
      return outcomeOf(end, okCodes);
    }),
  resume: (body, context) =>
    withBody(shape, body, async ({ okCodes }) => outcomeOf(await context.attach(COMMAND), okCodes)),
};

/** Full path of an executable file, or undefined. */
function findProgram(name: string, searchPath: string): string | undefined {
  const candidates = name.includes('/') ? [name] : searchPath.split(':').map((folder) => path.join(folder, name));
  return candidates.find((candidate) => {
    try {
      accessSync(candidate, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
