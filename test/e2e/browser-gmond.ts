// Debian's gmond as it would run on one more machine, sending to a server under test.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { peerPath } from '#test/support/peer.ts';

// Where the modules are depends on the machine's architecture; Debian's own file knows.
const shipped = existsSync('/etc/ganglia/gmond.conf') ? readFileSync('/etc/ganglia/gmond.conf', 'utf8') : '';
const modules = /path = "(.*)\/modload\.so"/.exec(shipped)?.[1] ?? '/usr/lib/ganglia';

const METRICS = [
  'load_one',
  'cpu_idle',
  'cpu_user',
  'mem_total',
  'mem_free',
  'mem_buffers',
  'mem_cached',
  'part_max_used',
  'bytes_in',
  'bytes_out',
];

const conf = (host: string, ip: string, udpPort: number): string => `
globals { daemonize = no setuid = no deaf = yes override_hostname = "${host}" override_ip = "${ip}" }
udp_send_channel { host = 127.0.0.1 port = ${udpPort} }
modules {
  module { name = "core_metrics" }
  ${['load', 'cpu', 'mem', 'disk', 'net']
    .map((name) => `module { name = "${name}_module" path = "${modules}/mod${name}.so" }`)
    .join('\n  ')}
}
collection_group { collect_once = yes time_threshold = 20 metric { name = "heartbeat" } }
collection_group {
  collect_every = 1
  time_threshold = 1
  ${METRICS.map((name) => `metric { name = "${name}" }`).join('\n  ')}
}`;

export interface SendingGmond {
  dispose(): Promise<void>;
}

/** Sends every metric once a second as `host`, unicast to `udpPort` of this machine. */
export function startSendingGmond(host: string, ip: string, udpPort: number): SendingGmond {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'plexus-gmond-'));
  const file = path.join(directory, 'gmond.conf');
  writeFileSync(file, conf(host, ip, udpPort));
  const gmond = spawn(peerPath('gmond') ?? 'gmond', ['-f', '-c', file], { stdio: 'ignore' });
  return {
    async dispose() {
      if (gmond.exitCode === null && gmond.signalCode === null) {
        gmond.kill('SIGKILL');
        await once(gmond, 'exit');
      }
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
