// Debian's influxd on loopback with a data directory of its own, for tests.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { systemClock } from '#kernel/clock.ts';
import { freeTcpPort } from '../../support/free-port.ts';
import { peerPath } from '../../support/peer.ts';

export interface Influxd {
  url: string;
  /** Ends the server, keeping its data; `start` brings it back on the same port. */
  stop(): Promise<void>;
  start(): Promise<void>;
  remove(): Promise<void>;
}

const START_TIMEOUT_MS = 20_000;

export async function startInfluxd(): Promise<Influxd> {
  const program = peerPath('influxd');
  if (program === undefined) throw new Error('influxd is not installed');
  const directory = await mkdtemp(path.join(os.tmpdir(), 'plexus-influxd-'));
  const [httpPort, backupPort] = [await freeTcpPort(), await freeTcpPort()];
  const url = `http://127.0.0.1:${httpPort}`;
  const config = path.join(directory, 'influxdb.conf');
  await writeFile(
    config,
    `reporting-disabled = true
bind-address = "127.0.0.1:${backupPort}"
[meta]
dir = "${directory}/meta"
[data]
dir = "${directory}/data"
wal-dir = "${directory}/wal"
[monitor]
store-enabled = false
[http]
bind-address = "127.0.0.1:${httpPort}"
log-enabled = false
`,
  );

  const launch = () => spawn(program, ['-config', config], { stdio: 'ignore' });
  let child = launch();
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGTERM');
    await once(child, 'exit');
  };
  await untilAnswers(url);
  return {
    url,
    stop,
    async start() {
      child = launch();
      await untilAnswers(url);
    },
    async remove() {
      await stop();
      await rm(directory, { recursive: true });
    },
  };
}

/** influxd says nowhere that it is ready but on its port. */
async function untilAnswers(url: string): Promise<void> {
  const clock = systemClock();
  const deadlineMs = clock.monotonicMs() + START_TIMEOUT_MS;
  for (;;) {
    const status = await fetch(`${url}/ping`).then(
      (response) => response.status,
      () => undefined,
    );
    if (status === 204) return;
    if (clock.monotonicMs() > deadlineMs) throw new Error(`influxd did not answer at ${url}`);
    await clock.sleep(20);
  }
}
