// A resolved host or service → the check that runs: its kind and spec from a Nagios command
// or a kind of our own, intervals in milliseconds, at least one attempt.

import type { CheckDetails } from '../check-details.ts';
import type { StoredCheckSettings } from '../check-settings.ts';
import type { CommandLine } from '../macros/command-line.ts';
import { parseCheckCommand } from '../macros/parse-check-command.ts';
import type { CompiledCheck } from './compiled-site.ts';
import type { OwnCheck, Place } from './monitoring-object.ts';
import type { ProblemList } from './object-problems.ts';
import type { ValueReader } from './read-values.ts';
import type { SiteSettings } from './site-settings.ts';

export interface CheckSource {
  object: 'host' | 'service';
  hostName: string;
  name?: string;
  definedAt: Place;
  read: ValueReader;
  ownCheck?: OwnCheck;
  groups: string[];
  settings: StoredCheckSettings;
  details: CheckDetails;
}

/** A command of Nagios, and whether its line can be run. */
export interface RunnableCommand {
  commandLine: string;
  line: CommandLine;
}

interface CheckContext {
  site: SiteSettings;
  command(name: string): RunnableCommand | undefined;
  problems: ProblemList;
}

const LEAST_INTERVAL_SEC = 1;
const USUAL_INTERVAL_SEC = 300;

/** Undefined where there is nothing to run, or the line can never be run; the latter is told. */
export function compileCheck(source: CheckSource, context: CheckContext): CompiledCheck | undefined {
  const { object, hostName, name, definedAt, read, groups, details } = source;
  const runs = source.ownCheck === undefined ? pluginOf(source, context) : ownOf(source.ownCheck);
  if (runs === undefined) return undefined;
  const what = name === undefined ? `Host '${hostName}'` : `Service '${name}'`;
  const tell = (message: string) => context.problems.tell(definedAt, 'value changed', `${what}: ${message}`);

  const intervalSec = read.seconds('check_interval', USUAL_INTERVAL_SEC);
  const retrySec = read.seconds('retry_interval', 60);
  // Nagios checks such an object once at its start, and then only on demand.
  const isRegular = intervalSec > 0;
  if (!isRegular) tell('check_interval 0 means no regular checks; it runs when somebody asks for it.');
  const atLeast = (sec: number, directive: string): number => {
    if (sec >= LEAST_INTERVAL_SEC) return sec;
    tell(`${directive} of ${sec} s is taken as ${LEAST_INTERVAL_SEC} s.`);
    return LEAST_INTERVAL_SEC;
  };
  const timeoutSec = object === 'host' ? context.site.hostTimeoutSec : context.site.serviceTimeoutSec;
  return {
    object,
    hostName,
    ...(name !== undefined && { name }),
    displayName: read.text('display_name') ?? name ?? hostName,
    ...runs,
    intervalMs: (isRegular ? atLeast(intervalSec, 'check_interval') : USUAL_INTERVAL_SEC) * 1000,
    retryIntervalMs: atLeast(retrySec, 'retry_interval') * 1000,
    maxAttempts: compileAttempts(read),
    timeoutMs: read.seconds('check_timeout', timeoutSec) * 1000,
    settings: isRegular ? source.settings : { ...source.settings, activeChecks: false },
    details,
    groups,
    definedAt,
  };
}

const ownOf = ({ kind, settings }: OwnCheck): { kind: string; spec: unknown } => ({ kind, spec: settings });

/** Macros stay as they are; `$USERn$` is the site's. */
function pluginOf(source: CheckSource, context: CheckContext): { kind: string; spec: unknown } | undefined {
  const call = source.read.text('check_command');
  if (call === undefined) return undefined;
  const { command, args } = parseCheckCommand(call);
  const found = context.command(command);
  if (found === undefined) return undefined;
  const { commandLine, line } = found;
  if (line.kind === 'problem') {
    const what = source.name === undefined ? `The check of host '${source.hostName}'` : `Service '${source.name}'`;
    const message = `${what} runs '${command}', whose command_line cannot be run: ${line.message}.`;
    context.problems.tell(source.definedAt, 'object skipped', message);
    return undefined;
  }
  return {
    kind: 'plugin',
    spec: {
      commandLine,
      ...(args.length > 0 && { arguments: args }),
      // The line itself asks for a shell, as Nagios would give it; values of macros still come as arguments.
      ...(line.kind === 'shell' && { shell: true }),
      failureState: 'critical',
    },
  };
}

const USUAL_ATTEMPTS = 3;

export const compileAttempts = (read: ValueReader): number =>
  Math.max(1, read.integer('max_check_attempts', USUAL_ATTEMPTS));
