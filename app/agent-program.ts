// The agent as it is handed out: the light sender of gmond-agent/, and the collector
// for those that are a full gmond. That half is loaded only where it is wanted.

import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runAgent } from '#agent/main.ts';

/** Runs the agent, or as `gmetric …` sends one metric, with these arguments to its end. */
export async function runAgentProgram(args: readonly string[]): Promise<void> {
  const [command, ...rest] = args;
  if (command === 'gmetric') return (await import('./commands/gmetric.ts')).gmetric(rest);
  return runAgent(args, {
    environment: process.env,
    createReceiver: async (deps, config) => (await import('./agent-receiver.ts')).createAgentReceiver(deps, config),
  });
}

// Handed out as one file, this is what the file runs.
const isProgram = process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url);
if (isProgram) await runAgentProgram(process.argv.slice(2));
