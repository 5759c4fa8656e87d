// Settings of what the collector exchanges with Graphite and with exporters.

import type { CarbonOptions } from '#collector/export/carbon.ts';
import type { ScrapeJob } from '#collector/prometheus/scrape.ts';
import {
  oneOfSetting,
  portSetting,
  secondsSetting,
  textSetting,
  type SettingParser,
  type SettingReader,
} from '#kernel/config-reader.ts';

const PROTOCOLS = ['tcp', 'udp'] as const;

/** Undefined while no `carbon.host` is set. */
export function readCarbon(reader: SettingReader): CarbonOptions | undefined {
  const host = reader.read<string | undefined>('carbon.host', textSetting, undefined).value;
  const port = reader.read('carbon.port', portSetting, 2003).value;
  const protocol = reader.read<'tcp' | 'udp'>('carbon.protocol', oneOfSetting(PROTOCOLS), 'tcp').value;
  const prefix = reader.read<string | undefined>('carbon.prefix', textSetting, undefined).value;
  const path = reader.read<string | undefined>('carbon.path', textSetting, undefined).value;
  if (host === undefined) return undefined;
  return { host, port, protocol, ...(prefix !== undefined && { prefix }), ...(path !== undefined && { path }) };
}

const ACCEPTED = 'a list of {cluster, targets, everySec?, timeoutSec?}';
const JOB_KEYS = ['cluster', 'targets', 'everySec', 'timeoutSec'];

/** `collector.scrape`: exporters to read. A target is `host:port`, or a whole URL. */
export function readScrape(reader: SettingReader): ScrapeJob[] {
  const structure = reader.readStructure('collector.scrape');
  if (!structure) return [];
  const { value, where } = structure;
  if (!Array.isArray(value)) {
    reader.report(where, `${ACCEPTED} is accepted.`);
    return [];
  }
  return value.map((job: unknown, index) => readJob(reader, `${where}[${index}]`, job));
}

function readJob(reader: SettingReader, at: string, given: unknown): ScrapeJob {
  const fields: Record<string, unknown> = typeof given === 'object' && given !== null ? { ...given } : {};
  for (const name of Object.keys(fields))
    if (!JOB_KEYS.includes(name)) reader.report(`${at}.${name}`, `not a known setting; ${ACCEPTED} is accepted.`);
  const { cluster, targets } = fields;
  if (typeof cluster !== 'string' || cluster === '')
    reader.report(`${at}.cluster`, 'missing; the name of the cluster is needed.');
  if (!Array.isArray(targets) || targets.length === 0)
    reader.report(`${at}.targets`, 'missing; a list of host:port or URLs is accepted.');
  const seconds = (name: string, usual: number): number =>
    fields[name] === undefined ? usual : parsed(reader, `${at}.${name}`, secondsSetting, fields[name], usual);
  const everySec = seconds('everySec', 15);
  return {
    cluster: typeof cluster === 'string' ? cluster : '',
    targets: (Array.isArray(targets) ? targets : []).flatMap((target: unknown, index) => {
      const url = targetUrl(String(target));
      if (url === undefined)
        reader.report(
          `${at}.targets[${index}]`,
          `${JSON.stringify(target)} was given; host:port or an http(s) URL is accepted.`,
        );
      return url ?? [];
    }),
    everySec,
    timeoutSec: Math.min(seconds('timeoutSec', 10), everySec),
  };
}

function parsed<Value>(
  reader: SettingReader,
  at: string,
  parse: SettingParser<Value>,
  given: unknown,
  usual: Value,
): Value {
  const read = parse(String(given));
  if (read.ok) return read.value;
  reader.report(at, `${JSON.stringify(given)} was given; ${read.accepted} is accepted.`);
  return usual;
}

function targetUrl(text: string): string | undefined {
  const url = URL.parse(/^https?:\/\//.test(text) ? text : `http://${text}/metrics`);
  return url === null || url.hostname === '' ? undefined : url.href;
}
