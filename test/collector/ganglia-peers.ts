// Debian's Ganglia programs as they are, started on ports of their own and ended with
// the test that started them.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { freeTcpPort, freeUdpPort } from '#test/support/free-port.ts';
import { peerPath } from '#test/support/peer.ts';
import { readAll, waitFor } from './harness.ts';

export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'plexus-ganglia-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Runs until the test is over. */
export function startPeer(program: string, args: string[], options: { cwd?: string } = {}): void {
  const child = spawn(peerPath(program) ?? program, args, { stdio: 'ignore', ...options });
  onTestFinished(async () => {
    if (child.exitCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  });
}

/** What it prints; its exit code is 0. */
export async function runPeer(program: string, args: string[]): Promise<string> {
  const child = spawn(peerPath(program) ?? program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (chunk) => (output += chunk));
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${code}: ${output}`);
  return output;
}

/** A gmond that only listens; resolves once it answers. */
export async function listeningGmond(cluster: string): Promise<{ udpPort: number; xmlPort: number }> {
  const [udpPort, xmlPort] = [await freeUdpPort(), await freeTcpPort()];
  const file = path.join(await temporaryFolder(), 'gmond.conf');
  await writeFile(
    file,
    `globals { daemonize = no setuid = no mute = yes host_dmax = 0 }
cluster { name = "${cluster}" }
udp_recv_channel { port = ${udpPort} bind = 127.0.0.1 }
tcp_accept_channel { port = ${xmlPort} bind = 127.0.0.1 }`,
  );
  startPeer('gmond', ['-f', '-c', file]);
  await waitFor('gmond to answer', async () => (await readAll(xmlPort).catch(() => '')) !== '');
  return { udpPort, xmlPort };
}

/** A gmetad that asks each source every second. */
export async function pollingGmetad(
  sources: Record<string, number>,
  grid: { name: string; authority: string },
): Promise<{ xmlPort: number; queryPort: number }> {
  const [xmlPort, queryPort] = [await freeTcpPort(), await freeTcpPort()];
  const folder = await temporaryFolder();
  const file = path.join(folder, 'gmetad.conf');
  const dataSources = Object.entries(sources).map(([name, port]) => `data_source "${name}" 1 127.0.0.1:${port}`);
  await writeFile(
    file,
    [
      ...dataSources,
      `gridname "${grid.name}"`,
      `authority "${grid.authority}"`,
      ...[`xml_port ${xmlPort}`, `interactive_port ${queryPort}`, `rrd_rootdir ${folder}`],
      ...['write_rrds off', 'setuid off', 'case_sensitive_hostnames 0', ''],
    ].join('\n'),
  );
  startPeer('gmetad', ['-c', file, '-d', '1']);
  return { xmlPort, queryPort };
}

/** The answer to one line; '' when it is closed without one, or nobody listens yet. */
export async function askLine(port: number, line: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  let text = '';
  socket.setEncoding('latin1').on('data', (chunk) => (text += chunk));
  // A refused connection and a reset come to the same here: no answer.
  socket.on('error', () => undefined);
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.write(`${line}\n`);
  await closed;
  return text;
}
