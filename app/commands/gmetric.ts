// `plexus gmetric`: a drop-in for Ganglia's gmetric. Loads nothing of the server.

import os from 'node:os';
import { runGmetric } from '#agent/gmetric/gmetric.ts';

export async function gmetric(args: readonly string[]): Promise<void> {
  process.exitCode = await runGmetric(args, {
    environment: process.env,
    hostName: os.hostname(),
    defaultConf: '/etc/ganglia/gmond.conf',
    print: (text) => process.stdout.write(text),
    complain: (text) => process.stderr.write(text),
  });
}
