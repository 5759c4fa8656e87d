// The command file as programs use it: a FIFO that shells echo into, a plain file that is
// appended to, files named by PROCESS_FILE, and lines that are none.

import { execFile } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { createCommandFile, type CommandFileOptions } from '#checks/passive/command-file.ts';
import { AppError } from '#kernel/errors.ts';
import type { LogFields } from '#kernel/log.ts';
import { silentLogger } from '#kernel/log.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { recordingDoor } from './passive-door.ts';

// Not the synchronous kind: a full FIFO would wait for a reader that waits for the shell.
const run = promisify(execFile);

function folderOfTest(): string {
  const folder = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'plexus-command-')));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

async function openCommandFile(options: Partial<CommandFileOptions> & { folder?: string } = {}) {
  const { folder = folderOfTest(), ...rest } = options;
  const file = path.join(folder, 'nagios.cmd');
  const clock = new FakeClock();
  const door = recordingDoor();
  const warnings: [string, LogFields?][] = [];
  const log = { ...silentLogger, warn: (...line: [string, LogFields?]) => void warnings.push(line) };
  const commandFile = createCommandFile({ clock, log, door }, { path: file, mode: 'fifo', ...rest });
  await commandFile.start(new AbortController().signal);
  let isStopped = false;
  const stop = async () => {
    if (!isStopped) await commandFile.stop();
    isStopped = true;
  };
  onTestFinished(stop);
  const shell = (script: string) => run('/bin/sh', ['-c', script], { env: { FILE: file } });
  return { folder, file, clock, door, warnings, commandFile, stop, shell };
}

const RESULT = 'PROCESS_SERVICE_CHECK_RESULT;web-1;http;1;slow';

test('what shells echo into the FIFO arrives in order', async () => {
  const { door, commandFile, shell, clock } = await openCommandFile();
  await shell(
    `echo '[1700000000] ${RESULT}' > "$FILE"; echo '[1700000001] PROCESS_HOST_CHECK_RESULT;db;0;UP' > "$FILE"`,
  );
  await shell(`echo '[9999999999] REMOVE_SVC_ACKNOWLEDGEMENT;web-1;http' > "$FILE"`);
  await expect.poll(() => commandFile.counts()).toEqual({ taken: 2, command: 1 });
  expect(door.results).toEqual([
    { hostName: 'web-1', serviceName: 'http', code: 1, output: 'slow', atMs: 1_700_000_000_000, via: 'command_file' },
    { hostName: 'db', code: 0, output: 'UP', atMs: 1_700_000_001_000, via: 'command_file' },
  ]);
  expect(door.commands).toMatchObject([{ command: { kind: 'remove_acknowledgement' }, via: 'command_file' }]);
  // A stamp from the future is no better than now.
  await shell(`echo '[9999999999] ${RESULT}' > "$FILE"`);
  await expect.poll(() => door.results.at(-1)?.atMs).toBe(clock.nowMs());
});

test('a line that is written in two halves is one line', async () => {
  const { commandFile, shell } = await openCommandFile();
  await shell(`{ printf '[1] PROCESS_HOST_CHECK'; printf '_RESULT;db;0;UP\\n[1] ${RESULT}\\n'; } > "$FILE"`);
  await expect.poll(() => commandFile.counts()).toEqual({ taken: 2 });
});

test('nonsense, unknown names, strangers and endless lines are counted, each unknown name logged once', async () => {
  const { commandFile, shell, warnings } = await openCommandFile();
  await shell(
    `printf 'hello\\n\\n[1] NOPE;x\\n[2] nope;y\\n[3] SCHEDULE_SVC_CHECK;a;b;c\\n[4] PROCESS_HOST_CHECK_RESULT;who;0;x\\n' > "$FILE"`,
  );
  await shell(`{ head -c 200000 /dev/zero | tr '\\0' x; printf '\\n[1] ${RESULT}\\n'; } > "$FILE"`);
  await expect
    .poll(() => commandFile.counts())
    .toEqual({ no_time: 1, unknown_command: 2, wrong_time: 1, unknown_host: 1, line_too_long: 1, taken: 1 });
  expect(warnings).toEqual([['unknown external command', { via: 'command_file', name: 'NOPE' }]]);
});

test('a command that fails is counted and does not stop the next', async () => {
  const { door, commandFile, shell } = await openCommandFile();
  door.command = () => Promise.reject(new Error('the database is away'));
  await shell(`printf '[1] ENABLE_NOTIFICATIONS\\n[1] ${RESULT}\\n' > "$FILE"`);
  await expect.poll(() => commandFile.counts()).toEqual({ command_failed: 1, taken: 1 });
});

test('the same refusal is told once and counted each time', async () => {
  const { door, commandFile, shell, warnings } = await openCommandFile();
  door.command = () => Promise.reject(new AppError('unknown_host', 'There is no host "x".', { status: 404 }));
  await shell(`printf '[1] ENABLE_HOST_CHECK;x\n[1] ENABLE_HOST_CHECK;x\n[1] DISABLE_HOST_CHECK;x\n' > "$FILE"`);
  await expect.poll(() => commandFile.counts()).toEqual({ unknown_host: 3 });
  const named = (name: string) => [
    'an external command failed',
    expect.objectContaining({ name, code: 'unknown_host' }),
  ];
  expect(warnings).toEqual([named('ENABLE_HOST_CHECK'), named('DISABLE_HOST_CHECK')]);
});

test('writers wait while a command is carried out, and nothing is lost', async () => {
  const { door, commandFile, shell } = await openCommandFile();
  const gate = Promise.withResolvers<void>();
  door.command = () => gate.promise;
  await shell(`{ echo '[1] ENABLE_NOTIFICATIONS'; for i in 1 2 3; do echo '[1] ${RESULT}'; done; } > "$FILE"`);
  await expect.poll(() => door.results.length).toBe(0);
  gate.resolve();
  await expect.poll(() => commandFile.counts()).toEqual({ command: 1, taken: 3 });
});

test('a FIFO of our own making goes when we stop; one that was there stays; any other file is left alone', async () => {
  const ours = await openCommandFile();
  expect(statSync(ours.file).isFIFO()).toBe(true);
  await ours.stop();
  expect(existsSync(ours.file)).toBe(false);
  const folder = folderOfTest();
  await run('mkfifo', [path.join(folder, 'nagios.cmd')]);
  const theirs = await openCommandFile({ folder });
  await theirs.stop();
  expect(existsSync(theirs.file)).toBe(true);
  const taken = folderOfTest();
  writeFileSync(path.join(taken, 'nagios.cmd'), 'precious');
  await expect(openCommandFile({ folder: taken })).rejects.toMatchObject({ code: 'command_file_taken' });
});

test('a plain file is read from where it ended at the start, and from its beginning when it was replaced', async () => {
  const folder = folderOfTest();
  writeFileSync(path.join(folder, 'nagios.cmd'), `[1] PROCESS_HOST_CHECK_RESULT;db;0;old\n`);
  const { file, clock, door, commandFile } = await openCommandFile({ folder, mode: 'file' });
  appendFileSync(file, `[1] ${RESULT}\n[1] PROCESS_HOST`);
  clock.advance(1000);
  await expect.poll(() => commandFile.counts()).toEqual({ taken: 1 });
  appendFileSync(file, '_CHECK_RESULT;db;1;down\n');
  clock.advance(1000);
  await expect.poll(() => commandFile.counts()).toEqual({ taken: 2 });
  writeFileSync(file, '[1] PROCESS_HOST_CHECK_RESULT;db;0;x\n');
  clock.advance(1000);
  await expect.poll(() => door.results.map(({ output }) => output)).toEqual(['slow', 'down', 'x']);
});

test('PROCESS_FILE reads and deletes files of the given folders only, and none within another', async () => {
  const root = folderOfTest();
  const spool = path.join(root, 'spool');
  mkdirSync(spool);
  const inside = path.join(spool, 'results');
  const outside = path.join(root, 'secret');
  writeFileSync(inside, `[1] ${RESULT}\n[1] PROCESS_FILE;${inside};0\n[1] ${RESULT} again`);
  writeFileSync(outside, `[1] ${RESULT}\n`);
  symlinkSync(outside, path.join(spool, 'link'));
  const { commandFile, shell, door } = await openCommandFile({ folders: [spool] });
  for (const file of [outside, path.join(spool, 'link'), `${spool}/../secret`, `${spool}/none`, spool])
    await shell(`echo '[1] PROCESS_FILE;${file};1' > "$FILE"`);
  await expect.poll(() => commandFile.counts()).toEqual({ file_not_allowed: 4, file_not_readable: 1 });
  expect(existsSync(outside)).toBe(true);
  await shell(`echo '[1] PROCESS_FILE;${inside};1' > "$FILE"`);
  await expect.poll(() => commandFile.counts()).toMatchObject({ file: 1, nested_file: 1, taken: 2 });
  expect(existsSync(inside)).toBe(false);
  expect(door.results.map(({ output }) => output)).toEqual(['slow', 'slow again']);
});
