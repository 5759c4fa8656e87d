// Desired state on real files in a folder of the test, and on a real child process.

import { spawnSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { applyDesiredState } from '#agent/desired-state/apply-desired-state.ts';
import { decodeDesiredStateRequest } from '#agent/desired-state/decode-catalog.ts';
import { createCommandRunner } from '#agent/desired-state/run-command.ts';
import { unifiedDiff } from '#agent/desired-state/unified-diff.ts';
import { systemClock } from '#kernel/clock.ts';
import type { CatalogItem, DesiredStateMode } from '#kernel/domain/desired-state.ts';
import { peerPath } from '#test/support/peer.ts';

let folder: string;
beforeEach(() => (folder = mkdtempSync(path.join(os.tmpdir(), 'plexus-state-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const motd = (change: Partial<CatalogItem & { kind: 'file' }> = {}): CatalogItem => ({
  desiredStateId: 'd1',
  version: 3,
  name: 'motd',
  kind: 'file',
  path: path.join(folder, 'motd'),
  content: 'welcome\n',
  mode: '0640',
  ...change,
});

async function apply(item: CatalogItem, mode: DesiredStateMode) {
  const [result] = await applyDesiredState([item], mode, {
    clock: systemClock(),
    backupDir: path.join(folder, 'backups'),
    signal: new AbortController().signal,
    hasSystemd: false,
  });
  if (result === undefined) throw new Error('no result');
  return result;
}

const modeOf = (file: string) => (lstatSync(file).mode & 0o7777).toString(8);

describe('file', () => {
  const target = () => path.join(folder, 'motd');

  test('a missing file is told and not made, unless it is to be enforced', async () => {
    expect(await apply(motd(), 'report')).toMatchObject({ status: 'drifted', changed: false, version: 3 });
    expect(existsSync(target())).toBe(false);
    expect(await apply(motd(), 'enforce')).toMatchObject({ status: 'in_sync', changed: true });
    expect(readFileSync(target(), 'utf8')).toBe('welcome\n');
    expect(modeOf(target())).toBe('640');
    expect(await apply(motd(), 'enforce')).toMatchObject({ status: 'in_sync', changed: false });
  });

  test('other content is shown as a diff, put right, and the former file kept', async () => {
    writeFileSync(target(), 'hello\n', { mode: 0o640 });
    const report = await apply(motd(), 'report');
    expect(report.summary).toContain('the content differs');
    expect(report.diff).toContain('-hello\n+welcome\n');
    await apply(motd(), 'enforce');
    const [backup = ''] = readdirSync(path.join(folder, 'backups'));
    expect(readFileSync(path.join(folder, 'backups', backup), 'utf8')).toBe('hello\n');
    expect(modeOf(path.join(folder, 'backups', backup))).toBe('600');
    expect(readdirSync(folder).sort()).toEqual(['backups', 'motd']);
  });

  test('a wrong mode alone is drift', async () => {
    writeFileSync(target(), 'welcome\n');
    expect((await apply(motd({ mode: '0600' }), 'report')).summary).toMatch(/the mode is 0644, not 0600/);
  });

  test('a symbolic link is refused, and its target is left alone', async () => {
    const precious = path.join(folder, 'precious');
    writeFileSync(precious, 'precious');
    symlinkSync(precious, target());
    expect(await apply(motd(), 'enforce')).toMatchObject({ status: 'failed', changed: false });
    expect(readFileSync(precious, 'utf8')).toBe('precious');
  });

  test('a folder in the way, an unknown user, a missing folder: each fails with its reason', async () => {
    expect((await apply(motd({ path: folder }), 'enforce')).summary).toContain('not a regular file');
    expect((await apply(motd({ owner: 'nobody-of-that-name' }), 'enforce')).summary).toContain('there is no user');
    expect((await apply(motd({ path: path.join(folder, 'no', 'motd') }), 'enforce')).status).toBe('failed');
  });

  test('only the last five former versions are kept', async () => {
    for (let i = 0; i < 8; i++) {
      await apply(motd({ content: `version ${i}\n` }), 'enforce');
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
    expect(readdirSync(path.join(folder, 'backups')).length).toBeLessThanOrEqual(5);
  });

  test('one item that fails does not stop the next', async () => {
    const results = await applyDesiredState([motd({ path: folder }), motd()], 'enforce', {
      clock: systemClock(),
      backupDir: path.join(folder, 'backups'),
      signal: new AbortController().signal,
    });
    expect(results.map(({ status }) => status)).toEqual(['failed', 'in_sync']);
  });
});

describe('service', () => {
  const service = (change: Partial<CatalogItem & { kind: 'service' }> = {}): CatalogItem => ({
    desiredStateId: 'd2',
    version: 1,
    name: 'web',
    kind: 'service',
    service: 'web',
    running: true,
    statusCommand: ['test', '-e', path.join(folder, 'web.pid')],
    startCommand: ['touch', path.join(folder, 'web.pid')],
    stopCommand: ['rm', path.join(folder, 'web.pid')],
    ...change,
  });

  test('one that does not run is told, started, and looked at again', async () => {
    expect(await apply(service(), 'report')).toMatchObject({ status: 'drifted', summary: 'web is not running' });
    expect(await apply(service(), 'enforce')).toMatchObject({ status: 'in_sync', changed: true });
    expect(await apply(service({ running: false }), 'enforce')).toMatchObject({ status: 'in_sync', changed: true });
    expect(existsSync(path.join(folder, 'web.pid'))).toBe(false);
  });

  test('a start command that fails says so with its output', async () => {
    const result = await apply(service({ startCommand: ['sh', '-c', 'echo no licence; exit 3'] }), 'enforce');
    expect(result).toMatchObject({ status: 'failed' });
    expect(result.summary).toContain('exit code 3: no licence');
  });

  test('without systemd and without a status command it cannot be judged', async () => {
    const item = service();
    if (item.kind === 'service') delete item.statusCommand;
    expect(await apply(item, 'report')).toMatchObject({ status: 'failed' });
  });
});

describe('command', () => {
  const run = createCommandRunner(systemClock());
  const signal = new AbortController().signal;

  test('a daemon that keeps its output open does not keep us waiting', async () => {
    const end = await run(['sh', '-c', 'echo up; (exec sleep 30) & exit 0'], { timeoutMs: 5000, signal });
    expect(end).toEqual({ exitCode: 0, output: 'up' });
  });

  test('a hanging command is killed with its children and says why', async () => {
    const end = await run(['sh', '-c', 'sleep 60; true'], { timeoutMs: 100, signal });
    expect(end).toMatchObject({ exitCode: null, problem: 'it took longer than 0.1 s' });
  });

  test('a program that is not there is a problem, not an exception', async () => {
    expect(await run(['/no/such/program'], { timeoutMs: 1000, signal })).toMatchObject({ exitCode: null });
  });
});

describe('request body', () => {
  const item = { desiredStateId: 'd', version: 1, name: 'n' };
  const refused: [string, unknown][] = [
    ['no object', 7],
    ['an unknown mode', { mode: 'destroy', items: [] }],
    ['an unknown kind', { mode: 'report', items: [{ ...item, kind: 'package' }] }],
    [
      'a relative path',
      { mode: 'report', items: [{ ...item, kind: 'file', path: 'etc/x', content: '', mode: '0644' }] },
    ],
    [
      'a path that climbs',
      { mode: 'report', items: [{ ...item, kind: 'file', path: '/a/../etc/x', content: '', mode: '0644' }] },
    ],
    ['a set-uid mode', { mode: 'report', items: [{ ...item, kind: 'file', path: '/x', content: '', mode: '4755' }] }],
    [
      'a service that reads as an option',
      { mode: 'report', items: [{ ...item, kind: 'service', service: '--now', running: true }] },
    ],
    [
      'a command line instead of arguments',
      { mode: 'report', items: [{ ...item, kind: 'service', service: 'x', running: true, startCommand: 'rm -rf /' }] },
    ],
  ];
  for (const [what, body] of refused)
    test(`${what} is refused`, () => expect(decodeDesiredStateRequest(body).ok).toBe(false));

  test('fields that nobody knows are dropped', () => {
    const decoded = decodeDesiredStateRequest({
      mode: 'enforce',
      items: [{ ...item, kind: 'service', service: 'ssh', running: true, run: 'me' }],
    });
    expect(decoded).toEqual({
      ok: true,
      value: { mode: 'enforce', items: [{ ...item, kind: 'service', service: 'ssh', running: true }] },
    });
  });
});

describe('unified diff', () => {
  const names = { from: 'a', to: 'b' };

  test('equal texts have none; a change has three lines of context', () => {
    expect(unifiedDiff('x\n', 'x\n', names, 1000)).toBe('');
    const before = ['1', '2', '3', '4', '5', '6', '7', '8', ''].join('\n');
    expect(unifiedDiff(before, before.replace('5', 'five'), names, 1000)).toBe(
      '--- a\n+++ b\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n',
    );
  });

  test('a missing newline at the end is told as diff tells it', () => {
    expect(unifiedDiff('x', 'x\n', names, 1000)).toBe(
      '--- a\n+++ b\n@@ -1 +1 @@\n-x\n\\ No newline at end of file\n+x\n',
    );
  });

  test('a long diff is cut and says so', () => {
    const diff = unifiedDiff('', 'line\n'.repeat(50_000), names, 65_536);
    expect(Buffer.byteLength(diff)).toBeLessThanOrEqual(65_536);
    expect(diff).toMatch(/more lines were left out\n$/);
  });

  test.skipIf(peerPath('patch') === undefined)('patch makes the one file of the other with it', () => {
    const text = fc
      .array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 30 })
      .map((lines) => lines.map((l) => `${l}\n`).join(''));
    fc.assert(
      fc.property(text, text, (before, after) => {
        const diff = unifiedDiff(before, after, names, 1_000_000);
        if (before === after) return diff === '';
        const file = path.join(folder, 'patched');
        writeFileSync(file, before);
        const patched = spawnSync('patch', ['--quiet', '--force', '--batch', file], { input: diff, cwd: folder });
        const result = existsSync(file) ? readFileSync(file, 'utf8') : '';
        return patched.status === 0 && result === after;
      }),
      { numRuns: 60 },
    );
  });
});
