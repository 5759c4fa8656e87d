// Plugins as they misbehave: hanging, flooding, dying, leaving children behind. Each
// is a real process; nothing of it may be left, and the check always gets its answer.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { systemClock } from '#kernel/clock.ts';
import { silentLogger } from '#kernel/log.ts';
import { createPluginKind } from '#checks/kinds/plugin.ts';
import { createPluginRunner } from '#checks/plugin-runner/plugin-runner.ts';
import { describeWithPeer, peerPath } from '../../support/peer.ts';
import { untilGone } from '../plugin-runner/process-watch.ts';
import { runKind, type KindRun } from './run-kind.ts';

const runner = createPluginRunner({ clock: systemClock(), log: silentLogger });
const pluginKind = createPluginKind(runner);
const scratch = mkdtempSync(path.join(os.tmpdir(), 'plexus-plugin-'));
afterAll(async () => {
  await runner.stop();
  rmSync(scratch, { recursive: true });
});

const shell = (script: string, run: KindRun = {}, settings: Record<string, unknown> = {}) =>
  runKind(pluginKind, { command: ['/bin/sh', '-c', script], ...settings }, run);

const verdicts: [string, string, Record<string, unknown>][] = [
  [
    'exit 0 is OK',
    'echo "all good | a=1"; echo more',
    { state: 'ok', output: 'all good', longOutput: 'more', perfdata: 'a=1' },
  ],
  ['exit 1 is WARNING', 'echo hm; exit 1', { state: 'warning', output: 'hm' }],
  ['exit 2 is CRITICAL', 'echo bad; exit 2', { state: 'critical', output: 'bad' }],
  ['exit 3 is UNKNOWN', 'echo what; exit 3', { state: 'unknown', output: 'what' }],
  ['no output at all', 'exit 0', { state: 'ok', output: '(No output on stdout) stderr:' }],
  [
    'words on stderr only',
    'echo oops >&2; exit 2',
    { state: 'critical', output: '(No output on stdout) stderr: oops' },
  ],
  [
    'an exit code out of bounds',
    'echo weird; exit 5',
    { state: 'unknown', output: '(Exit code 5 is out of bounds) weird' },
  ],
  [
    'what it calls does not exist',
    '/nonexistent/tool',
    { state: 'unknown', output: expect.stringContaining('may not exist') },
  ],
  [
    'shot by a signal after a good word',
    'echo OK; kill -9 $$',
    { state: 'unknown', output: '(Plugin was killed by SIGKILL) OK' },
  ],
  ['binary output', 'printf "OK \\000\\351|a=1"', { state: 'ok', output: 'OK \uFFFD\uFFFD', perfdata: 'a=1' }],
  ['nothing to read on stdin', 'read line || echo "stdin is closed"', { state: 'ok', output: 'stdin is closed' }],
  ['no environment of the server', 'env | sort | tr "\\n" " "', { output: expect.not.stringContaining('HOME=') }],
];
test.each(verdicts)('%s', async (_, script, expected) => {
  expect(await shell(script)).toMatchObject(expected);
});

test('a program that is not there is UNKNOWN with the reason', async () => {
  const result = await runKind(pluginKind, { command: ['/nonexistent/plugin'] });
  expect(result).toMatchObject({ state: 'unknown', output: expect.stringMatching(/could not be started.*ENOENT/) });
});

test('imported objects keep CRITICAL where the plugin gives no state', async () => {
  const settings = { failureState: 'critical' };
  expect(await runKind(pluginKind, { command: ['/nonexistent/plugin'], ...settings })).toMatchObject({
    state: 'critical',
  });
  expect(await shell('sleep 30', { timeoutMs: 100 }, settings)).toMatchObject({ state: 'critical' });
  expect(await shell('exit 4', {}, settings)).toMatchObject({ state: 'critical' });
});

test('a plugin that hangs is killed with its children, and says how far it came', async () => {
  const pidFile = path.join(scratch, 'hang.pid');
  const result = await shell(`echo before; sleep 60 & echo $! > ${pidFile}; wait`, { timeoutMs: 300 });
  expect(result).toMatchObject({ state: 'unknown', output: '(Check timed out after 0.3 seconds) before' });
  await untilGone(Number(readFileSync(pidFile, 'utf8')));
});

test('a plugin that leaves a child holding its output does not block, and the child ends with it', async () => {
  const pidFile = path.join(scratch, 'holder.pid');
  const result = await shell(`echo "OK left one behind"; sleep 60 & echo $! > ${pidFile}; exit 0`, { timeoutMs: 4000 });
  expect(result).toMatchObject({ state: 'ok', output: 'OK left one behind' });
  await untilGone(Number(readFileSync(pidFile, 'utf8')));
});

test('a flood of output is stopped', async () => {
  const result = await shell('exec yes', { timeoutMs: 20_000 });
  expect(result).toMatchObject({ state: 'unknown', output: expect.stringContaining('wrote more than 4 MB') });
});

test('100 KB in one line is cut, not refused', async () => {
  const result = await shell('printf "OK "; head -c 100000 /dev/zero | tr "\\000" x');
  expect(result).toMatchObject({ state: 'ok', output: expect.stringMatching(/^OK x{65533}$/) });
});

test('a process that is stopping aborts the plugin and has no result', async () => {
  const stop = new AbortController();
  const run = shell('sleep 60', { stopping: stop.signal });
  stop.abort();
  expect(await run).toBe('stopped');
});

test('names of hosts are arguments, never commands', async () => {
  const command = ['/bin/sh', '-c', 'echo "$1 at $2"', 'sh', '$HOSTNAME$', '$HOSTADDRESS$'];
  const result = await runKind(pluginKind, { command }, { hostName: '$(reboot) `id`', address: '192.0.2.7' });
  expect(result).toMatchObject({ output: '$(reboot) `id` at 192.0.2.7' });
});

test('a command line of Nagios is split into words; what comes from the host stays in its word', async () => {
  const spec = {
    commandLine: '/usr/bin/printf \'<%s>\' $HOSTNAME$ $ARG1$ "$ARG2$" $ARG3$',
    arguments: ['-a b', 'c d'],
  };
  const result = await runKind(pluginKind, spec, { hostName: '$(reboot); `id` | x' });
  expect(result).toMatchObject({ output: '<$(reboot): `id`', perfdata: 'x><-a><b><c d>' });
});

test('a shell reads a command line only where it is asked for, and names of hosts are never commands', async () => {
  const spec = { commandLine: 'echo "$HOSTNAME$" $ARG1$ | tr a-z A-Z', arguments: ['x'] };
  const host = { hostName: 'web"; $(echo no) `id`' };
  expect(await runKind(pluginKind, { ...spec, shell: true }, host)).toMatchObject({
    output: 'WEB": $(ECHO NO) `ID` X',
  });
  expect(pluginKind.prepare(spec)).toMatchObject({
    problems: [{ path: '/commandLine', message: expect.stringContaining('needs a shell because of "|"') }],
  });
});

test('variables of the settings reach the plugin, with macros filled in', async () => {
  const env = { NAGIOS_HOSTADDRESS: '$HOSTADDRESS$' };
  const result = await runKind(pluginKind, { command: ['/usr/bin/printenv', 'NAGIOS_HOSTADDRESS'], env });
  expect(result).toMatchObject({ output: '127.0.0.1' });
});

test('a line that is no program once it is filled in is not started, with the reason', async () => {
  expect(await runKind(pluginKind, { commandLine: '$ARG1$' })).toMatchObject({
    state: 'unknown',
    output: '(Plugin could not be started: no program: the first word of the line is empty)',
  });
});

test('a run that no runner could bring to its end is UNKNOWN, also where failures are CRITICAL', async () => {
  expect(await shell('kill -9 $PPID; sleep 9', {}, { failureState: 'critical' })).toMatchObject({
    state: 'unknown',
    output: '(Plugin could not be run to its end: its runner was killed by SIGKILL)',
  });
});

const refused: [string, unknown, string][] = [
  ['no command', {}, ''],
  ['an empty command', { command: [] }, '/command'],
  ['a program without its path', { command: ['check_disk'] }, '/command/0'],
  ['a NUL in an argument', { command: ['/bin/echo', 'a\0b'] }, '/command/1'],
  ['a setting that does not exist', { command: ['/bin/true'], color: true }, '/color'],
  ['two ways to say what is run', { command: ['/bin/true'], commandLine: '/bin/true' }, '/commandLine'],
  ['a shell for words', { command: ['/bin/true'], shell: true }, '/shell'],
  ['arguments without a line', { command: ['/bin/true'], arguments: ['a'] }, '/arguments'],
  ['a quote that is not closed', { commandLine: "/bin/echo 'a" }, '/commandLine'],
  ['a variable that is no name', { command: ['/bin/true'], env: { 'A=B': 'c' } }, '/env'],
];
test.each(refused)('%s is refused when the check is saved', (_, spec, where) => {
  const prepared = pluginKind.prepare(spec);
  expect(prepared).toMatchObject({ ok: false, problems: [expect.objectContaining({ path: where })] });
});

describeWithPeer(['check_dummy', 'check_disk', 'check_load'], 'real plugins', () => {
  const plugin = (name: string, ...args: string[]) =>
    runKind(pluginKind, { command: [peerPath(name) ?? name, ...args] }, { timeoutMs: 10_000 });

  test.each([
    [0, 'ok'],
    [1, 'warning'],
    [2, 'critical'],
    [3, 'unknown'],
  ])('check_dummy %d is %s', async (code, state) => {
    expect(await plugin('check_dummy', String(code), 'said so')).toMatchObject({
      state,
      output: expect.stringContaining('said so'),
    });
  });

  test('check_disk and check_load give perfdata', async () => {
    expect(await plugin('check_disk', '-w', '0%', '-c', '0%', '-p', '/')).toMatchObject({
      perfdata: expect.stringMatching(/^\/=/),
    });
    expect(await plugin('check_load', '-w', '900,900,900', '-c', '999,999,999')).toMatchObject({
      state: 'ok',
      perfdata: expect.stringContaining('load5='),
    });
  });
});
