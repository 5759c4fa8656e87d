// The command line of `plexus simulate`: what it takes, and what is wrong with it, all at once.

import { AppError } from '#kernel/errors.ts';
import { decodeJoinToken, type JoinToken } from '#wire/join-token.ts';
import { parseClusters, parseTarget, type ClusterPlan } from './host-plan.ts';

interface SimulateOptions {
  clusters: ClusterPlan[];
  hosts: number;
  /** Custom metrics of each host. */
  metrics: number;
  intervalSec: number;
  stateDir: string;
  join: JoinToken | undefined;
}

/** As the command line gives them. */
export interface GivenOptions {
  send?: string;
  clusters?: string;
  hosts?: string;
  metrics?: string;
  interval?: string;
  stateDir?: string;
  join?: string;
}

const MOST_HOSTS = 20_000;
const MOST_METRICS = 10_000;

/** Throws `bad_arguments` with every problem. */
export function readSimulateOptions(given: GivenOptions): SimulateOptions {
  const problems: string[] = [];
  const number = (option: keyof GivenOptions, fallback: number, [least, most]: [number, number], whole = true) => {
    const text = given[option];
    if (text === undefined) return fallback;
    const value = Number(text);
    if (text.trim() !== '' && value >= least && value <= most && (!whole || Number.isInteger(value))) return value;
    const kind = whole ? 'a whole number' : 'a number';
    problems.push(`--${option}: "${text}" was given; ${kind} from ${least} to ${most} is accepted`);
    return fallback;
  };
  const options: SimulateOptions = {
    clusters: readClusters(given, problems),
    hosts: number('hosts', 30, [1, MOST_HOSTS]),
    metrics: number('metrics', 0, [0, MOST_METRICS]),
    intervalSec: number('interval', 5, [0.2, 3600], false),
    stateDir: given.stateDir ?? '.plexus-simulate',
    join: readJoin(given, problems),
  };
  if (problems.length > 0) throw new AppError('bad_arguments', `${problems.join('\n')}\nNothing was started.`);
  return options;
}

function readClusters(given: GivenOptions, problems: string[]): ClusterPlan[] {
  if (given.clusters !== undefined) {
    const parsed = parseClusters(given.clusters);
    if (parsed.ok) return parsed.clusters;
    problems.push(`--clusters: ${parsed.reason}`);
    return [];
  }
  const send = given.send ?? '127.0.0.1:8649';
  const sendTo = parseTarget(send);
  if (sendTo) return [{ name: 'web', sendTo }];
  problems.push(`--send: "${send}" was given; host:port is accepted, such as 127.0.0.1:8649`);
  return [];
}

function readJoin(given: GivenOptions, problems: string[]): JoinToken | undefined {
  if (given.join === undefined) return undefined;
  const decoded = decodeJoinToken(given.join.trim());
  if (decoded.ok) return decoded.value;
  problems.push(`--join: ${decoded.reason}; copy the token whole`);
  return undefined;
}
