// Answers, and so proves the whole way there and back.

import type { Action } from './action.ts';

export const pingAction: Action = {
  name: 'ping',
  run: () => Promise.resolve({ status: 'succeeded' }),
};
