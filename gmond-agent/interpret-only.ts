// Runs this process without V8's compilers. The flags that count only from the start
// of a process stand where agents are started: app/bin, app/local-agent.ts, deploy/.

import v8 from 'node:v8';

/** 4 MB less, and an agent that only sends runs so little that it takes no longer. Not for one that hears a cluster. */
export function interpretOnly(): void {
  for (const flag of ['--no-opt', '--no-maglev', '--no-sparkplug']) v8.setFlagsFromString(flag);
}
