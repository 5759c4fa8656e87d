// Compares the host with its desired state, and in mode 'enforce' puts it right.

import path from 'node:path';
import { applyDesiredState } from '../desired-state/apply-desired-state.ts';
import { decodeDesiredStateRequest } from '../desired-state/decode-catalog.ts';
import type { Action } from './action.ts';

/** Former versions of changed files go below `stateDir`. */
export const desiredStateAction = (stateDir: string): Action => ({
  name: 'desired_state',
  async run(body, context, signal) {
    const decoded = decodeDesiredStateRequest(body);
    if (!decoded.ok) return { status: 'failed', reason: `The request cannot be done as asked: ${decoded.reason}.` };
    const { items, mode } = decoded.value;
    const backupDir = path.join(stateDir, 'backup');
    const results = await applyDesiredState(items, mode, { clock: context.clock, backupDir, signal });
    const failed = results.filter((result) => result.status === 'failed');
    const result = { items: results };
    if (failed.length === 0) return { status: 'succeeded', result };
    return {
      status: 'failed',
      result,
      reason: failed
        .map(({ summary }) => summary)
        .join('; ')
        .slice(0, 4000),
    };
  },
});
