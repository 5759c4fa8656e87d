// Whether a process is still there.

import { existsSync, readFileSync } from 'node:fs';

/** A zombie waits for its parent only; it holds nothing and runs nothing. */
const isAlive = (pid: number): boolean => {
  const stat = `/proc/${pid}/stat`;
  try {
    return existsSync(stat) && !/\) Z /.test(readFileSync(stat, 'utf8'));
  } catch {
    // It went between the two looks.
    return false;
  }
};

/** Resolves when `isTrue` is; fails after ten seconds. */
export async function until(what: string, isTrue: () => boolean): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!isTrue()) {
    if (performance.now() > deadline) throw new Error(`still not so: ${what}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

export const untilGone = (pid: number): Promise<void> => until(`process ${pid} is gone`, () => !isAlive(pid));

/** The number a script wrote, once it has. */
export async function numberIn(file: string): Promise<number> {
  await until(`${file} is written`, () => existsSync(file) && readFileSync(file, 'utf8').endsWith('\n'));
  return Number(readFileSync(file, 'utf8'));
}
