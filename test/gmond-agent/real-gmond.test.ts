// Debian's gmond hears our agent and shows the host as one of its own kind.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createMetricSender } from '#agent/send-loop.ts';
import { systemClock } from '#kernel/clock.ts';
import { silentLogger } from '#kernel/log.ts';
import { freeTcpPort, freeUdpPort } from '#test/support/free-port.ts';
import { describeWithPeer, peerPath } from '#test/support/peer.ts';

const config = (ports: { udpPort: number; tcpPort: number }) => `
globals { daemonize = no setuid = no mute = yes host_dmax = 0 cleanup_threshold = 300 }
cluster { name = "alpha" }
udp_recv_channel { port = ${ports.udpPort} bind = 127.0.0.1 }
tcp_accept_channel { port = ${ports.tcpPort} bind = 127.0.0.1 }
`;

/** What a gmond answers on its TCP port; '' while it is not there yet. */
async function readXml(port: number): Promise<string> {
  const socket = connect(port, '127.0.0.1').setEncoding('latin1');
  let text = '';
  socket.on('data', (chunk: string) => (text += chunk));
  await Promise.race([once(socket, 'close'), once(socket, 'error').catch(() => undefined)]).catch(() => undefined);
  socket.destroy();
  return text;
}

const metricNames = (xml: string) => new Set([...xml.matchAll(/<METRIC NAME="(\w+)"/g)].map((found) => found[1]));

// Heartbeat and location are shown as attributes of the host.
const DEFAULT_METRICS = 33;

describeWithPeer('gmond', 'a real gmond', () => {
  test('shows our host with every default metric and its metadata', async () => {
    const ports = { udpPort: await freeUdpPort(), tcpPort: await freeTcpPort() };
    const folder = mkdtempSync(path.join(os.tmpdir(), 'plexus-gmond-'));
    const file = path.join(folder, 'gmond.conf');
    writeFileSync(file, config(ports));
    const gmond = spawn(peerPath('gmond') ?? 'gmond', ['-f', '-c', file], { stdio: 'ignore' });
    onTestFinished(async () => {
      gmond.kill();
      if (gmond.exitCode === null) await once(gmond, 'exit');
      rmSync(folder, { recursive: true });
    });
    const sender = createMetricSender(
      { clock: systemClock(), log: silentLogger },
      {
        targets: [{ host: '127.0.0.1', port: ports.udpPort }],
        hostName: 'web-17.example',
        ip: '10.66.0.17',
        agentId: 'agent-17',
        intervalScale: 0.01,
        // gmond has no time to ask, being mute: announce with every value.
        sendMetadataIntervalSec: 0.1,
      },
    );
    await sender.start(new AbortController().signal);
    onTestFinished(() => sender.stop());

    const deadline = AbortSignal.timeout(20_000);
    let xml = '';
    // gmond says nothing when it is ready: ask until it shows all that we send, each with its own group's interval.
    while (!deadline.aborted && metricNames(xml).size < DEFAULT_METRICS) xml = await readXml(ports.tcpPort);

    expect(metricNames(xml).size).toBe(DEFAULT_METRICS);
    expect(xml).toMatch(/<HOST NAME="web-17\.example" IP="10\.66\.0\.17"[^>]* GMOND_STARTED="[1-9]\d+"/);
    expect(xml).toMatch(
      /<METRIC NAME="load_one" VAL="[\d.]+" TYPE="float" UNITS=" " TN="\d+" TMAX="70" DMAX="0" SLOPE="both"/,
    );
    expect(xml).toMatch(/<METRIC NAME="cpu_num" VAL="\d+" TYPE="uint16" UNITS="CPUs"/);
    expect(xml).toContain('<EXTRA_ELEMENT NAME="TITLE" VAL="One Minute Load Average"/>');
  });
});
