// How a plugin's process ended, in the words of the field instead of the kernel's numbers.

import os from 'node:os';
import { getSystemErrorName } from 'node:util';
import type { RunEnd } from './frames.ts';

export interface ProcessEnd {
  /** 'lost' = nobody knows, because the runner ended too. */
  how: 'exited' | 'signalled' | 'timed_out' | 'flooded' | 'not_started' | 'lost';
  /** Exit code; of a program that was not started what a shell would give: 127, or 126 when it is there. -1 without one. */
  code: number;
  /** Name of the signal, or why the program was not started or is lost. */
  detail: string;
  /** The first 64 KB. */
  stdout: Buffer;
  stderr: Buffer;
  /** CPU time of the plugin and of the children it waited for; undefined where the runner cannot know. */
  cpuMs: number | undefined;
}

// Some numbers have two names; the first is the usual one.
const SIGNAL_NAMES = new Map(
  Object.entries(os.constants.signals)
    .toReversed()
    .map(([name, number]) => [number, name]),
);

const NOTHING = Buffer.alloc(0);

/** The end of a run of which no more is known than this. */
export const endWithout = (how: 'timed_out' | 'lost', detail = ''): ProcessEnd => ({
  how,
  code: -1,
  detail,
  stdout: NOTHING,
  stderr: NOTHING,
  cpuMs: undefined,
});

/** `errno` as the kernel gave it, positive. */
export const notStarted = (program: string, errno: number): ProcessEnd => ({
  ...endWithout('lost', `spawn ${program} ${errno > 0 ? getSystemErrorName(-errno) : 'EINVAL'}`),
  how: 'not_started',
  code: errno === os.constants.errno.ENOENT ? 127 : 126,
});

/** `isOverTime`: its end was asked for, which is why it came. */
export function processEndOf(program: string, end: RunEnd, isOverTime: boolean): ProcessEnd {
  const { stdout, stderr, cpuMs } = end;
  const seen = { stdout, stderr, cpuMs };
  if (isOverTime && (end.how === 'exited' || end.how === 'signalled')) {
    return { how: 'timed_out', code: -1, detail: '', ...seen };
  }
  switch (end.how) {
    case 'exited':
      return { how: 'exited', code: end.code, detail: '', ...seen };
    case 'signalled':
      return { how: 'signalled', code: -1, detail: SIGNAL_NAMES.get(end.code) ?? `signal ${end.code}`, ...seen };
    case 'flooded':
      return { how: 'flooded', code: -1, detail: '', ...seen };
    case 'not_started':
      return notStarted(program, end.code);
    default:
      return end.how satisfies never;
  }
}
