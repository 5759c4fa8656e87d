// The agent in the place of one gmond of a cluster, with that gmond's own file: the
// other gmond, gstat and gmetad notice no difference.

import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import { freeTcpPort, freeUdpPort } from '#test/support/free-port.ts';
import { describeWithPeer, peerPath } from '#test/support/peer.ts';
import { findingText, parseGmondConf } from '#wire/gmond-conf.ts';

const PROGRAM = path.join(import.meta.dirname, '..', '..', 'app', 'agent-program.ts');
const PLEXUS = path.join(import.meta.dirname, '..', '..', 'app', 'bin', 'plexus.mjs');
const DEBIAN_CONF = '/etc/ganglia/gmond.conf';

/** Debian's modules and groups, quickened so that a test need not wait minutes. */
const MODULES_AND_GROUPS = readFileSync(existing(DEBIAN_CONF), 'utf8')
  .replace(/^[^]*?(?=^modules)/m, '')
  .replaceAll(/collect_every = \d+/g, 'collect_every = 1')
  .replaceAll(/time_threshold = \d+/g, 'time_threshold = 2');

function existing(file: string): string {
  return peerPath('gmond') === undefined ? '/dev/null' : file;
}

interface Node {
  udpPort: number;
  xmlPort: number;
}

/** Two nodes that send to themselves and to each other, as in a cluster without multicast. */
const conf = (own: Node, other: Node, globals = '', accept = '') => `
globals { daemonize = no setuid = no host_dmax = 0 host_tmax = 25 send_metadata_interval = 1 ${globals} }
cluster { name = "alpha" owner = "ops" latlong = "N1 E1" url = "http://a/" }
host { location = "1,2,3" }
udp_send_channel { host = 127.0.0.1 port = ${own.udpPort} }
udp_send_channel { host = 127.0.0.1 port = ${other.udpPort} }
udp_recv_channel { bind = 127.0.0.1 port = ${own.udpPort} }
tcp_accept_channel { bind = 127.0.0.1 port = ${own.xmlPort} }
${accept}
${MODULES_AND_GROUPS}`;

const freeNode = async (): Promise<Node> => ({ udpPort: await freeUdpPort(), xmlPort: await freeTcpPort() });

function folder(): string {
  const made = mkdtempSync(path.join(os.tmpdir(), 'plexus-as-gmond-'));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

function start(command: string, args: string[]): ChildProcess & { log: () => string } {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes: Buffer) => (log += bytes.toString()));
  onTestFinished(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGTERM');
    await once(child, 'exit');
  });
  return Object.assign(child, { log: () => log });
}

function startAgent(confFile: string, ...args: string[]) {
  const state = path.join(path.dirname(confFile), 'state');
  return start(process.execPath, [PROGRAM, '--gmond-conf', confFile, '--state-dir', state, ...args]);
}

const startGmond = (confFile: string) => start(peerPath('gmond') ?? 'gmond', ['-f', '-c', confFile]);

function write(dir: string, name: string, text: string): string {
  const file = path.join(dir, name);
  writeFileSync(file, text);
  return file;
}

async function readPort(port: number): Promise<Buffer> {
  const socket = connect(port, '127.0.0.1');
  const parts: Buffer[] = [];
  socket.on('data', (bytes) => parts.push(bytes));
  await Promise.race([once(socket, 'close'), once(socket, 'error')]).catch(() => undefined);
  socket.destroy();
  return Buffer.concat(parts);
}

const readXml = async (port: number): Promise<string> => (await readPort(port)).toString('latin1');

async function xmlWith(port: number, enough: (xml: string) => boolean): Promise<string> {
  const deadline = AbortSignal.timeout(25_000);
  for (let xml = ''; ; xml = await readXml(port)) {
    if (enough(xml)) return xml;
    if (deadline.aborted) throw new Error(`still not enough after 25 s: ${xml.slice(-2000)}`);
  }
}

/** Name, type, units, slope, TMAX, DMAX and extra data of every metric: all but what moves with time. */
function metricsOf(xml: string, host: string): Map<string, string> {
  const [, inside = ''] = new RegExp(`<HOST NAME="${host}"[^>]*>([^]*?)</HOST>`).exec(xml) ?? [];
  return new Map(
    [...inside.matchAll(/<METRIC NAME="([^"]*)" VAL="[^"]*" (.*?) TN="\d+" (.*?)>([^]*?)<\/METRIC>/g)].map(
      ([, name = '', before = '', after = '', extra = '']) => [name, `${before} ${after} ${extra}`],
    ),
  );
}

describeWithPeer(['gmond', 'gstat', 'gmetad', 'gmetric'], 'an agent with a gmond’s file', () => {
  test('Debian’s own file and gmond’s built-in one are read without a finding, and all of both is known', () => {
    const builtIn = spawnSync(peerPath('gmond') ?? 'gmond', ['-t'], { encoding: 'utf8' }).stdout;
    for (const text of [readFileSync(DEBIAN_CONF, 'utf8'), builtIn]) {
      const read = parseGmondConf({ file: 'gmond.conf', text }, { environment: {}, include: () => [] });
      expect(read.findings.map(findingText)).toEqual([]);
      expect(read.root.sections.length).toBeGreaterThan(15);
    }
  });

  test('--print-config of Debian’s file ends with 0, and what it prints means the same to both', () => {
    const dir = folder();
    const print = (file: string) =>
      spawnSync(process.execPath, [PROGRAM, '--gmond-conf', file, '--print-config'], { encoding: 'utf8' });
    const first = print(DEBIAN_CONF);
    expect(first.stderr).toContain('0 not supported. Nothing in the file is wrong.');
    expect(first.status).toBe(0);
    const again = print(write(dir, 'printed.conf', first.stdout));
    expect(again.stdout).toBe(first.stdout);
    // gmond itself reads it: -m lists metrics only after the file was understood.
    const gmond = spawnSync(peerPath('gmond') ?? 'gmond', ['-m', '-c', path.join(dir, 'printed.conf')], {
      encoding: 'utf8',
    });
    expect(gmond.stderr).not.toContain('Parse error');
  });

  test('replaces one of two gmonds: the other shows the same metrics, and its own XML shows both', async () => {
    const dir = folder();
    const [one, two] = [await freeNode(), await freeNode()];
    const ours = write(dir, 'one.conf', conf(one, two, 'override_hostname = "node-1" override_ip = "10.66.0.1"'));
    const theirs = write(dir, 'two.conf', conf(two, one, 'override_hostname = "node-2" override_ip = "10.66.0.2"'));
    const count = (xml: string, host: string) => metricsOf(xml, host).size;

    // First a real gmond with the very file, to know what the other one shows then.
    const real = startGmond(ours);
    const other = startGmond(theirs);
    const wanted = await xmlWith(two.xmlPort, (xml) => count(xml, 'node-1') >= 32);
    real.kill('SIGTERM');
    other.kill('SIGTERM');
    await Promise.all([once(real, 'exit'), once(other, 'exit')]);

    startGmond(theirs);
    startAgent(ours);
    const full = metricsOf(wanted, 'node-1').size;
    const shown = await xmlWith(two.xmlPort, (xml) => count(xml, 'node-1') >= full);
    expect(metricsOf(shown, 'node-1')).toEqual(metricsOf(wanted, 'node-1'));
    expect(shown).toMatch(/<HOST NAME="node-1" IP="10\.66\.0\.1" [^>]*LOCATION="1,2,3" GMOND_STARTED="[1-9]\d+"/);

    // What we hear and show of that gmond and of ourselves.
    const own = await xmlWith(one.xmlPort, (xml) => count(xml, 'node-1') >= full && count(xml, 'node-2') >= full);
    expect(metricsOf(own, 'node-2')).toEqual(metricsOf(shown, 'node-2'));
    expect(own).toContain('<CLUSTER NAME="alpha" LOCALTIME=');
    expect(own).toContain('OWNER="ops" LATLONG="N1 E1" URL="http://a/"');
    expect(own).toMatch(/<HOST NAME="node-2" [^>]*TMAX="25" DMAX="0"/);

    const gstat = spawnSync(peerPath('gstat') ?? 'gstat', ['-a', '-1', '-i', '127.0.0.1', '-p', String(one.xmlPort)], {
      encoding: 'utf8',
    });
    expect(gstat.stdout).toContain('node-1');
    expect(gstat.stdout).toContain('node-2');
  }, 60_000);

  test('a real gmetad polls us', async () => {
    const dir = folder();
    const one = await freeNode();
    const [xmlPort, interactivePort] = [await freeTcpPort(), await freeTcpPort()];
    startAgent(write(dir, 'one.conf', conf(one, one, 'override_hostname = "node-1"')));
    await xmlWith(one.xmlPort, (xml) => metricsOf(xml, 'node-1').size >= 32);
    const gmetadConf = write(
      dir,
      'gmetad.conf',
      `data_source "any" 1 127.0.0.1:${one.xmlPort}\nrrd_rootdir "${dir}"\nsetuid off\nwrite_rrds off\n` +
        `xml_port ${xmlPort}\ninteractive_port ${interactivePort}\ncase_sensitive_hostnames 0\n`,
    );
    start(peerPath('gmetad') ?? 'gmetad', ['-d', '1', '-c', gmetadConf]);
    const xml = await xmlWith(xmlPort, (text) => metricsOf(text, 'node-1').size >= 32);
    expect(xml).toContain('<CLUSTER NAME="alpha"');
    expect(metricsOf(xml, 'node-1').get('load_one')).toContain('UNITS=" "');
  }, 60_000);

  test('tags, access lists, gzip and allow_extra_data are as gmond has them', async () => {
    const dir = folder();
    const one = await freeNode();
    const [gzipPort, closedPort] = [await freeTcpPort(), await freeTcpPort()];
    const accept =
      `tcp_accept_channel { bind = 127.0.0.1 port = ${gzipPort} gzip_output = yes }\n` +
      `tcp_accept_channel { bind = 127.0.0.1 port = ${closedPort} acl { default = "deny" access { ip = 10.0.0.0 mask = 8 action = "allow" } } }`;
    startAgent(
      write(
        dir,
        'one.conf',
        conf(one, one, 'override_hostname = "node-1" tags = "prod,web" allow_extra_data = no', accept),
      ),
    );
    const xml = await xmlWith(one.xmlPort, (text) => metricsOf(text, 'node-1').size >= 32);
    expect(xml).toMatch(/<HOST NAME="node-1" [^>]*TAGS="prod,web"/);
    expect(xml).not.toContain('<EXTRA_DATA>');
    expect(gunzipSync(await readPort(gzipPort)).toString('latin1')).toContain('<HOST NAME="node-1"');
    expect(await readPort(closedPort)).toHaveLength(0);
  }, 60_000);

  test('a gmond that asks for metadata gets it: nothing is lost when it starts after us', async () => {
    const dir = folder();
    const [one, two] = [await freeNode(), await freeNode()];
    const never = (text: string) => text.replace('send_metadata_interval = 1', 'send_metadata_interval = 0');
    const agent = startAgent(write(dir, 'one.conf', never(conf(one, two, 'override_hostname = "node-1"'))));
    await expect.poll(agent.log, { timeout: 15_000 }).toContain('agent started');
    await xmlWith(one.xmlPort, (xml) => metricsOf(xml, 'node-1').size >= 32);
    startGmond(write(dir, 'two.conf', never(conf(two, one, 'override_hostname = "node-2"'))));
    const xml = await xmlWith(two.xmlPort, (text) => metricsOf(text, 'node-1').size >= 28);
    expect(metricsOf(xml, 'node-1').get('load_one')).toContain('TYPE="float"');
  }, 60_000);

  test('SIGHUP reads the file again; a broken one changes nothing', async () => {
    const dir = folder();
    const one = await freeNode();
    const file = write(dir, 'one.conf', conf(one, one, 'override_hostname = "before"'));
    const agent = startAgent(file);
    await xmlWith(one.xmlPort, (xml) => xml.includes('<HOST NAME="before"'));
    write(dir, 'one.conf', 'globals { mute = yes deaf = yes }');
    agent.kill('SIGHUP');
    await expect.poll(agent.log, { timeout: 10_000 }).toContain('the one before holds');
    await xmlWith(one.xmlPort, (xml) => xml.includes('<HOST NAME="before"'));
    write(dir, 'one.conf', conf(one, one, 'override_hostname = "after"'));
    agent.kill('SIGHUP');
    await xmlWith(one.xmlPort, (xml) => xml.includes('<HOST NAME="after"'));
    expect(agent.exitCode).toBeNull();
  }, 60_000);

  test('mute and deaf at once does not start; neither does a file that is not there', () => {
    const dir = folder();
    const run = (file: string) =>
      spawnSync(process.execPath, [PROGRAM, '--gmond-conf', file, '--state-dir', dir], { encoding: 'utf8' });
    const both = run(write(dir, 'both.conf', 'globals { mute = yes deaf = yes }'));
    expect(both).toMatchObject({ status: 1, stderr: expect.stringContaining('both mute and deaf') as string });
    const absent = run(path.join(dir, 'none.conf'));
    expect(absent).toMatchObject({ status: 1, stderr: expect.stringContaining('ENOENT') as string });
  });

  test('gmetric both ways: the real one is shown by us, ours by a real gmond', async () => {
    const dir = folder();
    const [one, two] = [await freeNode(), await freeNode()];
    startAgent(write(dir, 'one.conf', conf(one, one, 'override_hostname = "node-1"')));
    startGmond(write(dir, 'two.conf', conf(two, two)));
    await xmlWith(one.xmlPort, (xml) => xml.includes('</GANGLIA_XML>'));
    await xmlWith(two.xmlPort, (xml) => xml.includes('</GANGLIA_XML>'));
    const sendTo = ({ udpPort }: Node) =>
      write(dir, 'send.conf', `udp_send_channel { host = 127.0.0.1 port = ${udpPort} }`);
    const call = [
      '-n',
      'queue',
      '-v',
      '7',
      '-t',
      'uint32',
      '-u',
      'jobs',
      '-g',
      'mail',
      '-T',
      'Queue',
      '-S',
      '10.6.6.6:mx',
    ];
    const real = spawnSync(peerPath('gmetric') ?? 'gmetric', ['-c', sendTo(one), ...call]);
    expect(real.status).toBe(0);
    const shownByUs = await xmlWith(one.xmlPort, (xml) => metricsOf(xml, 'mx').size === 1);
    const ours = spawnSync(process.execPath, [PLEXUS, 'gmetric', '-c', sendTo(two), ...call], { encoding: 'utf8' });
    expect(ours).toMatchObject({ status: 0, stderr: '' });
    const shownByGmond = await xmlWith(two.xmlPort, (xml) => metricsOf(xml, 'mx').size === 1);
    expect(metricsOf(shownByUs, 'mx')).toEqual(metricsOf(shownByGmond, 'mx'));
  }, 60_000);
});
