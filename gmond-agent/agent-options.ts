// The command line of the agent: what it takes, and what is wrong with it, all at once.

import { parseArgs } from 'node:util';
import type { CollectionOptions } from './collection-groups.ts';
import type { IntervalProfile } from './default-groups.ts';
import type { MetricTarget } from './metric-socket.ts';
import { GANGLIA_CHANNEL, type MetricSenderOptions } from './send-loop.ts';

/** A Python module in gmond's sense: a file with metric_init and metric_cleanup. */
export interface PythonModule {
  name: string;
  /** The .py file. */
  path: string;
  params: Record<string, string>;
}

/** How metrics are sent; what is absent is as the sender has it by default. */
type SendingOptions = Pick<
  MetricSenderOptions,
  | 'profile'
  | 'intervalScale'
  | 'spoof'
  | 'compareWith'
  | 'sendMetadataIntervalSec'
  | 'confGroups'
  | 'mute'
  | 'maxValueBytes'
  | 'gexec'
  | 'tags'
>;

export interface AgentOptions extends SendingOptions {
  stateDir: string;
  /** Join token as text, or the file that holds it. */
  join?: string;
  joinFile?: string;
  targets: MetricTarget[];
  name?: string;
  ip?: string;
  location?: string;
  /** Folder of executables whose output is metrics. */
  metricsDir?: string;
  /** Folder of files and executables that hold facts. */
  factsDir?: string;
  modules: PythonModule[];
  /** Names of groups that are off unless asked for. */
  extraMetrics: string[];
  debug: boolean;
}

/** What the command line says; `gmondConf` is a file whose content stands behind it. */
export interface AgentCommandLine {
  options: Partial<AgentOptions>;
  gmondConf?: string;
  printConfig: boolean;
  output: 'text' | 'json';
}

export const USAGE = `plexus agent: samples this host, sends its metrics, and does what the server asks.

  --gmond-conf FILE   do what a gmond with this gmond.conf does; options given here win over it
  --print-config      print the configuration that holds and what became of each line of FILE, and end
  -o json             the same as JSON

  --send HOST:PORT    send metrics there; may be given several times (default 239.2.11.71:8649)
  --no-send           send no metrics
  --name NAME         name of this host (default: its host name)
  --ip ADDRESS        address of this host (default: its first one)
  --spoof yes|no      send as IP:NAME, one host wherever it is heard (default yes; with --gmond-conf as gmond: only
                      when it has override_hostname)
  --location TEXT     location in the sense of Ganglia, such as "1,2,3"
  --tags LIST         comma list of words that Plexus shows with this host
  --profile NAME      live (default): values every 15 s; ganglia: gmond's own intervals
  --interval-scale N  multiplies every interval (default 1)
  --compare-with WHAT value_threshold is a change since the value 'sent' last, or since the 'previous'
                      collection as gmond does (default)
  --metadata-interval SEC  send metadata again so often (default 60; with --gmond-conf send_metadata_interval)

  --extra-metrics LIST  comma list of groups that are off by default
  --metrics-dir DIR   run the executables of this folder and send what they print
  --facts-dir DIR     facts of your own: .json, .yaml, .txt and executables (default facts.d in the state directory)

  --state-dir DIR     where identity, journal and spool are kept (default /var/lib/plexus-agent)
  --join TOKEN        join the gateway that made this token; needed once
  --join-file FILE    the same, with the token in a file
  --debug             log more
`;

const DEFAULT_STATE_DIR = '/var/lib/plexus-agent';

const SPEC = {
  'gmond-conf': { type: 'string' },
  'print-config': { type: 'boolean' },
  output: { type: 'string', short: 'o' },
  'state-dir': { type: 'string' },
  join: { type: 'string' },
  'join-file': { type: 'string' },
  send: { type: 'string', multiple: true },
  'no-send': { type: 'boolean' },
  name: { type: 'string' },
  ip: { type: 'string' },
  spoof: { type: 'string' },
  location: { type: 'string' },
  tags: { type: 'string' },
  profile: { type: 'string' },
  'interval-scale': { type: 'string' },
  'compare-with': { type: 'string' },
  'metadata-interval': { type: 'string' },
  'extra-metrics': { type: 'string' },
  'metrics-dir': { type: 'string' },
  'facts-dir': { type: 'string' },
  debug: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

type ParsedOptions =
  | { ok: true; options: 'help' }
  /** `options` is what holds where no gmond.conf stands behind the command line. */
  | { ok: true; options: AgentOptions; commandLine: AgentCommandLine }
  | { ok: false; problems: string[] };

const PROFILES: readonly IntervalProfile[] = ['live', 'ganglia'];
const COMPARISONS: readonly CollectionOptions['compareWith'][] = ['previous', 'sent'];

export function parseAgentOptions(args: readonly string[]): ParsedOptions {
  let values;
  try {
    values = parseArgs({ args: [...args], options: SPEC, strict: true }).values;
  } catch (error) {
    return { ok: false, problems: [error instanceof Error ? error.message : String(error)] };
  }
  if (values.help) return { ok: true, options: 'help' };
  const problems: string[] = [];
  const oneOf = <Word extends string>(option: string, given: string | undefined, words: readonly Word[]) => {
    const word = words.find((one) => one === given);
    if (given !== undefined && word === undefined)
      problems.push(`--${option}: "${given}" is not accepted; accepted: ${words.join(', ')}`);
    return word;
  };
  const number = (option: string, given: string | undefined, least: number) => {
    if (given === undefined) return undefined;
    const value = Number(given);
    if (given.trim() !== '' && Number.isFinite(value) && value >= least) return value;
    problems.push(`--${option}: "${given}" is not a number from ${least} up`);
    return undefined;
  };
  const spoof = oneOf('spoof', values.spoof, ['yes', 'no']);
  const output = oneOf('output', values.output, ['text', 'json']);
  const options: Partial<AgentOptions> = defined({
    stateDir: values['state-dir'],
    join: values.join,
    joinFile: values['join-file'],
    targets: values['no-send'] ? [] : values.send?.map((one) => parseTarget(one, problems)),
    name: values.name,
    ip: values.ip,
    spoof: spoof === undefined ? undefined : spoof === 'yes',
    location: values.location,
    tags: values.tags,
    profile: oneOf('profile', values.profile, PROFILES),
    intervalScale: number('interval-scale', values['interval-scale'], 0.001),
    compareWith: oneOf('compare-with', values['compare-with'], COMPARISONS),
    sendMetadataIntervalSec: number('metadata-interval', values['metadata-interval'], 0),
    metricsDir: values['metrics-dir'],
    factsDir: values['facts-dir'],
    extraMetrics: values['extra-metrics']
      ?.split(',')
      .map((name) => name.trim())
      .filter((name) => name !== ''),
    debug: values.debug,
  });
  if (values['no-send'] && values.send) problems.push('--send and --no-send exclude each other');
  if (values.join !== undefined && values['join-file'] !== undefined)
    problems.push('--join and --join-file exclude each other');
  if (problems.length > 0) return { ok: false, problems };
  return {
    ok: true,
    options: agentOptions(options),
    commandLine: {
      options,
      printConfig: values['print-config'] ?? false,
      output: output ?? 'text',
      ...(values['gmond-conf'] !== undefined && { gmondConf: values['gmond-conf'] }),
    },
  };
}

/** The options of an agent: `given` before `configured`, before the defaults. */
export const agentOptions = (given: Partial<AgentOptions>, configured: Partial<AgentOptions> = {}): AgentOptions => ({
  ...{ stateDir: DEFAULT_STATE_DIR, targets: [GANGLIA_CHANNEL], modules: [], extraMetrics: [], debug: false },
  ...configured,
  // A channel that somebody asks for is there to be used, whatever the file says.
  ...(given.targets !== undefined && { mute: given.targets.length === 0 }),
  ...given,
});

type Given<Shape> = { [Key in keyof Shape]: Exclude<Shape[Key], undefined> };

const defined = <Shape extends object>(shape: Shape): Partial<Given<Shape>> =>
  Object.fromEntries(Object.entries(shape).filter(([, value]) => value !== undefined)) as Partial<Given<Shape>>;

function parseTarget(given: string, problems: string[]): MetricTarget {
  const [, host = '', port = ''] = /^\[?(.+?)\]?:(\d+)$/.exec(given) ?? [];
  if (host === '' || Number(port) < 1 || Number(port) > 65_535)
    problems.push(`--send: "${given}" is not HOST:PORT, such as 10.0.0.1:8649`);
  return { host, port: Number(port) };
}
