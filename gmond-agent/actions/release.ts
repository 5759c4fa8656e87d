// placeholder
import type { Action } from './action.ts';
export const releaseAction: Action = { name: 'release', run: () => Promise.resolve({ status: 'failed' }) };
