// One managed service: does it run, and making it run or stop, by declared commands
// or by systemd where that is the host's init.

import { existsSync } from 'node:fs';
import type { Clock } from '#kernel/clock.ts';
import type { ServiceItem } from '#kernel/domain/desired-state.ts';
import type { RunCommand } from './run-command.ts';

export interface ServiceDeps {
  clock: Clock;
  run: RunCommand;
  signal: AbortSignal;
  /** Whether systemd is this host's init. */
  hasSystemd?: boolean;
}

type ServiceComparison = { running: boolean } | { problem: string };

const STATUS_TIMEOUT_MS = 10_000;
const CHANGE_TIMEOUT_MS = 60_000;
// A service may need a moment between its start command's end and its being there.
const SETTLE_MS = 10_000;
const SETTLE_STEP_MS = 250;

/** What sd_booted(3) looks for. */
const systemdRuns = (deps: ServiceDeps): boolean => deps.hasSystemd ?? existsSync('/run/systemd/system');

function commandFor(item: ServiceItem, what: 'status' | 'start' | 'stop', deps: ServiceDeps): string[] | undefined {
  const declared = { status: item.statusCommand, start: item.startCommand, stop: item.stopCommand }[what];
  if (declared !== undefined) return declared;
  if (!systemdRuns(deps)) return undefined;
  const unit = item.service.includes('.') ? item.service : `${item.service}.service`;
  return what === 'status' ? ['systemctl', 'is-active', '--quiet', '--', unit] : ['systemctl', what, '--', unit];
}

export async function compareService(item: ServiceItem, deps: ServiceDeps): Promise<ServiceComparison> {
  const command = commandFor(item, 'status', deps);
  if (command === undefined)
    return { problem: 'systemd does not run here and no statusCommand says whether the service runs' };
  const end = await deps.run(command, { timeoutMs: STATUS_TIMEOUT_MS, signal: deps.signal });
  if (end.exitCode === null) return { problem: `the status command failed: ${end.problem ?? 'no exit code'}` };
  return { running: end.exitCode === 0 };
}

/** Starts or stops, then looks until it holds. Resolves to the reason when it does not. */
export async function changeService(item: ServiceItem, deps: ServiceDeps): Promise<string | undefined> {
  const what = item.running ? 'start' : 'stop';
  const command = commandFor(item, what, deps);
  if (command === undefined) return `systemd does not run here and no ${what}Command is declared`;
  const end = await deps.run(command, { timeoutMs: CHANGE_TIMEOUT_MS, signal: deps.signal });
  if (end.exitCode !== 0) {
    const why = end.problem ?? `exit code ${end.exitCode}`;
    return `the ${what} command failed: ${why}${end.output === '' ? '' : `: ${end.output.slice(0, 500)}`}`;
  }
  const untilMs = deps.clock.monotonicMs() + SETTLE_MS;
  for (;;) {
    const seen = await compareService(item, deps);
    if ('running' in seen && seen.running === item.running) return undefined;
    if (deps.signal.aborted || deps.clock.monotonicMs() >= untilMs)
      return 'problem' in seen
        ? seen.problem
        : `the ${what} command succeeded but the service is ${seen.running ? 'still running' : 'not running'}`;
    await deps.clock.sleep(SETTLE_STEP_MS, deps.signal);
  }
}
