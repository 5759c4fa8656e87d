// Debian's gmond and gmetad as our data sources: polled in clear and packed, with
// failover, and a gmetad below us as one summary.

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { encodeGmondPacket, type GmondPacket } from '#wire/gmond-packet.ts';
import { freeTcpPort } from '#test/support/free-port.ts';
import { describeWithPeer, peerPath } from '#test/support/peer.ts';
import { createSocket } from 'node:dgram';
import { readAll, startCollector, waitFor } from './harness.ts';
import { sourceOf } from './polling-sources.ts';

async function homeFolder(): Promise<string> {
  const home = await mkdtemp(path.join(tmpdir(), 'plexus-gmetad-'));
  onTestFinished(() => rm(home, { recursive: true, force: true }));
  // gmetad may run as another user, who needs to come in.
  await chmod(home, 0o755);
  return home;
}

function start(program: string, args: string[]): void {
  const child: ChildProcess = spawn(peerPath(program) ?? program, args, { stdio: 'ignore' });
  onTestFinished(async () => {
    if (child.exitCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  });
}

const answers = (port: number): Promise<boolean> =>
  readAll(port).then(
    (xml) => xml.includes('</GANGLIA_XML>'),
    () => false,
  );

/** A gmond that hears two hosts with a load each; its plain port and one that packs. */
async function startGmond(): Promise<{ plain: number; packed: number }> {
  const [plain, packed] = [await freeTcpPort(), await freeTcpPort()];
  const file = path.join(await homeFolder(), 'gmond.conf');
  await writeFile(
    file,
    `globals { daemonize = no setuid = no mute = yes host_dmax = 0 host_tmax = 25 }
cluster { name = "below" owner = "ops" }
udp_recv_channel { port = ${plain} bind = 127.0.0.1 }
tcp_accept_channel { port = ${plain} bind = 127.0.0.1 }
tcp_accept_channel { port = ${packed} bind = 127.0.0.1 gzip_output = yes }`,
  );
  start('gmond', ['-f', '-c', file]);
  await waitFor('gmond to answer', () => answers(plain));
  const socket = createSocket('udp4');
  for (const [host, value] of [
    ['10.7.0.1:web-1', '1.25'],
    ['10.7.0.2:web-2', '2.50'],
  ] as const) {
    const id = { host, name: 'load', spoof: true };
    const metadata = {
      type: 'float',
      name: 'load',
      units: 'jobs',
      slope: 3,
      tmaxSec: 60,
      dmaxSec: 0,
      extra: [
        ['GROUP', 'first'],
        ['TITLE', 'The load'],
      ] as const,
    };
    const packets: GmondPacket[] = [
      { id: 128, ...id, metadata },
      { id: 133, ...id, fmt: '%s', value },
    ];
    for (const packet of packets)
      await new Promise((resolve) => socket.send(encodeGmondPacket(packet), plain, '127.0.0.1', resolve));
  }
  socket.close();
  await waitFor('gmond to show both hosts', async () => (await readAll(plain)).split('NAME="load"').length === 3);
  return { plain, packed };
}

async function startGmetad(sourcePort: number): Promise<number> {
  const [xml, queries] = [await freeTcpPort(), await freeTcpPort()];
  const home = await homeFolder();
  await mkdir(path.join(home, 'rrds'));
  const file = path.join(home, 'gmetad.conf');
  await writeFile(
    file,
    `data_source "below" 1 127.0.0.1:${sourcePort}
gridname "Child"
authority "http://child.example/"
xml_port ${xml}
interactive_port ${queries}
rrd_rootdir "${home}/rrds"
write_rrds off
setuid off
`,
  );
  start('gmetad', ['-d', '1', '-c', file]);
  await waitFor(
    'gmetad to have polled',
    async () => (await readAll(xml).catch(() => '')).split('NAME="load"').length === 3,
  );
  return xml;
}

async function poll(scalable: boolean, ...ports: number[]) {
  const { collector, samples } = await startCollector({ polling: { sources: [sourceOf(...ports)], scalable } });
  await waitFor('a poll', () => (collector.api.sources()[0]?.polls.ok ?? 0) > 0);
  return { api: collector.api, samples };
}

const expectHosts = ({ api }: Awaited<ReturnType<typeof poll>>) => {
  expect(api.hosts('below').map(({ name, key, up, tmaxSec }) => [name, key, up, tmaxSec])).toEqual([
    ['web-1', '10.7.0.1', true, 25],
    ['web-2', '10.7.0.2', true, 25],
  ]);
  expect(api.latest('below', '10.7.0.2', 'load')).toMatchObject({
    value: '2.50',
    number: 2.5,
    units: 'jobs',
    tmaxSec: 60,
    groups: ['first'],
    title: 'The load',
  });
};

describeWithPeer('gmond', 'a real gmond is polled', () => {
  test('in clear and packed, by failover from an address that is dead', async () => {
    const { plain, packed } = await startGmond();
    for (const port of [plain, packed]) {
      const polled = await poll(true, await freeTcpPort(), port);
      expectHosts(polled);
      expect(polled.api.sources()[0]).toMatchObject({ alive: true, currentAddress: `127.0.0.1:${port}`, lost: {} });
      await waitFor('samples', () => polled.samples.length >= 2);
      expect(polled.samples.map(({ host, value }) => [host, value]).sort()).toEqual([
        ['web-1', 1.25],
        ['web-2', 2.5],
      ]);
    }
  });
});

describeWithPeer(['gmond', 'gmetad'], 'a real gmetad is polled', () => {
  test('as one summary, or with its clusters', async () => {
    const port = await startGmetad((await startGmond()).plain);
    const summary = await poll(true, port);
    expect(summary.api.hosts('below')).toEqual([]);
    expect(summary.api.sources()[0]).toMatchObject({ grids: ['Child'], clusters: [], alive: true });
    expect(JSON.stringify(summary.api.grid())).toContain('http://child.example/');

    const merged = await poll(false, port);
    expectHosts(merged);
    expect(merged.api.sources()[0]).toMatchObject({ grids: [], clusters: ['below'] });
  });

  test('and so can we be, by ourselves', async () => {
    const { plain } = await startGmond();
    const [xmlPort, queryPort] = [await freeTcpPort(), await freeTcpPort()];
    const child = await startCollector({
      polling: { sources: [sourceOf(plain)] },
      grid: {
        name: 'Ours',
        authority: 'http://ours/',
        xml: { port: xmlPort, required: true },
        queries: { port: queryPort, required: true },
      },
    });
    await waitFor('the child to have polled', () => child.collector.api.hosts('below').length === 2);
    expectHosts(await poll(false, xmlPort));
    expect((await poll(true, xmlPort)).api.sources()[0]).toMatchObject({ grids: ['Ours'], lost: {} });
  });
});
