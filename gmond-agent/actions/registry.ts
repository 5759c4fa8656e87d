// Every action that this agent knows, by name.

import type { Action } from './action.ts';
import { checkAction } from './check.ts';
import { countProcessesAction } from './count-processes.ts';
import { pingAction } from './ping.ts';
import { releaseAction } from './release.ts';
import { scriptAction } from './script.ts';
import { serviceAction } from './service.ts';

/** `more` are actions that other parts of the agent bring. */
export const actionsByName = (more: readonly Action[]): ReadonlyMap<string, Action> =>
  new Map(
    [pingAction, checkAction, countProcessesAction, scriptAction, serviceAction, releaseAction, ...more].map(
      (action) => [action.name, action],
    ),
  );
