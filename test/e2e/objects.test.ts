// Monitoring objects from the command line, against a real server: import, apply, diff, export.

import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestServer, type TestServer } from './server.ts';

const TOKEN = 'plx_for_the_objects_tests_only';
const program = path.join(import.meta.dirname, '..', '..', 'app', 'bin', 'plexus.mjs');
let server: TestServer;

beforeAll(async () => {
  server = await startTestServer({ PLEXUS_API_TOKEN: TOKEN });
}, 60_000);
afterAll(() => server.dispose(), 30_000);

async function plexus(...args: string[]) {
  const child = spawn(process.execPath, [program, ...args], {
    env: {
      PATH: process.env['PATH'],
      PLEXUS_HOME: server.home,
      PLEXUS_HTTP_PORT: new URL(server.url).port,
      PLEXUS_API_TOKEN: TOKEN,
    },
    cwd: server.home,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exit = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const [out, err, code] = await Promise.all([text(child.stdout), text(child.stderr), exit]);
  return { out, err, code };
}

function write(file: string, content: string): string {
  const whole = path.join(server.home, file);
  mkdirSync(path.dirname(whole), { recursive: true });
  writeFileSync(whole, content);
  return whole;
}

test('a Nagios configuration: a dry run, a refusal, the good rest, and then nothing to do', async () => {
  const main = write('nagios/nagios.cfg', 'cfg_dir=objects\ncfg_dir=empty\nresource_file=private/resource.cfg\n');
  mkdirSync(path.join(server.home, 'nagios/empty'));
  write('nagios/private/resource.cfg', '$USER1$=/usr/lib/nagios/plugins\n');
  const objects = write(
    'nagios/objects/a.cfg',
    `define command{\n  command_name dummy\n  command_line $USER1$/check_dummy $ARG1$\n}
define host{\n  host_name shop\n  address 127.0.0.1\n  max_check_attempts 2\n  check_command dummy!0\n}
define service{\n  host_name shop\n  service_description disk\n  check_command dummy!0\n}
define service{\n  host_name shop\n  service_description lost\n  check_command nothing\n}\n`,
  );
  const dry = await plexus('import', 'nagios', main, '--dry-run', '--accept-rest');
  expect([dry.err, dry.code]).toEqual(['', 1]);
  expect(dry.out).toContain(`${objects}:`);
  expect(dry.out).toContain('Nothing was written: this is a dry run.');
  const refused = await plexus('import', 'nagios', main);
  expect([refused.code, refused.out]).toEqual([1, expect.stringContaining('Refused: nothing was written.')]);
  const taken = await plexus('import', 'nagios', main, '--accept-rest');
  expect([taken.code, taken.out]).toEqual([1, expect.stringContaining('Applied.')]);
  expect(taken.out).toMatch(/^\+ check shop\/disk$/m);
  expect(taken.out).not.toContain('check shop/lost');
  const again = await plexus('import', 'nagios', main, '--accept-rest', '-o', 'json');
  expect(JSON.parse(again.out)).toMatchObject({
    outcome: 'applied',
    changes: { checks: { counts: { created: 0, changed: 0, deleted: 0, unchanged: 2 } } },
  });
}, 60_000);

test('documents: diff tells by its exit code, apply makes it so, export applies back to the same, prune deletes', async () => {
  write(
    'site/hosts/web.yaml',
    'kind: Host\nmetadata: {name: web-1}\nspec: {address: 127.0.0.1, vars: {SITE: ams}}\n---\n' +
      'kind: Host\nmetadata: {name: web-2}\nspec: {address: 127.0.0.2}\n',
  );
  const services = write(
    'site/services.yml',
    'kind: Service\nmetadata: {name: ssh}\nspec:\n  applyTo: {where: [{name: "web-*"}]}\n' +
      '  check: {kind: tcp, settings: {port: 22}}\n  interval: 5m\n',
  );
  const different = await plexus('diff', '-f', 'site');
  expect([different.err, different.code]).toEqual(['', 2]);
  expect(different.out).toMatch(/^\+ check web-2\/ssh$/m);
  expect(await plexus('apply', '-f', 'site')).toMatchObject({ code: 0, out: expect.stringContaining('Applied.') });
  expect(await plexus('diff', '-f', 'site')).toEqual({ code: 0, out: '', err: '' });

  const exported = await plexus('export');
  write('exported.yaml', exported.out);
  expect(await plexus('diff', '-f', 'exported.yaml', '--prune')).toEqual({ code: 0, out: '', err: '' });

  writeFileSync(services, exported.out.split('---\n').at(-1) ?? '');
  write('site/hosts/web.yaml', 'kind: Host\nmetadata: {name: web-1}\nspec: {address: 127.0.0.1, vars: {SITE: waw}}\n');
  const changed = await plexus('apply', '-f', 'site', '--prune');
  expect(changed.out).toMatch(/^- host web-2 {2}\(hosts\/web\.yaml:5\)$/m);
  expect(changed.out).toMatch(/^ {4}details\.vars: \{"SITE":"ams"\} → \{"SITE":"waw"\}$/m);
  expect(changed.out).toContain('1 hosts have no objects any more and stay in the inventory');
}, 60_000);

test('a document with mistakes is refused with each at its line', async () => {
  const file = write(
    'bad.yaml',
    'kind: Servce\nmetadata: {name: x}\n---\nkind: Host\nmetadata: {name: y}\nspec: {adress: 1}\n',
  );
  const refused = await plexus('apply', '-f', file, '--set', 'apply:bad');
  expect(refused.code).toBe(1);
  expect(refused.out).toMatch(/^bad\.yaml:1 .*Did you mean Service\?/m);
  expect(refused.out).toMatch(/^bad\.yaml:6 .*Did you mean spec\.address\?/m);
  expect(await plexus('apply', '-f', 'not-there.yaml')).toMatchObject({ code: 2, err: expect.stringContaining('-f:') });
}, 60_000);
