// A server that runs one plugin and is killed. Prints the pids of its runners once the plugin runs.

import { existsSync } from 'node:fs';
import { systemClock } from '#kernel/clock.ts';
import { silentLogger } from '#kernel/log.ts';
import { createPluginRunner } from '#checks/plugin-runner/plugin-runner.ts';
import { RUNNER_PROGRAMS } from '#checks/plugin-runner/runner-programs.ts';

const [name = '', pidFile = ''] = process.argv.slice(2);
const [program] = RUNNER_PROGRAMS.filter((each) => each.name === name);
if (!program) throw new Error(`no runner is called ${name}`);

const clock = systemClock();
const runner = createPluginRunner({ clock, log: silentLogger }, { programs: [program] });
const argv = ['/bin/sh', '-c', `sleep 60 & echo $! > ${pidFile}; wait`];
void runner.run({ argv }, new AbortController().signal);
while (!existsSync(pidFile)) await clock.sleep(10);
console.log(JSON.stringify(runner.counters().runners.map(({ pid }) => pid)));
