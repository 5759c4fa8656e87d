// Asks file systems for their space without being held up by one that hangs: a disk
// that is gone or a dead FUSE server keeps statfs, and its thread, for ever.

import type { Clock } from '#kernel/clock.ts';
import type { Logger } from '#kernel/log.ts';
import type { ReadSpace } from './disk.ts';

const TIMEOUT_MS = 2000;
// libuv has four threads for files and names together; two must stay for the rest of the agent.
const MOST_HUNG = 2;

/** Undefined for one that is late. It is not asked again before it has answered; past two such ones nobody is asked. */
export function createSpaceReader(deps: { clock: Clock; log: Logger }, readSpace: ReadSpace): ReadSpace {
  const hung = new Set<string>();
  // One after the other: of a row of dead mounts each would otherwise take a thread before the first is known to hang.
  let last: Promise<unknown> = Promise.resolve();

  async function ask(mountPoint: string) {
    if (hung.has(mountPoint) || hung.size >= MOST_HUNG) return undefined;
    const answered = new AbortController();
    const answer = readSpace(mountPoint)
      .catch(() => undefined)
      .finally(() => {
        answered.abort();
        if (hung.delete(mountPoint)) deps.log.info('a file system answers again', { mountPoint });
      });
    const late = deps.clock.sleep(TIMEOUT_MS, answered.signal).then(() => {
      if (answered.signal.aborted) return;
      hung.add(mountPoint);
      deps.log.warn('a file system does not answer and is left out until it does', { mountPoint, hung: hung.size });
    });
    await Promise.race([answer, late]);
    return hung.has(mountPoint) ? undefined : answer;
  }

  return (mountPoint) => {
    const next = last.then(() => ask(mountPoint));
    last = next;
    return next;
  };
}
