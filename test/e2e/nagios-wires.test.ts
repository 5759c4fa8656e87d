// The wires that Nagios tools speak, all on in one real server: a problem sent by each of them
// is one alert, and Livestatus shows and acknowledges it.

import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freeTcpPort } from '#test/support/free-port.ts';
import { describeWithPeer } from '#test/support/peer.ts';
import { localHostId } from './loop-story.ts';
import { eventually, startTestServer, type TestServer } from './server.ts';

const run = promisify(execFile);
const TOKEN = 'plx_for_the_end_to_end_tests_only';
const CHECKS = ['by-api', 'by-nrdp', 'by-file', 'by-process-file', 'by-livestatus', 'by-nsca'];
const PASSWORD = 'shared with the senders';

let server: TestServer;
let folder: string;
let nscaPort: number;
let hostName: string;

const at = (name: string): string => path.join(folder, name);
/** A line for a shell that appends it to the command file. */
const written = (line: string) =>
  run('/bin/sh', ['-c', 'printf "[%s] %s\\n" "$(date +%s)" "$LINE" > "$FILE"'], {
    env: { LINE: line, FILE: at('nagios.cmd'), PATH: process.env['PATH'] },
  });

beforeAll(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'plexus-wires-'));
  nscaPort = await freeTcpPort();
  server = await startTestServer({
    PLEXUS_NSCA_PORT: String(nscaPort),
    PLEXUS_NSCA_PASSWORD: PASSWORD,
    PLEXUS_NSCA_METHOD: '1',
    PLEXUS_COMMAND_FILE: at('nagios.cmd'),
    PLEXUS_COMMAND_FOLDERS: folder,
    PLEXUS_LIVESTATUS_SOCKET: at('live'),
    PLEXUS_TIMEZONE: 'Europe/Berlin',
  });
  const hostId = await localHostId(server);
  hostName = (await server.get<{ name: string }>(`/hosts/${hostId}`)).name;
  for (const name of CHECKS)
    await server.send('POST', '/checks', { hostId, name, kind: 'passive', spec: {}, maxAttempts: 1 });
  // A check is known to the door as soon as the engine has heard of it.
  const results = CHECKS.map((service) => ({ host: hostName, service, state: 'ok', output: 'OK - to begin with' }));
  await eventually('every check takes results', async () => {
    const { taken } = await server.send<{ taken: number }>('POST', '/results', { results });
    return taken === CHECKS.length || undefined;
  });
}, 120_000);
afterAll(async () => {
  await server.dispose();
  rmSync(folder, { recursive: true, force: true });
});

interface CheckRow {
  id: string;
  name: string;
  state: string;
  acknowledged: string;
  output: string;
}
const checkNamed = async (name: string): Promise<CheckRow> => {
  const { items } = await server.get<{ items: CheckRow[] }>('/checks?limit=200');
  const found = items.find((check) => check.name === name);
  if (!found) throw new Error(`there is no check ${name}`);
  return found;
};

interface AlertRow {
  check: { id: string } | null;
}

/** One alert, and only one, for the check. */
async function oneAlert(name: string): Promise<void> {
  const { id } = await eventually(`${name} is critical`, async () => {
    const check = await checkNamed(name);
    return check.state === 'critical' ? check : undefined;
  });
  const alertsOf = async () =>
    (await server.get<{ items: AlertRow[] }>('/alerts?limit=200')).items.filter(({ check }) => check?.id === id);
  await eventually(`${name} has an alert`, async () => ((await alertsOf()).length > 0 ? true : undefined));
  expect(await alertsOf()).toHaveLength(1);
}

const nrdp = (fields: Record<string, string>) =>
  fetch(new URL('/nrdp/', server.url), { method: 'POST', body: new URLSearchParams(fields) });

async function livestatus(text: string): Promise<string> {
  const socket = net.connect(at('live'));
  let answer = '';
  socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
  socket.end(text);
  await once(socket, 'close');
  return answer;
}

test('by the API, many at once, each with a verdict', async () => {
  const result = { host: hostName, service: 'by-api', state: 'critical', output: 'CRITICAL - by the API|load=9' };
  const answer = await server.send('POST', '/results', {
    results: [result, { ...result, service: 'nothing' }, { host: 'nowhere', code: 1, output: 'x' }],
  });
  expect(answer).toEqual({ taken: 1, verdicts: ['taken', 'unknown_service', 'unknown_host'] });
  await oneAlert('by-api');
  await expect(server.send('POST', '/results', { results: [{ ...result, code: 2 }] })).rejects.toThrow(
    /results\[0\]: give either state or code/,
  );
});

test('by an NRDP form, with an API token', async () => {
  const checkresult = { checkresult: { type: 'service' }, hostname: hostName, servicename: 'by-nrdp' };
  const json = JSON.stringify({ checkresults: [{ ...checkresult, state: 2, output: 'CRITICAL - by NRDP' }] });
  const refused = await nrdp({ token: 'not a token', cmd: 'submitcheck', json });
  expect(await refused.text()).toContain('BAD TOKEN');
  const taken = await nrdp({ token: TOKEN, cmd: 'submitcheck', json });
  expect([taken.status, taken.headers.get('content-type')]).toEqual([200, 'application/json; charset=utf-8']);
  expect(await taken.text()).toContain('1 checks processed.');
  await oneAlert('by-nrdp');
});

test('by a line that a shell writes into the command file, and by a file that it names', async () => {
  await written(`PROCESS_SERVICE_CHECK_RESULT;${hostName};by-file;2;CRITICAL - by the command file`);
  await oneAlert('by-file');
  const line = `[1] PROCESS_SERVICE_CHECK_RESULT;${hostName};by-process-file;2;CRITICAL - by a file\n`;
  writeFileSync(at('results'), line);
  await written(`PROCESS_FILE;${at('results')};1`);
  await oneAlert('by-process-file');
});

describeWithPeer('send_nsca', 'the real send_nsca', () => {
  test('sends a problem', async () => {
    writeFileSync(at('send_nsca.cfg'), `password=${PASSWORD}\nencryption_method=1\n`);
    const sender = spawn('/usr/sbin/send_nsca', [
      ...['-H', '127.0.0.1', '-p', String(nscaPort), '-c', at('send_nsca.cfg')],
    ]);
    sender.stdin.end(`${hostName}\tby-nsca\t2\tCRITICAL - by NSCA\n`);
    await once(sender, 'close');
    await oneAlert('by-nsca');
  });
});

test('by Livestatus, which then shows it and takes its acknowledgement', async () => {
  const nowSec = Math.floor(Date.now() / 1000);
  const result = `PROCESS_SERVICE_CHECK_RESULT;${hostName};by-livestatus;2;CRITICAL - by Livestatus`;
  await livestatus(`COMMAND [${nowSec}] ${result}\n\n`);
  await oneAlert('by-livestatus');
  const columns = 'Columns: host_name description state plugin_output acknowledged';
  const shown = () => livestatus(`GET services\nFilter: description = by-livestatus\n${columns}\n\n`);
  expect(await shown()).toBe(`${hostName};by-livestatus;2;CRITICAL - by Livestatus;0\n`);
  await livestatus(`COMMAND [${nowSec}] ACKNOWLEDGE_SVC_PROBLEM;${hostName};by-livestatus;2;0;1;anna;I have it\n\n`);
  await eventually('it is acknowledged', async () =>
    (await checkNamed('by-livestatus')).acknowledged === 'sticky' ? true : undefined,
  );
  expect(await shown()).toBe(`${hostName};by-livestatus;2;CRITICAL - by Livestatus;1\n`);
  const status = 'GET status\nColumns: program_version accept_passive_service_checks\n\n';
  expect(await livestatus(status)).toMatch(/^\d+\.\d+\.\d+;1\n$/);
});

test('what came, and for whom there is nobody, is on the self-health page', async () => {
  const { parts } = await server.get<{
    parts: { name: string; status: string; summary: string; facts: { name: string; value: string }[] }[];
  }>('/health/self');
  const part = parts.find(({ name }) => name === 'Results from outside');
  expect(part).toMatchObject({ status: 'warning', summary: expect.stringContaining('nowhere') });
  const facts = Object.fromEntries((part?.facts ?? []).map(({ name, value }) => [name, value]));
  expect(facts).toMatchObject({
    [`livestatus at ${at('live')}`]: expect.stringContaining('taken 1'),
    [`command file at ${at('nagios.cmd')}`]: 'taken 2, file 1',
    'results by nrdp': 'taken 1',
    'orders by livestatus': 'done 1',
    'for objects nobody defined': expect.stringContaining('nowhere (1)'),
  });
});
