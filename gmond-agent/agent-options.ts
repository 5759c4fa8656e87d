// The command line of the agent: what it takes, and what is wrong with it, all at once.

import { parseArgs } from 'node:util';
import type { MetricTarget } from './metric-socket.ts';
import { GANGLIA_CHANNEL } from './send-loop.ts';

export interface AgentOptions {
  stateDir: string;
  /** Join token as text, or the file that holds it. */
  join?: string;
  joinFile?: string;
  targets: MetricTarget[];
  name?: string;
  ip?: string;
  location?: string;
  debug: boolean;
}

export const USAGE = `plexus agent: samples this host, sends its metrics, and does what the server asks.

  --state-dir DIR     where identity, journal and spool are kept (default /var/lib/plexus-agent)
  --join TOKEN        join the gateway that made this token; needed once
  --join-file FILE    the same, with the token in a file
  --send HOST:PORT    send metrics there; may be given several times (default 239.2.11.71:8649)
  --no-send           send no metrics
  --name NAME         name of this host (default: its host name)
  --ip ADDRESS        address of this host (default: its first one)
  --location TEXT     location in the sense of Ganglia, such as "1,2,3"
  --debug             log more
`;

const DEFAULT_STATE_DIR = '/var/lib/plexus-agent';

const SPEC = {
  'state-dir': { type: 'string' },
  join: { type: 'string' },
  'join-file': { type: 'string' },
  send: { type: 'string', multiple: true },
  'no-send': { type: 'boolean' },
  name: { type: 'string' },
  ip: { type: 'string' },
  location: { type: 'string' },
  debug: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

type ParsedOptions = { ok: true; options: AgentOptions | 'help' } | { ok: false; problems: string[] };

export function parseAgentOptions(args: readonly string[]): ParsedOptions {
  let values;
  try {
    values = parseArgs({ args: [...args], options: SPEC, strict: true }).values;
  } catch (error) {
    return { ok: false, problems: [error instanceof Error ? error.message : String(error)] };
  }
  if (values.help) return { ok: true, options: 'help' };
  const problems: string[] = [];
  const targets = values['no-send']
    ? []
    : values.send
      ? values.send.map((one) => parseTarget(one, problems))
      : [GANGLIA_CHANNEL];
  if (values['no-send'] && values.send) problems.push('--send and --no-send exclude each other');
  if (values.join !== undefined && values['join-file'] !== undefined)
    problems.push('--join and --join-file exclude each other');
  if (problems.length > 0) return { ok: false, problems };
  return {
    ok: true,
    options: {
      stateDir: values['state-dir'] ?? DEFAULT_STATE_DIR,
      targets,
      debug: values.debug ?? false,
      ...(values.join !== undefined && { join: values.join }),
      ...(values['join-file'] !== undefined && { joinFile: values['join-file'] }),
      ...(values.name !== undefined && { name: values.name }),
      ...(values.ip !== undefined && { ip: values.ip }),
      ...(values.location !== undefined && { location: values.location }),
    },
  };
}

function parseTarget(given: string, problems: string[]): MetricTarget {
  const [, host = '', port = ''] = /^\[?(.+?)\]?:(\d+)$/.exec(given) ?? [];
  if (host === '' || Number(port) < 1 || Number(port) > 65_535)
    problems.push(`--send: "${given}" is not HOST:PORT, such as 10.0.0.1:8649`);
  return { host, port: Number(port) };
}
