// A script of one file, run by the agent under a time limit. Inputs reach it as
// arguments and environment only.

import { inputEnvironment, resolveReference } from '../inputs.ts';
import type { StepCommon, StepType } from './step.ts';

export interface ScriptStep extends StepCommon {
  type: 'script';
  interpreter: 'sh' | 'bash' | 'python3';
  script: string;
  args?: string[];
  env?: Record<string, string>;
  /** Exit codes that count as success; [0] when absent. */
  okCodes?: number[];
}

// A kernel refuses a script whose first line ends in CR with a message nobody understands.
const CRLF_FIRST_LINE = /^#![^\n]*\r\n/;

export const scriptStep: StepType<ScriptStep> = {
  type: 'script',
  references: (step) => [...(step.args ?? []), ...Object.values(step.env ?? {})],
  check(step) {
    const problems: string[] = [];
    if (step.script.trim() === '') problems.push('script: is empty');
    if (CRLF_FIRST_LINE.test(step.script)) problems.push('script: its first line ends in CR LF; save it with LF');
    if (step.script.includes('\0')) problems.push('script: contains a NUL character');
    const reserved = Object.keys(step.env ?? {}).find((name) => name.startsWith('PLEXUS_'));
    if (reserved) problems.push(`env.${reserved}: names that begin with PLEXUS_ are given by Plexus`);
    return problems;
  },
  request(step, { inputs, timeoutSec }) {
    const env = Object.entries(step.env ?? {}).map(([name, value]) => [name, resolveReference(value, inputs)]);
    return {
      action: 'script',
      body: {
        interpreter: step.interpreter,
        script: step.script,
        args: (step.args ?? []).map((argument) => resolveReference(argument, inputs)),
        env: { ...Object.fromEntries(env), ...inputEnvironment(inputs) },
        timeoutSec,
        okCodes: step.okCodes ?? [0],
      },
    };
  },
};
