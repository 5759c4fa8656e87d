// Reads a gmetad.conf into typed settings, and says of every line what becomes of
// it here. A wrong line costs that line only. Opens no file and resolves no name.

import { isIPv6 } from 'node:net';
import { splitGmetadConf, type ConfDirective, type ConfEnvironment } from './gmetad-conf-lines.ts';

export interface SourceAddress {
  /** A name, an IPv4 or an IPv6 address without brackets. */
  host: string;
  port: number;
}

export interface GmetadDataSource {
  name: string;
  /** Seconds from one poll to the next. */
  everySec: number;
  /** In the order in which they are tried; at least one. */
  addresses: SourceAddress[];
}

export interface CarbonConf {
  server: string;
  port: number;
  protocol: 'tcp' | 'udp';
  timeoutMs: number;
  /** graphite_prefix; '' for none. */
  prefix: string;
  /** graphite_path with %s cluster, %h host, %m metric; undefined for the usual one. */
  path: string | undefined;
}

/** What a gmetad would run with; a directive that is not given has gmetad's own default. */
export interface GmetadConf {
  sources: GmetadDataSource[];
  gridName: string;
  /** Undefined: http://HOSTNAME/ganglia/ */
  authority: string | undefined;
  trustedHosts: string[];
  allTrusted: boolean;
  xmlPort: number;
  interactivePort: number;
  /** False: clusters of a polled gmetad are taken as one's own, its GRID tags ignored. */
  scalable: boolean;
  caseSensitiveHostnames: boolean;
  /** Prefixes of metrics of which no summary is kept. */
  unsummarizedMetrics: string[];
  /** When not empty, the only metrics that the grid's summary holds. */
  summarizedMetrics: string[];
  /** Undefined without carbon_server. */
  carbon: CarbonConf | undefined;
}

/** What a gmetad without any directive would run with. */
export const gmetadDefaults = (): GmetadConf => ({
  sources: [],
  gridName: 'unspecified',
  authority: undefined,
  trustedHosts: [],
  allTrusted: false,
  xmlPort: 8651,
  interactivePort: 8652,
  scalable: true,
  caseSensitiveHostnames: true,
  unsummarizedMetrics: [],
  summarizedMetrics: [],
  carbon: undefined,
});

/**
 * `taken`: works here as there. `not needed`: what it sets does not exist here, and nothing is missing.
 * `not supported`: something that gmetad does is not done here. `wrong`: the line, or the part of it that
 * `why` names, is not used.
 */
export type GmetadVerdict = 'taken' | 'not needed' | 'not supported' | 'wrong';

export interface GmetadFinding {
  file: string;
  line: number;
  directive: string;
  verdict: GmetadVerdict;
  /** One sentence; of a wrong line what was given and what is expected. */
  why: string;
}

const DEFAULT_GMOND_PORT = 8649;
export const DEFAULT_POLL_SEC = 15;

/** The findings come in the order of the lines. Never throws. */
export function parseGmetadConf(
  source: { file: string; text: string },
  environment: ConfEnvironment,
): { conf: GmetadConf; findings: GmetadFinding[] } {
  const conf = gmetadDefaults();
  const draft: Draft = {
    conf,
    carbon: { server: '', port: 2003, protocol: 'tcp', timeoutMs: 500, prefix: '', path: undefined },
  };
  const findings: GmetadFinding[] = [];
  const seen = new Map<string, number>();

  for (const directive of splitGmetadConf(source.text, environment)) {
    const { name, line } = directive;
    const tell = (verdict: GmetadVerdict, why: string): void =>
      void findings.push({ file: source.file, line, directive: name, verdict, why });
    const idle = IDLE.get(name);
    const read = READERS.get(name);
    if (idle === undefined && read === undefined) {
      tell('wrong', `"${name}" is no directive of gmetad, which would not start.`);
      continue;
    }
    const earlier = seen.get(name);
    const wrong = read?.(draft, directive.args);
    seen.set(name, line);
    if (wrong !== undefined) tell('wrong', wrong);
    else if (idle !== undefined) tell(...idle);
    else if (earlier === undefined || REPEATABLE.includes(name)) tell('taken', describe(directive));
    else tell('taken', `${describe(directive)}; replaces line ${earlier}.`);
  }
  if (draft.carbon.server !== '') conf.carbon = draft.carbon;
  return { conf, findings };
}

interface Draft {
  conf: GmetadConf;
  carbon: CarbonConf;
}

/** Changes the draft; returns what is wrong, if anything. */
type Reader = (draft: Draft, args: string[]) => string | undefined;

const describe = ({ args }: ConfDirective): string => args.join(' ') || 'empty';

const given = (args: string[]): string =>
  args.length === 0 ? 'nothing was given' : `${JSON.stringify(args.join(' '))} was given`;

const text =
  (set: (draft: Draft, value: string) => void): Reader =>
  (draft, args) => {
    const [value] = args;
    if (value === undefined) return 'nothing was given; one word, or a text in quotes, is expected.';
    set(draft, value);
    return args.length > 1 ? `${given(args.slice(1))} besides; it is left out, as gmetad does.` : undefined;
  };

const whole =
  (least: number, most: number, set: (draft: Draft, value: number) => void): Reader =>
  (draft, args) => {
    const value = wholeNumber(args[0]);
    if (value === undefined || value < least || value > most || args.length > 1)
      return `${given(args)}; a whole number from ${least} to ${most} is expected.`;
    set(draft, value);
    return undefined;
  };

const wholeNumber = (word: string | undefined): number | undefined =>
  word !== undefined && /^\d{1,9}$/.test(word) ? Number(word) : undefined;

const choice =
  <Value>(values: ReadonlyMap<string, Value>, set: (draft: Draft, value: Value) => void): Reader =>
  (draft, args) => {
    const value = values.get(args[0]?.toLowerCase() ?? '');
    if (value === undefined || args.length > 1)
      return `${given(args)}; ${[...values.keys()].join(' or ')} is expected.`;
    set(draft, value);
    return undefined;
  };

const ON_OFF = new Map([
  ['on', true],
  ['off', false],
  ['yes', true],
  ['no', false],
  ['1', true],
  ['0', false],
]);
const TCP_UDP = new Map<string, 'tcp' | 'udp'>([
  ['tcp', 'tcp'],
  ['udp', 'udp'],
]);

const list =
  (of: (draft: Draft) => string[]): Reader =>
  (draft, args) => {
    of(draft).push(...args);
    return undefined;
  };

const LONGEST_POLL_SEC = 86_400;

const readDataSource: Reader = ({ conf }, args) => {
  const [name, ...rest] = args;
  const expected = 'a name in quotes, seconds or nothing, and at least one host or host:port are expected';
  if (name === undefined || name === '') return `${given(args)}; ${expected}.`;
  const step = wholeNumber(rest[0]);
  if (step !== undefined) rest.shift();
  const everySec = step ?? DEFAULT_POLL_SEC;
  if (everySec < 1 || everySec > LONGEST_POLL_SEC)
    return `${everySec} s between polls was given; 1 to ${LONGEST_POLL_SEC} is expected.`;
  if (conf.sources.some((source) => source.name === name))
    return `a data_source ${JSON.stringify(name)} stands above; each needs a name of its own.`;
  const read = rest.map(parseSourceAddress);
  const addresses = read.filter((address) => address !== undefined);
  const refused = rest.filter((_, at) => read[at] === undefined);
  if (addresses.length > 0) conf.sources.push({ name, everySec, addresses });
  if (rest.length === 0) return `${given(args)}; ${expected}.`;
  if (refused.length === 0) return undefined;
  return `${refused.map((word) => JSON.stringify(word)).join(', ')} is no address; host, host:port or [IPv6]:port is expected.`;
};

/** `host`, `host:port`, `[IPv6]:port` or a bare IPv6 address; undefined for anything else. */
export function parseSourceAddress(word: string): SourceAddress | undefined {
  const bare = isIPv6(word);
  const parts = bare
    ? undefined
    : /^(?:\[(?<v6>[\da-f:.]{2,45}(?:%[\w.-]{1,20})?)\]|(?<host>[\w.-]{1,253}))(?::(?<port>\d{1,5}))?$/i.exec(word)
        ?.groups;
  const host = bare ? word : (parts?.['v6'] ?? parts?.['host']);
  const port = Number(parts?.['port'] ?? DEFAULT_GMOND_PORT);
  return host === undefined || port < 1 || port > 65_535 ? undefined : { host, port };
}

const port = (set: (draft: Draft, value: number) => void): Reader => whole(1, 65_535, set);

const READERS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['data_source', readDataSource],
  ['gridname', text(({ conf }, value) => void (conf.gridName = value))],
  ['authority', text(({ conf }, value) => void (conf.authority = value))],
  ['trusted_hosts', list(({ conf }) => conf.trustedHosts)],
  // gmetad turns it on for any word, `off` among them; nobody who writes `off` wants that.
  ['all_trusted', choice(ON_OFF, ({ conf }, value) => void (conf.allTrusted = value))],
  ['xml_port', port(({ conf }, value) => void (conf.xmlPort = value))],
  ['interactive_port', port(({ conf }, value) => void (conf.interactivePort = value))],
  ['scalable', choice(ON_OFF, ({ conf }, value) => void (conf.scalable = value))],
  ['case_sensitive_hostnames', choice(ON_OFF, ({ conf }, value) => void (conf.caseSensitiveHostnames = value))],
  ['unsummarized_metrics', list(({ conf }) => conf.unsummarizedMetrics)],
  ['summarized_metrics', list(({ conf }) => conf.summarizedMetrics)],
  ['carbon_server', text(({ carbon }, value) => void (carbon.server = value))],
  ['carbon_port', port(({ carbon }, value) => void (carbon.port = value))],
  ['carbon_protocol', choice(TCP_UDP, ({ carbon }, value) => void (carbon.protocol = value))],
  ['carbon_timeout', whole(1, 600_000, ({ carbon }, value) => void (carbon.timeoutMs = value))],
  ['graphite_prefix', text(({ carbon }, value) => void (carbon.prefix = value))],
  ['graphite_path', text(({ carbon }, value) => void (carbon.path = value))],
]);

const REPEATABLE = ['data_source', 'trusted_hosts', 'unsummarized_metrics', 'summarized_metrics'];

const RRD = 'metric history has tiers of its own, and no RRD files';
const IDLE: ReadonlyMap<string, readonly [GmetadVerdict, string]> = new Map<string, readonly [GmetadVerdict, string]>([
  ['debug_level', ['not needed', 'PLEXUS_LOG_LEVEL says how much is logged.']],
  ['server_threads', ['not needed', 'readers do not wait for threads; their number is bounded by itself.']],
  ['setuid', ['not needed', 'the process runs as the user who starts it.']],
  ['setuid_username', ['not needed', 'the process runs as the user who starts it.']],
  ['umask', ['not needed', `${RRD}.`]],
  ['rrd_rootdir', ['not needed', `${RRD}.`]],
  ['rras', ['not needed', `${RRD}.`]],
  ['write_rrds', ['not needed', `${RRD}.`]],
  ['rrdcached_address', ['not needed', `${RRD}.`]],
  ['case_sensitive_hostnames', ['not needed', 'it names RRD folders; host names are kept as they are sent.']],
  ['unsummarized_metrics', ['not needed', 'sums are made when somebody asks for them, and cost nothing before.']],
  ['summarized_metrics', ['not supported', 'the summary of the grid holds every numeric metric.']],
  ['unsummarized_sflow_vm_metrics', ['not supported', 'every metric of a virtual machine is summed like any other.']],
  ['memcached_parameters', ['not supported', 'values are not copied into memcached.']],
  ['memcached_include_cluster_in_key', ['not supported', 'values are not copied into memcached.']],
  ['riemann_server', ['not supported', 'values are not sent to Riemann.']],
  ['riemann_port', ['not supported', 'values are not sent to Riemann.']],
  ['riemann_protocol', ['not supported', 'values are not sent to Riemann.']],
  ['riemann_attributes', ['not supported', 'values are not sent to Riemann.']],
]);
