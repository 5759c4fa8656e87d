// The way from the name of a gmond.conf to a configuration with a report, and from
// there to what --print-config shows.

import os from 'node:os';
import type { Clock } from '#kernel/clock.ts';
import { AppError } from '#kernel/errors.ts';
import { findingText, parseGmondConf } from '#wire/gmond-conf.ts';
import type { Environment } from '#wire/gmond-conf-tokens.ts';
import { agentOptions, type AgentCommandLine, type AgentOptions } from './agent-options.ts';
import { createDefaultGroups, type SampledGroup } from './default-groups.ts';
import { readGmondConfig, type GmondConfig, type ReadConfig } from './gmond-config.ts';
import { readGmondConfFile } from './gmond-config-file.ts';
import { planGroups } from './gmond-config-groups.ts';
import { optionsOfGmondConfig } from './gmond-config-options.ts';
import { migrationReport, reportText, type MigrationReport } from './gmond-config-report.ts';
import { gmondConfigText } from './gmond-config-text.ts';
import { moreGroups } from './more-groups.ts';
import { listFolder, readFileSystemSpace, readTextFile } from './samplers/proc-reader.ts';

export interface LoadedConfig {
  read: ReadConfig;
  report: MigrationReport;
  files: string[];
}

const NOWHERE = { file: '', line: 0, column: 0 };
// A source that is slower to tell what it has is not waited for.
const DISCOVERY_TIMEOUT_MS = 2000;

/** Throws `unreadable_config` when the file cannot be read. */
export function loadGmondConfig(file: string, environment: Environment): LoadedConfig {
  try {
    const conf = readGmondConfFile(file, environment);
    const read = readGmondConfig(conf);
    return { read, report: migrationReport(read), files: conf.files };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new AppError('unreadable_config', `The configuration ${file} cannot be read: ${reason}.`, { cause });
  }
}

/**
 * Configuration to standard output, report to standard error; as JSON both to standard output. Resolves to the exit
 * code. Without a gmond.conf: what the agent does by itself.
 */
export async function printGmondConfig(
  clock: Clock,
  commandLine: AgentCommandLine,
  environment: Environment,
): Promise<0 | 1> {
  const { gmondConf, options: given, output } = commandLine;
  const loaded = gmondConf === undefined ? undefined : loadGmondConfig(gmondConf, environment);
  const options = agentOptions(given, loaded && optionsOfGmondConfig(loaded.read.config));
  const available = defaultGroups(clock, options);
  const config = effectiveConfig(loaded?.read.config ?? ownConfig(available), given, options);
  const unmatched = loaded ? await findUnmatched(clock, loaded.read.config, available) : [];
  const report = loaded ? migrationReport(loaded.read, unmatched) : undefined;
  if (output === 'json') {
    const told = { config: plain(config), ...(report && { report: asJson(report) }) };
    process.stdout.write(`${JSON.stringify(told, undefined, 2)}\n`);
  } else {
    process.stdout.write(gmondConfigText(config));
    if (report) process.stderr.write(reportText(report));
  }
  return report === undefined || report.isWhole ? 0 : 1;
}

const defaultGroups = (clock: Clock, { profile, intervalScale, location }: AgentOptions): SampledGroup[] =>
  createDefaultGroups(
    { clock, readText: readTextFile, readSpace: readFileSystemSpace },
    {
      ...{ profile: profile ?? 'live', intervalScale: intervalScale ?? 1, location: location ?? 'unspecified' },
      ...{ startedAtSec: 0, agentId: undefined, arch: os.arch() },
    },
  );

/** What an agent without a gmond.conf does, in gmond's words. */
function ownConfig(groups: readonly SampledGroup[]): GmondConfig {
  const nothing = parseGmondConf({ file: '', text: '' }, { environment: {}, include: () => [] });
  return {
    ...readGmondConfig(nothing).config,
    sendMetadataIntervalSec: 60,
    groups: groups.map(({ collectEverySec, timeThresholdSec, metrics }) => ({
      ...(collectEverySec !== undefined && { collectEverySec }),
      timeThresholdSec,
      metrics: metrics.map(({ name, title, valueThreshold }) => ({
        ...{ name, title, at: NOWHERE },
        ...(valueThreshold !== undefined && { valueThreshold }),
      })),
    })),
  };
}

/** With what the command line says in place of the file. */
function effectiveConfig(config: GmondConfig, given: Partial<AgentOptions>, options: AgentOptions): GmondConfig {
  const isNamed = options.spoof !== false && given.name !== undefined;
  return {
    ...config,
    mute: options.mute ?? options.targets.length === 0,
    send: options.targets.map(({ ttl = 1, bindHostname = false, ...target }) => ({ ...target, ttl, bindHostname })),
    ...(given.location !== undefined && { location: given.location }),
    ...(given.tags !== undefined && { tags: given.tags }),
    ...(given.sendMetadataIntervalSec !== undefined && { sendMetadataIntervalSec: given.sendMetadataIntervalSec }),
    ...(isNamed && { overrideHostname: given.name ?? '' }),
    ...(isNamed && given.ip !== undefined && { overrideIp: given.ip }),
  };
}

/** Interfaces, disks and the like are known by name only when they have been looked at once. */
async function findUnmatched(clock: Clock, config: GmondConfig, available: readonly SampledGroup[]) {
  // What Python modules have is known only when they run: the agent tells at its start what nobody has.
  if (config.modules.some(({ language, enabled }) => enabled && language.toLowerCase() === 'python')) return [];
  const reading = { clock, readText: readTextFile, readSpace: readFileSystemSpace, list: listFolder };
  const more = moreGroups(reading, { intervalScale: 1 });
  const answered = new AbortController();
  const late = clock.sleep(DISCOVERY_TIMEOUT_MS, answered.signal);
  await Promise.race([late, Promise.all(more.map(({ sampler }) => sampler.read().catch(() => ({}))))]);
  answered.abort();
  return planGroups(clock, config.groups, [...available, ...more]).unmatched;
}

const asJson = ({ notes, findings, isWhole }: MigrationReport) => ({
  isWhole,
  findings: findings.map((finding) => ({ ...finding, text: findingText(finding) })),
  notes,
});

/** Where a metric stands in the file is the report's business. */
const plain = (config: GmondConfig) => ({
  ...config,
  groups: config.groups.map((group) => ({ ...group, metrics: group.metrics.map(({ at: _at, ...metric }) => metric) })),
});
