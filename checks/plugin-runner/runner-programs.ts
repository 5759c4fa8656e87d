// The programs that can run plugins for the server, best first. Each says the same
// over its stdin and stdout (frames.ts); they differ only in what a plugin costs.

import { fileURLToPath } from 'node:url';

export type RunnerName = 'python' | 'perl' | 'node';

export interface RunnerProgram {
  name: RunnerName;
  /** Looked up in `PLUGIN_ENVIRONMENT.PATH`, never in the server's. */
  command: string;
  args: readonly string[];
}

/**
 * Nothing of the server's own environment (secrets, proxies) reaches a plugin. Only the character set is
 * UTF-8: the C library of every plugin would otherwise load twelve files, a sixth of what a small plugin costs.
 */
export const PLUGIN_ENVIRONMENT = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  LC_CTYPE: 'C.UTF-8',
};

/** CPU that each adds to a plugin of 0.7 ms, by bench/plugins.ts: 0.1 ms, 0.6 ms, 1.5 ms. Node is always there. */
export const RUNNER_PROGRAMS: readonly [RunnerProgram, ...RunnerProgram[]] = [
  { name: 'python', command: 'python3', args: ['-I', '-S', fileURLToPath(new URL('./runner.py', import.meta.url))] },
  { name: 'perl', command: 'perl', args: [fileURLToPath(new URL('./runner.pl', import.meta.url))] },
  { name: 'node', command: process.execPath, args: [fileURLToPath(new URL('./node-runner.ts', import.meta.url))] },
];
