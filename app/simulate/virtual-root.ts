// The file tree of a virtual host: its scripts, services, files and releases live
// below a directory of its own, so that many hosts share a machine and none of them
// touches what is the machine's.

import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { startTicksOf } from '#agent/process-identity.ts';

export interface VirtualRoot {
  readonly directory: string;
  /** Real path of a path on the virtual host. */
  real(hostPath: string): string;
  /** Where programs of this host are looked for first. */
  readonly programs: string;
  /** A service without a process of its own runs while its pid file exists. */
  serviceFile(service: string): string;
  stateOf(service: string): 'running' | 'stopped' | 'failed';
  writeFile(hostPath: string, content: string, mode?: number): void;
  removeFile(hostPath: string): void;
}

export function openVirtualRoot(directory: string, host: { name: string; services: readonly string[] }): VirtualRoot {
  const real = (hostPath: string) => path.join(directory, path.posix.normalize(`/${hostPath}`));
  const serviceFile = (service: string) => real(`/run/${service}.pid`);
  const root: VirtualRoot = {
    directory,
    real,
    programs: real('/usr/local/bin'),
    serviceFile,
    stateOf(service) {
      const file = serviceFile(service);
      if (!existsSync(file)) return 'stopped';
      const pid = Number(readFileSync(file, 'utf8'));
      return pid === 0 || startTicksOf(pid) !== undefined ? 'running' : 'failed';
    },
    writeFile(hostPath, content, mode = 0o644) {
      const file = real(hostPath);
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, content);
      chmodSync(file, mode);
    },
    removeFile: (hostPath) => rmSync(real(hostPath), { force: true }),
  };
  if (!existsSync(directory)) {
    for (const folder of ['/etc/cron.d', '/etc/sysctl.d', '/etc/systemd/system', '/run', '/srv', '/tmp', '/var/log'])
      mkdirSync(real(folder), { recursive: true });
    root.writeFile('/etc/hostname', `${host.name}\n`);
    // Scripts ask for it to say where they run, and would otherwise hear the machine's name.
    root.writeFile('/usr/local/bin/hostname', '#!/bin/sh\nexec cat "$PLEXUS_VIRTUAL_ROOT/etc/hostname"\n', 0o755);
    for (const service of host.services) writeFileSync(serviceFile(service), '');
  }
  return root;
}
