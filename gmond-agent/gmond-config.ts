// What a gmond.conf asks of a gmond, with gmond's own defaults filled in, and every
// option on which that rests. Decides no more than gmond does from the same file.
// Source: spec/ganglia.md §2.3, §2.4 and §4.

import type { ConfFinding, ConfSection, ConfValue, GmondConf } from '#wire/gmond-conf.ts';
import type { ConfPosition } from '#wire/gmond-conf-tokens.ts';
import {
  createReader,
  missing,
  readAccept,
  readReceive,
  readSend,
  type AcceptChannel,
  type ReceiveChannel,
  type SendChannel,
  type Wrong,
} from './gmond-config-channels.ts';

export interface ModuleSection {
  name: string;
  language: string;
  enabled: boolean;
  path?: string;
  /** One string for the whole module. */
  paramText?: string;
  params: Record<string, string>;
}

export interface ConfMetric {
  name?: string;
  nameMatch?: string;
  title?: string;
  /** Absent: only time sends it. */
  valueThreshold?: number;
  at: ConfPosition;
}

export interface ConfGroup {
  /** Absent: collected once. */
  collectEverySec?: number;
  timeThresholdSec: number;
  metrics: ConfMetric[];
}

export interface GmondConfig {
  mute: boolean;
  deaf: boolean;
  allowExtraData: boolean;
  hostDmaxSec: number;
  hostTmaxSec: number;
  cleanupThresholdSec: number;
  sendMetadataIntervalSec: number;
  maxUdpMessageBytes: number;
  debugLevel: number;
  gexec: boolean;
  overrideHostname?: string;
  overrideIp?: string;
  tags?: string;
  cluster: { name: string; owner: string; latlong: string; url: string };
  location: string;
  send: SendChannel[];
  receive: ReceiveChannel[];
  accept: AcceptChannel[];
  modules: ModuleSection[];
  groups: ConfGroup[];
}

/** An option as it stands in the file; `section` is such as `globals` or `udp_recv_channel.acl.access`. */
export interface GivenOption {
  section: string;
  name: string;
  value: ConfValue;
  at: ConfPosition;
}

export interface ReadConfig {
  config: GmondConfig;
  given: GivenOption[];
  /** Of the file and of what its values mean together, in this order. */
  findings: ConfFinding[];
}

const UNSPECIFIED = 'unspecified';

/** Never throws: what makes no sense is a finding, and gmond's default stands in its place. */
export function readGmondConfig(conf: GmondConf): ReadConfig {
  const findings = [...conf.findings];
  const wrong: Wrong = (where, option, expected) =>
    findings.push({ kind: 'wrong', at: option.at, where, given: String(option.value), expected });
  const { root } = conf;
  const all = (name: string) => root.sections.filter((section) => section.name === name);
  const one = (name: string) => createReader(all(name)[0], name, wrong);
  const globals = one('globals');
  const cluster = one('cluster');
  const send = all('udp_send_channel').flatMap((section) => readSend(section, wrong, findings));
  const receive = all('udp_recv_channel').map((section) => readReceive(section, wrong));
  const accept = all('tcp_accept_channel').map((section) => readAccept(section, wrong));
  const [hostname, ip] = [globals.text('override_hostname'), globals.text('override_ip')];
  const tags = globals.text('tags');
  const config: GmondConfig = {
    // Without a way out there is nothing to collect, without a way in nothing to hear.
    mute: globals.flag('mute', false) || send.length === 0,
    deaf: globals.flag('deaf', false) || (receive.length === 0 && accept.length === 0),
    allowExtraData: globals.flag('allow_extra_data', true),
    hostDmaxSec: globals.number('host_dmax', 86_400, 0),
    hostTmaxSec: globals.number('host_tmax', 20, 0),
    cleanupThresholdSec: globals.number('cleanup_threshold', 300, 0),
    sendMetadataIntervalSec: globals.number('send_metadata_interval', 0, 0),
    maxUdpMessageBytes: globals.number('max_udp_msg_len', 1472, 1, 65_507),
    debugLevel: globals.number('debug_level', 0),
    gexec: globals.flag('gexec', false),
    ...(hostname && { overrideHostname: hostname }),
    ...(ip && { overrideIp: ip }),
    ...(tags && { tags }),
    cluster: {
      name: cluster.text('name') ?? UNSPECIFIED,
      owner: cluster.text('owner') ?? UNSPECIFIED,
      latlong: cluster.text('latlong') ?? UNSPECIFIED,
      url: cluster.text('url') ?? UNSPECIFIED,
    },
    location: one('host').text('location') ?? UNSPECIFIED,
    send,
    receive,
    accept,
    modules: all('modules').flatMap(({ sections }) => sections.flatMap((section) => readModule(section, findings))),
    groups: all('collection_group').flatMap((section) => readGroup(section, wrong, findings)),
  };
  return { config, given: givenOptions(root, ''), findings };
}

function readModule(section: ConfSection, findings: ConfFinding[]): ModuleSection[] {
  const read = createReader(section, 'modules.module', () => undefined);
  const name = read.text('name');
  if (!name) {
    findings.push(missing(section, 'modules.module', 'a name; this module is not used'));
    return [];
  }
  const [path, paramText] = [read.text('path'), read.text('params')];
  const params = section.sections.map((param) => [param.title, String(param.options.get('value')?.value ?? '')]);
  return [
    {
      name,
      language: read.text('language') ?? 'C/C++',
      enabled: read.flag('enabled', true),
      ...(path !== undefined && { path }),
      ...(paramText !== undefined && { paramText }),
      params: Object.fromEntries(params),
    },
  ];
}

function readGroup(section: ConfSection, wrong: Wrong, findings: ConfFinding[]): ConfGroup[] {
  const where = 'collection_group';
  const read = createReader(section, where, wrong);
  const metrics = section.sections.flatMap((metric): ConfMetric[] => {
    const inside = createReader(metric, `${where}.metric`, wrong);
    const [name, nameMatch, title] = ['name', 'name_match', 'title'].map((option) => inside.text(option));
    if (!name && !nameMatch) {
      findings.push(missing(metric, `${where}.metric`, 'name or name_match; this metric is left out'));
      return [];
    }
    const threshold = inside.number('value_threshold', -1);
    return [
      {
        ...(name ? { name } : { nameMatch: nameMatch ?? '' }),
        ...(title !== undefined && { title }),
        ...(threshold >= 0 && { valueThreshold: threshold }),
        at: metric.at,
      },
    ];
  });
  if (metrics.length === 0) return [];
  const every = read.number('collect_every', 60, 1);
  return [
    {
      ...(!read.flag('collect_once', false) && { collectEverySec: every }),
      timeThresholdSec: read.number('time_threshold', 3600, 1),
      metrics,
    },
  ];
}

function givenOptions(section: ConfSection, path: string): GivenOption[] {
  const own = [...section.options].map(([name, option]) => ({ section: path, name, ...option }));
  const inner = section.sections.flatMap((child) =>
    givenOptions(child, path === '' ? child.name : `${path}.${child.name}`),
  );
  return [...own, ...inner];
}
