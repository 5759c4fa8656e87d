// Answers with the host's own time, and so proves the whole way there and back.

import type { Action } from './action.ts';

export const pingAction: Action = {
  name: 'ping',
  run: (_body, { clock }) => Promise.resolve({ status: 'succeeded', result: { nowMs: Math.round(clock.nowMs()) } }),
};
