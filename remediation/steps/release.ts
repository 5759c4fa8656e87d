// Puts an uploaded archive into service in the Capistrano layout, or goes back to an
// earlier one. Everything that differs between runs was fixed when the run was made.

import type { StepCommon, StepType } from './step.ts';

export interface ReleaseStep extends StepCommon {
  type: 'release';
  action: 'deploy' | 'rollback';
  app: string;
  version: string;
  /** YYYYMMDDHHMMSS in UTC: one value per run, so that every host has the same directory. */
  releaseTs: string;
  deployTo: string;
  /** Good releases that stay on the host. */
  keep: number;
  /** Also given for a roll-back: a host that lacks the release fetches it again. */
  artifact: { sha256: string; sizeBytes: number };
  linkedDirs: string[];
  linkedFiles: string[];
  /** Argument array, run in the new release after the switch. */
  restartCommand?: string[];
}

const climbs = (path: string): boolean => path.startsWith('/') || path.split('/').includes('..');

export const releaseStep: StepType<ReleaseStep> = {
  type: 'release',
  references: () => [],
  check(step) {
    const problems: string[] = [];
    if (!/^\/.+[^/]$/.test(step.deployTo) || step.deployTo.split('/').includes('..'))
      problems.push(`deployTo: "${step.deployTo}" is not a full path without ".." and without a slash at its end`);
    for (const path of [...step.linkedDirs, ...step.linkedFiles])
      if (climbs(path)) problems.push(`linked paths: "${path}" must be relative to the release, without ".."`);
    return problems;
  },
  request: (step, { timeoutSec }) => ({
    action: 'release',
    body: {
      action: step.action,
      app: step.app,
      version: step.version,
      releaseTs: step.releaseTs,
      deployTo: step.deployTo,
      keep: step.keep,
      artifact: step.artifact,
      linkedDirs: step.linkedDirs,
      linkedFiles: step.linkedFiles,
      ...(step.restartCommand && { restartCommand: step.restartCommand }),
      timeoutSec,
    },
  }),
};
