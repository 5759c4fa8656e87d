// Installed packages: dpkg's own file read directly, rpm asked where that rules.

import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { AgentReport } from '#kernel/domain/event.ts';
import type { ReadText } from './samplers/proc-reader.ts';

type Packages = AgentReport['packages'];

export const DPKG_STATUS = '/var/lib/dpkg/status';
const MOST_PACKAGES = 20_000;
const MOST_STATUS_BYTES = 64 * 1024 * 1024;
const RPM_TIMEOUT_MS = 30_000;

/** Stanzas of dpkg's status file that are installed, as they stand. */
export function parseDpkgStatus(text: string): Packages {
  const packages: Packages = [];
  for (const stanza of text.split('\n\n')) {
    if (packages.length >= MOST_PACKAGES) break;
    if (!/^Status: \S+ \S+ installed$/m.test(stanza)) continue;
    const field = (name: string) => new RegExp(`^${name}: (.+)$`, 'm').exec(stanza)?.[1];
    const [name, version, arch] = [field('Package'), field('Version'), field('Architecture')];
    if (name !== undefined && version !== undefined) packages.push({ name, version, ...(arch && { arch }) });
  }
  return packages;
}

/** Lines of `rpm -qa` in the format that `readPackages` asks for. */
export function parseRpmList(text: string): Packages {
  return text
    .split('\n')
    .map((line) => line.split('\t'))
    .flatMap(([name, version, arch]) =>
      name && version && name !== 'gpg-pubkey' ? [{ name, version, ...(arch && arch !== '(none)' && { arch }) }] : [],
    )
    .slice(0, MOST_PACKAGES);
}

/** Empty where neither dpkg nor rpm is at home. */
export async function readPackages(readText: ReadText): Promise<Packages> {
  const size = await stat(DPKG_STATUS).then(
    (found) => found.size,
    () => 0,
  );
  if (size > 0 && size <= MOST_STATUS_BYTES) return parseDpkgStatus((await readText(DPKG_STATUS)) ?? '');
  const format = '%{NAME}\t%{VERSION}-%{RELEASE}\t%{ARCH}\n';
  const listed = await promisify(execFile)('rpm', ['-qa', '--qf', format], {
    timeout: RPM_TIMEOUT_MS,
    killSignal: 'SIGKILL',
    maxBuffer: 16 * 1024 * 1024,
  }).catch(() => undefined);
  return parseRpmList(listed?.stdout ?? '').sort((a, b) => (a.name < b.name ? -1 : 1));
}
