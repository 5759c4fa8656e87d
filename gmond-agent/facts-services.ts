// Services of the host: systemd's units where systemd runs, else what init.d holds.

import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import type { AgentReport } from '#kernel/domain/event.ts';
import type { ReadText } from './samplers/proc-reader.ts';

type Services = AgentReport['services'];

const MOST_SERVICES = 2000;
const LIST_TIMEOUT_MS = 10_000;

/** Lines of `systemctl list-units --plain --no-legend`: unit, load, active, sub, description. */
export function parseSystemdUnits(text: string): Services {
  const services: Services = [];
  for (const line of text.split('\n')) {
    const found = /^\s*(\S+)\.service\s+(\S+)\s+(\S+)\s+(\S+)\s*(.*)$/.exec(line);
    if (found === null || found[2] === 'not-found') continue;
    const [, name = '', , active = '', sub = '', description = ''] = found;
    services.push({ name, state: systemdState(active, sub), ...(description && { description }) });
    if (services.length >= MOST_SERVICES) break;
  }
  return services;
}

function systemdState(active: string, sub: string): Services[number]['state'] {
  if (active === 'failed') return 'failed';
  if (active === 'active') return sub === 'exited' ? 'stopped' : 'running';
  return active === 'inactive' ? 'stopped' : 'unknown';
}

/** `pidOf` gives the live process of a service's pid file, where there is one. */
export const initServices = (names: readonly string[], pidOf: (name: string) => number | undefined): Services =>
  names
    .filter((name) => /^[A-Za-z0-9][\w.@-]*$/.test(name) && name !== 'README')
    .slice(0, MOST_SERVICES)
    .map((name) => {
      const pid = pidOf(name);
      // Their scripts are not asked: some of them do more than tell.
      return pid === undefined ? { name, state: 'unknown' } : { name, state: 'running', pid };
    });

export async function readServices(readText: ReadText): Promise<Services> {
  if (existsSync('/run/systemd/system')) {
    const argv = ['list-units', '--type=service', '--all', '--plain', '--no-legend', '--no-pager'];
    const listed = await promisify(execFile)('systemctl', argv, {
      timeout: LIST_TIMEOUT_MS,
      killSignal: 'SIGKILL',
      maxBuffer: 4 * 1024 * 1024,
    }).catch(() => undefined);
    return parseSystemdUnits(listed?.stdout ?? '');
  }
  const names = await readdir('/etc/init.d').catch(() => []);
  const pids = new Map<string, number>();
  for (const name of names) {
    const pid = Number.parseInt((await readText(`/run/${name}.pid`)) ?? '', 10);
    if (pid > 0 && existsSync(`/proc/${pid}`)) pids.set(name, pid);
  }
  return initServices(names.sort(), (name) => pids.get(name));
}
