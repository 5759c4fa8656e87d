// The settings of the collector: what it listens on, who may speak there, how much each
// sender may bring. Reads them; building the collector belongs to parts.ts.

import { createAccessList, type AccessList } from '#collector/access-list.ts';
import type { SpoofPolicy } from '#collector/sender-policy.ts';
import { DEFAULT_LIMITS, type SourceLimits } from '#collector/source-table.ts';
import { countSetting, portSetting, switchSetting, type SettingReader } from '#kernel/config-reader.ts';

export interface PortSetting {
  port: number;
  /** Set by somebody: then it must be free. A default that is taken is done without, where that is possible. */
  explicit: boolean;
}

export interface ListenSetting {
  cluster: string;
  udpPort: number;
  /** Address to bind; all of the group's family when absent. */
  bind?: string;
  multicastGroup?: string;
  /** Name or address. */
  interface?: string;
  receiveBufferBytes?: number;
  acl?: AccessList;
  spoof?: SpoofPolicy;
  /** Absent: this entry shows no XML. */
  xml?: PortSetting & { host?: string; acl?: AccessList; gzip: boolean };
}

const GANGLIA_GROUP = '239.2.11.71';
const GANGLIA_PORT = 8649;
const FIELDS = [
  'cluster',
  'udpPort',
  'bind',
  'multicast',
  'interface',
  'receiveBufferBytes',
  'acl',
  'spoof',
  'xmlPort',
  'xmlHost',
  'xmlAcl',
  'xmlGzip',
];
const ACL_FORM =
  'a list of addresses, each with /prefix or /netmask where a network is meant, and with ! before it to refuse; the first that fits decides';

export function readLimits(reader: SettingReader): SourceLimits {
  const read = (name: string, fallback: number) =>
    reader.read(`collector.limits.${name}`, countSetting, fallback).value;
  return {
    maxPacketsPerSec: read('packetsPerSec', DEFAULT_LIMITS.maxPacketsPerSec),
    maxSeriesPerSource: read('seriesPerSource', DEFAULT_LIMITS.maxSeriesPerSource),
    maxSeries: read('series', DEFAULT_LIMITS.maxSeries),
    maxSources: read('sources', DEFAULT_LIMITS.maxSources),
  };
}

export function readListen(reader: SettingReader): ListenSetting[] {
  const udp = reader.read('gmond.udpPort', portSetting, GANGLIA_PORT);
  const xml = reader.read('gmond.xmlPort', portSetting, GANGLIA_PORT);
  const structure = reader.readStructure('collector.listen');
  if (!structure) {
    const shown = { port: xml.value, explicit: xml.explicit, gzip: false };
    return [{ cluster: 'default', udpPort: udp.value, xml: shown, multicastGroup: GANGLIA_GROUP }];
  }
  const { value, where } = structure;
  if (!Array.isArray(value) || value.length === 0) {
    reader.report(where, `a list of {${FIELDS.join(', ')}} is accepted; only cluster is needed.`);
    return [];
  }
  const shown = new Set<string>();
  return value.map((entry: unknown, index) => readEntry(reader, `${where}[${index}]`, entry, shown));
}

/** `shown`: clusters whose XML an earlier entry shows; a further channel of one shows it only where it is told to. */
function readEntry(reader: SettingReader, at: string, entry: unknown, shown: Set<string>): ListenSetting {
  const fields: Record<string, unknown> = typeof entry === 'object' && entry !== null ? { ...entry } : {};
  for (const name of Object.keys(fields)) {
    if (!FIELDS.includes(name)) reader.report(`${at}.${name}`, 'not a known setting.');
  }

  function read<Value>(
    name: string,
    parse: (given: string) => { ok: true; value: Value } | { ok: false; accepted: string },
  ): Value | undefined {
    const given = fields[name];
    if (given === undefined) return undefined;
    const parsed = parse(String(given));
    if (parsed.ok) return parsed.value;
    reader.report(`${at}.${name}`, `${JSON.stringify(given)} was given; ${parsed.accepted} is accepted.`);
    return undefined;
  }

  function acl(name: string): AccessList | undefined {
    const given = fields[name];
    if (given === undefined) return undefined;
    const rules = Array.isArray(given) ? given.map(String) : undefined;
    const made = rules && createAccessList(accessRulesOf(rules));
    if (made?.ok) return made.value;
    const what = made ? rules[made.at] : given;
    reader.report(`${at}.${name}`, `${JSON.stringify(what)} was given; ${ACL_FORM} is accepted.`);
    return undefined;
  }

  function spoof(): SpoofPolicy | undefined {
    const given = fields['spoof'];
    if (given === 'allow' || given === 'local' || given === 'deny') return given;
    if (given === undefined || Array.isArray(given)) return acl('spoof');
    reader.report(
      `${at}.spoof`,
      `${JSON.stringify(given)} was given; allow, local, deny, or the addresses that may spoof are accepted.`,
    );
    return undefined;
  }

  function xmlOf(cluster: string): ListenSetting['xml'] {
    const given = fields['xmlPort'];
    if (given === false || given === 'off' || (given === undefined && shown.has(cluster))) return undefined;
    shown.add(cluster);
    return {
      port: read('xmlPort', portSetting) ?? GANGLIA_PORT,
      explicit: given !== undefined,
      gzip: read('xmlGzip', switchSetting) ?? false,
      ...defined({ host: text('xmlHost'), acl: acl('xmlAcl') }),
    };
  }

  const text = (name: string): string | undefined => (typeof fields[name] === 'string' ? fields[name] : undefined);
  const named = text('cluster');
  if (named === undefined) reader.report(`${at}.cluster`, 'missing; the name of the cluster is needed.');
  const cluster = named ?? 'default';
  return {
    cluster,
    udpPort: read('udpPort', portSetting) ?? GANGLIA_PORT,
    ...defined({
      bind: text('bind'),
      multicastGroup: text('multicast'),
      interface: text('interface'),
      receiveBufferBytes: read('receiveBufferBytes', countSetting),
      acl: acl('acl'),
      spoof: spoof(),
      xml: xmlOf(cluster),
    }),
  };
}

/** Whoever is not named is refused, unless the list only says whom to refuse. */
function accessRulesOf(rules: readonly string[]): Parameters<typeof createAccessList>[0] {
  const access = rules.map((rule) =>
    rule.startsWith('!') ? { ip: rule.slice(1), action: 'deny' as const } : { ip: rule, action: 'allow' as const },
  );
  return { default: access.some(({ action }) => action === 'allow') ? 'deny' : 'allow', access };
}

type Defined<Fields> = { [Name in keyof Fields]?: Exclude<Fields[Name], undefined> };

/** Without the fields that are undefined. */
function defined<Fields extends Record<string, unknown>>(fields: Fields): Defined<Fields> {
  const given: Defined<Fields> = {};
  for (const name in fields) if (fields[name] !== undefined) Object.assign(given, { [name]: fields[name] });
  return given;
}
