// Facts of a site's own, from the folder of the agent to what an operator reads.

import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually, startTestServer, type TestServer } from './server.ts';

const TOKEN = 'plx_for_the_facts_tests_only';
const program = path.join(import.meta.dirname, '..', '..', 'app', 'bin', 'plexus.mjs');
let server: TestServer;

beforeAll(async () => {
  server = await startTestServer({ PLEXUS_API_TOKEN: TOKEN });
}, 60_000);
afterAll(() => server.dispose(), 30_000);

async function plexus(args: string[], environment: Record<string, string> = {}) {
  const child = spawn(process.execPath, [program, ...args], {
    env: {
      PATH: process.env['PATH'],
      PLEXUS_HOME: server.home,
      PLEXUS_HTTP_PORT: new URL(server.url).port,
      PLEXUS_API_TOKEN: TOKEN,
      ...environment,
    },
    cwd: server.home,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exit = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const [out, err, code] = await Promise.all([text(child.stdout), text(child.stderr), exit]);
  return { out, err, code };
}

test('a file and a program put into facts.d are in `plexus facts HOST` beside the built-in facts', async () => {
  const host = os.hostname();
  await eventually('the agent has reported', async () =>
    (await plexus(['facts', host])).out.includes('kernel.release') ? true : undefined,
  );
  const folder = path.join(server.home, 'agent', 'facts.d');
  mkdirSync(folder, { mode: 0o755 });
  writeFileSync(path.join(folder, 'rack.yaml'), 'rack:\n  row: 4\n');
  writeFileSync(path.join(folder, 'broken.json'), '{');
  writeFileSync(path.join(folder, 'x.sh'), '#!/bin/sh\necho tier=gold\n');
  chmodSync(path.join(folder, 'x.sh'), 0o755);
  const shown = await eventually(
    'the facts are shown',
    async () => {
      const { out } = await plexus(['facts', host.toUpperCase(), '--source']);
      return out.includes('tier') ? out : undefined;
    },
    60_000,
  );
  expect(shown).toMatch(/^rack\.row +4 +\(rack\.yaml\)$/m);
  expect(shown).toMatch(/^tier +gold +\(x\.sh\)$/m);
  expect(shown).toMatch(/^hostname .*\(built-in\)$/m);
  expect(shown).toMatch(/^facts\.problem\.broken\.json +is not JSON.*\(broken\.json\)$/m);
  const json: unknown = JSON.parse((await plexus(['facts', host, '-o', 'json'])).out);
  expect(json).toMatchObject({
    host: { name: host },
    facts: expect.arrayContaining([{ name: 'rack.row', value: 4, source: 'rack.yaml' }]) as unknown,
  });
}, 120_000);

test.each<[string, string[], Record<string, string>, number, RegExp]>([
  ['an unknown host', ['facts', 'no-such-host'], {}, 1, /There is no host "no-such-host"/],
  ['a token that is refused', ['facts', 'x'], { PLEXUS_API_TOKEN: 'plx_another_token_of_nobody' }, 1, /plexus: \S+/],
  ['no token', ['facts', 'x'], { PLEXUS_API_TOKEN: '' }, 2, /PLEXUS_API_TOKEN/],
  ['no server there', ['facts', 'x'], { PLEXUS_HTTP_PORT: '1' }, 1, /127\.0\.0\.1:1 does not answer/],
  ['an unknown format', ['facts', 'x', '-o', 'xml'], {}, 2, /"xml" is not accepted/],
])('%s ends with its exit code and a reason', async (_what, args, environment, code, reason) => {
  const end = await plexus(args, environment);
  expect(end.err).toMatch(reason);
  expect(end.code).toBe(code);
});

test('hosts of one name are listed with their ids', async () => {
  const ids: string[] = [];
  for (const cluster of ['east', 'west']) ids.push(await addHost({ name: 'twin', cluster }));
  const { err, code } = await plexus(['facts', 'twin']);
  expect(code).toBe(2);
  for (const id of ids) expect(err).toContain(id);
  expect((await plexus(['facts', ids[0] ?? ''])).code).toBe(0);
});

async function addHost(host: { name: string; cluster: string }): Promise<string> {
  const response = await fetch(`${server.url}/api/v1/hosts`, {
    method: 'POST',
    headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
    body: JSON.stringify(host),
    signal: AbortSignal.timeout(10_000),
  });
  const body: unknown = await response.json();
  if (typeof body !== 'object' || body === null || !('id' in body)) throw new Error(JSON.stringify(body));
  return String(body.id);
}
