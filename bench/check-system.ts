// What the bench of checks asks of each system that runs them, ours and the peers alike: the
// same site of 1,000 hosts and 10,000 services, and what it did in a window of time.

import { cpuMs, descendantsOf } from './process-figures.ts';

export const HOSTS = 1000;
export const SERVICES_PER_HOST = 10;
export const SERVICES = HOSTS * SERVICES_PER_HOST;
export const PLUGIN = '/usr/lib/nagios/plugins/check_dummy';

export interface Run {
  perSec: number;
  /** Of the last check of every service that ran in the window. */
  worstLatencyMs: number;
  /** Of the system and of all that it started, plugins too. */
  cpuMsEach: number;
  /** Sum of PSS at the end of the window. */
  memoryMb: number;
}

export interface CheckSystem<Result extends Run = Run> {
  name: string;
  /** Starts with each service every `intervalSec`, waits until that has settled, looks for a while and stops. */
  run(intervalSec: number): Promise<Result>;
  /** Ends what is left of it; idempotent. */
  dispose(): Promise<void>;
}

/** Every service runs at most once within it, as long as a system does not exceed 2,000 in a second. */
export const WINDOW_SEC = 5;

/** Until every service has run once: a first result is more work than the next ones. */
export const warmUpSec = (intervalSec: number): number => intervalSec + 3;

export const familyOf = async (pid: number): Promise<number[]> => [pid, ...(await descendantsOf(pid))];

/** CPU of the process, its children, and all that any of them has waited for. What ends in between goes to its parent. */
export async function familyCpuMs(pid: number): Promise<number> {
  const all = await Promise.all((await familyOf(pid)).map(cpuMs));
  return all.reduce((sum, each) => sum + each, 0);
}
