// What every runner promises of a plugin's process, put to each of them with real
// processes: the same scripts, the same ends.

import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { systemClock } from '#kernel/clock.ts';
import { silentLogger } from '#kernel/log.ts';
import type { ProcessEnd } from '#checks/plugin-runner/process-end.ts';
import { createPluginRunner } from '#checks/plugin-runner/plugin-runner.ts';
import { RUNNER_PROGRAMS } from '#checks/plugin-runner/runner-programs.ts';
import { numberIn, untilGone } from './process-watch.ts';

const scratch = mkdtempSync(path.join(os.tmpdir(), 'plexus-runner-'));
afterAll(() => rmSync(scratch, { recursive: true }));

const never = new AbortController().signal;

describe.each(RUNNER_PROGRAMS)('a runner in $name', (program) => {
  const runner = createPluginRunner(
    { clock: systemClock(), log: silentLogger },
    { runners: 1, maxRunningEach: 32, programs: [program] },
  );
  afterAll(() => runner.stop());
  const file = (name: string): string => path.join(scratch, `${program.name}-${name}`);

  const run = (argv: string[], env?: Record<string, string>) => runner.run({ argv, ...(env && { env }) }, never);
  const sh = (script: string) => run(['/bin/sh', '-c', script]);
  const text = ({ stdout, stderr, ...end }: ProcessEnd) => ({ ...end, stdout: String(stdout), stderr: String(stderr) });

  const ends: [string, string, Partial<Record<keyof ProcessEnd, unknown>>][] = [
    ['exit 0', 'echo fine', { how: 'exited', code: 0, stdout: 'fine\n', stderr: '' }],
    ['exit 77', 'exit 77', { how: 'exited', code: 77 }],
    ['exit 255', 'exit 255', { how: 'exited', code: 255 }],
    ['both streams, apart', 'echo out; echo err >&2', { stdout: 'out\n', stderr: 'err\n' }],
    ['a signal by name', 'echo partial; kill -9 $$', { how: 'signalled', detail: 'SIGKILL', stdout: 'partial\n' }],
    ['SIGTERM', 'kill -15 $$', { how: 'signalled', detail: 'SIGTERM' }],
    ['SIGPIPE as the kernel has it, not ignored', 'kill -PIPE $$; echo alive', { how: 'signalled', detail: 'SIGPIPE' }],
    ['nothing on stdin', 'read line || echo closed', { stdout: 'closed\n' }],
    ['the root folder', 'pwd', { stdout: '/\n' }],
    ['its own process group', 'test $(cut -d" " -f5 /proc/$$/stat) = $$ && echo leads', { stdout: 'leads\n' }],
    [
      'an output that is closed long before the exit',
      'echo early; exec >&- 2>&-; sleep 0.3; exit 2',
      { code: 2, stdout: 'early\n' },
    ],
    [
      'no environment but the small one',
      'env | cut -d= -f1 | grep -vE "^(PWD|_|SHLVL|OLDPWD)$" | sort | tr "\\n" " "',
      { stdout: 'LC_CTYPE PATH ' },
    ],
  ];
  test.each(ends)('%s', async (_, script, expected) => {
    expect(text(await sh(script))).toMatchObject(expected);
  });

  // Node cannot close what it inherited itself: of its runner nothing is asked.
  if (program.name !== 'node') {
    test('no other descriptors than its own three', async () => {
      // The fourth is the folder that ls looks at.
      expect(text(await sh('ls /proc/self/fd | tr "\\n" " "'))).toMatchObject({ stdout: '0 1 2 3 ' });
    });
  }

  test('words arrive as they are, empty and odd ones too', async () => {
    const words = ['', 'a b', '$(reboot)', '`id`', "'", '"', '\n', 'ü€😀', '-n', ''];
    const end = await run(['/usr/bin/printf', '<%s>', ...words]);
    expect(String(end.stdout)).toBe(words.map((word) => `<${word}>`).join(''));
    expect(String((await run(['/bin/echo'])).stdout)).toBe('\n');
    expect(String((await run(['/usr/bin/printf', '<%s>', ''])).stdout)).toBe('<>');
  });

  test('variables are added to the environment of this run only', async () => {
    const added = await run(['/usr/bin/printenv', 'NAGIOS_X', 'PATH'], { NAGIOS_X: 'a=b c', PATH: '/bin' });
    expect(String(added.stdout)).toBe('a=b c\n/bin\n');
    expect(await run(['/usr/bin/printenv', 'NAGIOS_X'])).toMatchObject({ code: 1 });
  });

  test('bytes that are no text arrive unchanged', async () => {
    const end = await sh('printf "\\000\\001\\377\\n\\351"; printf "\\377\\000" >&2');
    expect(end).toMatchObject({ stdout: Buffer.from([0, 1, 255, 10, 0xe9]), stderr: Buffer.from([255, 0]) });
  });

  test.each([
    ['a program that is not there', '/nonexistent/plugin', 127, 'ENOENT'],
    ['a file that is no program', '/etc/passwd', 126, 'EACCES'],
    ['a folder', '/etc', 126, 'EACCES'],
  ])('%s is not started', async (_, file, code, name) => {
    expect(text(await run([file]))).toMatchObject({ how: 'not_started', code, detail: `spawn ${file} ${name}` });
  });

  test('words that no kernel takes are refused, and the next run is served', async () => {
    expect(await run(['/bin/echo', 'a\0b'])).toMatchObject({ how: 'not_started', detail: 'spawn /bin/echo EINVAL' });
    expect(await run(['/bin/echo', 'x'.repeat(200_000)])).toMatchObject({
      how: 'not_started',
      detail: 'spawn /bin/echo E2BIG',
    });
    expect(await run(['/bin/echo', 'x'.repeat(3_000_000)])).toMatchObject({
      how: 'not_started',
      detail: 'spawn /bin/echo E2BIG',
    });
    expect(await run([])).toMatchObject({ how: 'not_started' });
    expect(await sh('exit 1')).toMatchObject({ code: 1 });
  });

  test('a script without its first line goes to the shell', async () => {
    const script = file('plain');
    writeFileSync(script, 'echo "plain $1"; exit 1\n');
    chmodSync(script, 0o755);
    expect(text(await run([script, 'word']))).toMatchObject({ how: 'exited', code: 1, stdout: 'plain word\n' });
  });

  test('the first 64 KB of each stream are kept', async () => {
    const end = await sh('head -c 100000 /dev/zero; head -c 70000 /dev/zero >&2; exit 1');
    expect(end).toMatchObject({ how: 'exited', code: 1 });
    expect([end.stdout.length, end.stderr.length]).toEqual([65_537, 65_537]);
  });

  test('a hundred megabytes are stopped at four', async () => {
    const end = await sh(`echo $$ > ${file('flood')}; exec head -c 100000000 /dev/zero`);
    expect(end).toMatchObject({ how: 'flooded' });
    expect(end.stdout.length).toBe(65_537);
    await untilGone(await numberIn(file('flood')));
  });

  test('an abort kills the whole group at once and keeps what was said', async () => {
    const stop = new AbortController();
    const script = `echo before; sleep 60 & echo $! > ${file('hang')}; wait`;
    const ended = runner.run({ argv: ['/bin/sh', '-c', script] }, stop.signal);
    const child = await numberIn(file('hang'));
    stop.abort();
    expect(text(await ended)).toMatchObject({ how: 'timed_out', stdout: 'before\n' });
    await untilGone(child);
  });

  test('a tree of children that goes on forking dies with its plugin', async () => {
    const stop = new AbortController();
    const tree = `grow() { [ $1 -gt 0 ] || { sleep 60; return; }; grow $(($1 - 1)) & grow $(($1 - 1)) & wait; }
      grow 4 & echo $! > ${file('tree')}; wait`;
    const ended = runner.run({ argv: ['/bin/sh', '-c', tree] }, stop.signal);
    const child = await numberIn(file('tree'));
    stop.abort();
    expect(await ended).toMatchObject({ how: 'timed_out' });
    await untilGone(child);
  });

  test('a child left behind with the output open holds up nothing, ends, and says nothing to the next', async () => {
    const holder = `echo first; (sleep 0.3; echo late; sleep 60) & echo $! > ${file('holder')}; exit 1`;
    expect(text(await sh(holder))).toMatchObject({ how: 'exited', code: 1, stdout: 'first\n' });
    await untilGone(await numberIn(file('holder')));
    expect(text(await sh('sleep 0.4; echo second'))).toMatchObject({ stdout: 'second\n' });
  });

  test('a child that left the group and keeps the output open holds up nothing', async () => {
    const end = await sh(`setsid sleep 5 & echo $! > ${file('setsid')}; echo done`);
    expect(text(end)).toMatchObject({ how: 'exited', code: 0, stdout: 'done\n' });
    process.kill(await numberIn(file('setsid')), 'SIGKILL');
  });

  test('more than it may run at once wait, and each gets its own answer', async () => {
    const numbers = Array.from({ length: 150 }, (_, index) => index);
    const ends = await Promise.all(numbers.map((n) => sh(`echo ${n}; echo e${n} >&2; exit ${n}`)));
    expect(ends.map((end) => text(end))).toMatchObject(
      numbers.map((n) => ({ how: 'exited', code: n, stdout: `${n}\n`, stderr: `e${n}\n` })),
    );
    expect(runner.counters()).toMatchObject({ running: 0, waiting: 0, startedAgain: 0, lost: 0 });
  });

  test('an abort before the start starts nothing', async () => {
    const ended = await runner.run({ argv: ['/bin/sh', '-c', `echo 1 > ${file('nothing')}`] }, AbortSignal.abort());
    expect(ended).toMatchObject({ how: 'timed_out' });
    await sh('true');
    expect(() => readFileSync(file('nothing'))).toThrow('ENOENT');
  });
});
