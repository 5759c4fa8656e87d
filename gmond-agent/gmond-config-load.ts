// The way from the name of a gmond.conf to a configuration with a report, and from
// there to what --print-config shows.

import os from 'node:os';
import type { Clock } from '#kernel/clock.ts';
import { AppError } from '#kernel/errors.ts';
import { findingText } from '#wire/gmond-conf.ts';
import type { Environment } from '#wire/gmond-conf-tokens.ts';
import { agentOptions, type AgentCommandLine } from './agent-options.ts';
import { createDefaultGroups } from './default-groups.ts';
import { readGmondConfig, type GmondConfig, type ReadConfig } from './gmond-config.ts';
import { readGmondConfFile } from './gmond-config-file.ts';
import { planGroups } from './gmond-config-groups.ts';
import { migrationReport, reportText, type MigrationReport } from './gmond-config-report.ts';
import { gmondConfigText } from './gmond-config-text.ts';

export interface LoadedConfig {
  read: ReadConfig;
  report: MigrationReport;
  files: string[];
}

/** Throws `bad_arguments` without a file, `unreadable_config` when it cannot be read. */
export function loadGmondConfig(
  clock: Clock,
  { gmondConf, options }: AgentCommandLine,
  environment: Environment,
): LoadedConfig {
  if (gmondConf === undefined)
    throw new AppError('bad_arguments', '--print-config needs --gmond-conf FILE: it shows what became of that file.');
  try {
    const conf = readGmondConfFile(gmondConf, environment);
    const read = readGmondConfig(conf);
    const { location } = agentOptions(options);
    const available = createDefaultGroups(
      { clock, readText: () => Promise.resolve(undefined), readSpace: () => Promise.resolve(undefined) },
      {
        ...{ profile: 'ganglia', intervalScale: 1, startedAtSec: 0, agentId: undefined, arch: os.arch() },
        location: location ?? read.config.location,
      },
    );
    // Custom sources are known only when they have run, so a name that nobody has is told when the agent starts.
    const hasOwnSources = read.config.modules.some(({ language }) => language.toLowerCase() === 'python');
    const { unmatched } = planGroups(clock, read.config.groups, available);
    return { read, report: migrationReport(read, hasOwnSources ? [] : unmatched), files: conf.files };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new AppError('unreadable_config', `The configuration ${gmondConf} cannot be read: ${reason}.`, { cause });
  }
}

/** Configuration to standard output, report to standard error; as JSON both to standard output. Returns the exit code. */
export function printGmondConfig({ read, report }: LoadedConfig, output: AgentCommandLine['output']): 0 | 1 {
  if (output === 'json') {
    const { notes, findings, isWhole } = report;
    const told = { config: plain(read.config), report: { isWhole, findings: findings.map(asJson), notes } };
    process.stdout.write(`${JSON.stringify(told, undefined, 2)}\n`);
  } else {
    process.stdout.write(gmondConfigText(read.config));
    process.stderr.write(reportText(report));
  }
  return report.isWhole ? 0 : 1;
}

const asJson = (finding: ReadConfig['findings'][number]) => ({ ...finding, text: findingText(finding) });

/** Where a metric stands in the file is the report's business. */
const plain = (config: GmondConfig) => ({
  ...config,
  groups: config.groups.map((group) => ({ ...group, metrics: group.metrics.map(({ at: _at, ...metric }) => metric) })),
});
