// Settings of what the collector polls: data sources of plexus.yaml, and those of a
// gmetad.conf that a site has. What else a gmetad.conf says, others take from it.

import { readFileSync } from 'node:fs';
import { secondsSetting, switchSetting, textSetting, type SettingReader } from '#kernel/config-reader.ts';
import {
  DEFAULT_POLL_SEC,
  parseGmetadConf,
  parseSourceAddress,
  type GmetadConf,
  type GmetadDataSource,
  type GmetadFinding,
} from '#wire/gmetad-conf.ts';
import type { CarbonOptions } from '#collector/export/carbon.ts';

export interface PollingSetting {
  sources: readonly GmetadDataSource[];
  scalable: boolean;
  /** What is not used of the gmetad.conf, for the log. */
  findings: readonly GmetadFinding[];
}

export interface GmetadFile {
  conf: GmetadConf;
  findings: GmetadFinding[];
}

/** The file that `collector.gmetadConf` names. Wrong lines are findings, not problems: the rest is used. */
export function readGmetadFile(
  reader: SettingReader,
  environment: Readonly<Record<string, string | undefined>>,
): GmetadFile | undefined {
  const file = reader.read<string | undefined>('collector.gmetadConf', textSetting, undefined).value;
  if (file === undefined) return undefined;
  try {
    return parseGmetadConf({ file, text: readFileSync(file, 'utf8') }, environment);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    reader.report(
      'collector.gmetadConf',
      `${JSON.stringify(file)} cannot be read (${reason}); a gmetad.conf is accepted.`,
    );
    return undefined;
  }
}

/** Sources of both; of two with the same name, the one of plexus.yaml. */
export function readPolling(reader: SettingReader, gmetad: GmetadFile | undefined): PollingSetting {
  const own = readSources(reader);
  const others = gmetad?.conf.sources.filter(({ name }) => !own.some((source) => source.name === name)) ?? [];
  return {
    sources: [...own, ...others],
    scalable: reader.read('collector.scalable', switchSetting, gmetad?.conf.scalable ?? true).value,
    findings: gmetad?.findings.filter(({ verdict }) => verdict === 'wrong' || verdict === 'not supported') ?? [],
  };
}

/** What `carbon_*` of a gmetad.conf asks for. */
export const carbonOf = (gmetad: GmetadFile | undefined): CarbonOptions | undefined => {
  const carbon = gmetad?.conf.carbon;
  if (carbon === undefined) return undefined;
  const { server: host, port, protocol, timeoutMs, prefix, path } = carbon;
  return { host, port, protocol, timeoutMs, ...(prefix !== '' && { prefix }), ...(path !== undefined && { path }) };
};

const ACCEPTED = 'a list of {name, addresses, everySec?}';
const KEYS = ['name', 'addresses', 'everySec'];

function readSources(reader: SettingReader): GmetadDataSource[] {
  const structure = reader.readStructure('collector.sources');
  if (!structure) return [];
  const { value, where } = structure;
  if (!Array.isArray(value)) {
    reader.report(where, `${ACCEPTED} is accepted.`);
    return [];
  }
  const sources = value.map((given: unknown, index) => readSource(reader, `${where}[${index}]`, given));
  for (const [index, { name }] of sources.entries()) {
    if (sources.findIndex((source) => source.name === name) < index)
      reader.report(`${where}[${index}].name`, `${JSON.stringify(name)} stands above; each needs a name of its own.`);
  }
  return sources;
}

function readSource(reader: SettingReader, at: string, given: unknown): GmetadDataSource {
  const fields: Record<string, unknown> = typeof given === 'object' && given !== null ? { ...given } : {};
  for (const key of Object.keys(fields))
    if (!KEYS.includes(key)) reader.report(`${at}.${key}`, `not a known setting; ${ACCEPTED} is accepted.`);
  const { name, addresses, everySec } = fields;
  if (typeof name !== 'string' || name === '') reader.report(`${at}.name`, 'missing; a name of its own is needed.');
  const words: unknown[] = Array.isArray(addresses) ? addresses : [];
  if (words.length === 0)
    reader.report(`${at}.addresses`, 'missing; a list of host, host:port or [IPv6]:port is needed.');
  const seconds = secondsSetting(String(everySec ?? DEFAULT_POLL_SEC));
  if (!seconds.ok)
    reader.report(`${at}.everySec`, `${JSON.stringify(everySec)} was given; ${seconds.accepted} is accepted.`);
  return {
    name: typeof name === 'string' ? name : '',
    everySec: seconds.ok ? seconds.value : DEFAULT_POLL_SEC,
    addresses: words.flatMap((word, index) => {
      const address = parseSourceAddress(String(word));
      if (address === undefined)
        reader.report(
          `${at}.addresses[${index}]`,
          `${JSON.stringify(word)} was given; host, host:port or [IPv6]:port is accepted.`,
        );
      return address ?? [];
    }),
  };
}
