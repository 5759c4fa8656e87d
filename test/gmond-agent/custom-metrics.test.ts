// Executables of a folder, run for real; time jumps.

import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createCustomMetrics } from '#agent/custom/custom-metrics.ts';
import { readScriptFolder } from '#agent/custom/script-folder.ts';
import type { SampledGroup } from '#agent/default-groups.ts';
import { silentLogger, type Logger } from '#kernel/log.ts';
import { FakeClock } from '#test/support/fake-clock.ts';

const uid = process.getuid?.() ?? 0;

function scriptFolder(scripts: Record<string, string>) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'plexus-metrics-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const add = (name: string, text: string, mode = 0o755) => {
    writeFileSync(path.join(folder, name), `#!/bin/sh\n${text}\n`);
    chmodSync(path.join(folder, name), mode);
  };
  for (const [name, text] of Object.entries(scripts)) add(name, text);
  return { folder, add };
}

async function startCustom(folder: string) {
  const clock = new FakeClock();
  const said: string[] = [];
  const log: Logger = { ...silentLogger, warn: (_, fields) => said.push(String(fields?.['reason'])) };
  let groups: readonly SampledGroup[] = [];
  const custom = createCustomMetrics({ clock, log, changed: (found) => (groups = found) }, { folder });
  await custom.start();
  onTestFinished(() => custom.stop());
  return {
    ...{ clock, said, custom },
    groups: () => groups,
    group(name: string): SampledGroup {
      const found = groups.find((group) => group.name === `script ${name}`);
      if (!found) throw new Error(`no script ${name}`);
      return found;
    },
    /** Reads once, with the wait for its own second over. */
    read(name: string) {
      const reading = this.group(name).sampler.read();
      clock.advance(30_000);
      return reading;
    },
  };
}

test('each script is a group of its own with the interval of its header; its metrics expire when it is gone', async () => {
  const { folder } = scriptFolder({ 'queue.sh': '# plexus: every=15\necho length 42 jobs\necho state fine' });
  const custom = await startCustom(folder);
  expect(await custom.read('queue')).toEqual({ length: 42, state: 'fine' });
  const group = custom.group('queue');
  expect(group.collectEverySec).toBe(15);
  expect(group.metrics).toMatchObject([
    { name: 'length', type: 'double', units: 'jobs', slope: 'both', group: 'queue', tmaxSec: 15, dmaxSec: 300 },
    { name: 'state', type: 'string', group: 'queue' },
  ]);
});

test('scripts that come, change and go are seen without a restart', async () => {
  const { folder, add } = scriptFolder({ a: 'echo x 1' });
  const custom = await startCustom(folder);
  const before = custom.group('a');
  add('b', 'echo y 2');
  custom.clock.advance(30_000);
  await expect.poll(() => custom.groups().map(({ name }) => name)).toEqual(['script a', 'script b']);
  expect(custom.group('a')).toBe(before);
  rmSync(path.join(folder, 'a'));
  custom.clock.advance(30_000);
  await expect.poll(() => custom.groups().map(({ name }) => name)).toEqual(['script b']);
});

test('one that takes too long is ended with all that it started, and told once', async () => {
  const { folder } = scriptFolder({ slow: '# plexus: timeout=3\nsleep 300 & echo $! >pid\nwait' });
  const custom = await startCustom(folder);
  const pidFile = path.join(folder, 'pid');
  for (let run = 1; run <= 2; run++) {
    rmSync(pidFile, { force: true });
    const reading = custom.read('slow');
    await expect.poll(() => existsSync(pidFile) && readFileSync(pidFile, 'utf8')).toMatch(/\d+\n/);
    const pid = Number(readFileSync(pidFile, 'utf8'));
    custom.clock.advance(3000);
    expect(await reading).toEqual({});
    await expect
      .poll(() => !existsSync(`/proc/${pid}`) || readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z '))
      .toBe(true);
  }
  expect(custom.said).toEqual(['it took longer than 3 s']);
  expect(custom.custom.counters()).toMatchObject({ runs: 2, failed: 2 });
});

test('endless output does not fill the memory, nor does it block the script', async () => {
  const { folder } = scriptFolder({ loud: 'echo a 1\nhead -c 5000000 /dev/zero\necho end 1' });
  const custom = await startCustom(folder);
  expect(await custom.read('loud')).toEqual({ a: 1 });
});

test('all of 60 KB is read, though the script is gone before we are', async () => {
  const { folder } = scriptFolder({
    many: 'i=0; while [ $i -lt 150 ]; do echo "m$i $i $(printf %300s x)"; i=$((i+1)); done',
  });
  const custom = await startCustom(folder);
  expect(Object.keys(await custom.read('many'))).toHaveLength(150);
});

test('one in a session of its own that keeps the output open costs the script its time, not its values', async () => {
  const { folder } = scriptFolder({ away: '# plexus: timeout=4\nsetsid sleep 20 & echo $! >pid\necho a 1' });
  const custom = await startCustom(folder);
  const reading = custom.read('away');
  await expect.poll(() => existsSync(path.join(folder, 'pid'))).toBe(true);
  await expect.poll(() => (custom.clock.advance(1000), Promise.race([reading, 'waits']))).toEqual({ a: 1 });
  process.kill(Number(readFileSync(path.join(folder, 'pid'), 'utf8')), 'SIGKILL');
});

test('a daemon left behind neither holds up the next run nor stays', async () => {
  const { folder } = scriptFolder({ leaves: 'sleep 300 & echo $! >pid\necho a 1' });
  const custom = await startCustom(folder);
  expect(await custom.read('leaves')).toEqual({ a: 1 });
  const pid = readFileSync(path.join(folder, 'pid'), 'utf8').trim();
  await expect
    .poll(() => !existsSync(`/proc/${pid}`) || readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z '))
    .toBe(true);
});

test('the agent’s own environment is not the script’s', async () => {
  const { folder } = scriptFolder({ env: 'echo home "${HOME:-none}"\necho path "$PATH"' });
  const custom = await startCustom(folder);
  expect(await custom.read('env')).toMatchObject({ home: 'none' });
});

test('an interpreter that is not there is told, and the others run', async () => {
  const { folder, add } = scriptFolder({ good: 'echo a 1' });
  add('bad', '', 0o755);
  writeFileSync(path.join(folder, 'bad'), '#!/no/such/interpreter\n');
  const custom = await startCustom(folder);
  expect(await custom.read('bad')).toEqual({});
  expect(custom.said[0]).toContain('could not be started');
  expect(await custom.read('good')).toEqual({ a: 1 });
});

test('what somebody else could change is refused with the way out', async () => {
  const { folder, add } = scriptFolder({ fine: 'echo a 1' });
  add('group', 'echo b 1', 0o775);
  add('all', 'echo b 1', 0o757);
  add('plain', 'echo b 1', 0o644);
  add('.hidden', 'echo b 1');
  add('old.sh~', 'echo b 1');
  const { scripts, refused } = await readScriptFolder(folder, uid);
  expect(scripts.map(({ name }) => name)).toEqual(['fine']);
  expect(refused.map(({ file, reason }) => [path.basename(file), reason])).toEqual([
    ['all', 'can be written by its group or by everybody (chmod go-w)'],
    ['group', 'can be written by its group or by everybody (chmod go-w)'],
    ['plain', 'is not executable (chmod +x)'],
  ]);
});

test('in a folder that everybody can write to nothing is run; a folder that is not there is no matter', async () => {
  const { folder } = scriptFolder({ a: 'echo a 1' });
  chmodSync(folder, 0o777);
  const { scripts, refused } = await readScriptFolder(folder, uid);
  expect(scripts).toEqual([]);
  expect(refused[0]?.reason).toContain('nothing in it is run');
  expect(await readScriptFolder(path.join(folder, 'none'), uid)).toEqual({ scripts: [], refused: [] });
});

test('a run that has waited for its turn leaves nothing behind at the signal that ends all', async () => {
  const { folder } = scriptFolder(
    Object.fromEntries(Array.from({ length: 9 }, (_, at) => [`s${at}`, `echo x${at} 1`])),
  );
  const custom = await startCustom(folder);
  // The first run also waits for its second, by which the signal gets listeners of other kinds.
  await Promise.all(custom.groups().map(({ name }) => custom.read(name.slice('script '.length))));
  const added = vi.spyOn(AbortSignal.prototype, 'addEventListener');
  const removed = vi.spyOn(AbortSignal.prototype, 'removeEventListener');
  onTestFinished(() => void vi.restoreAllMocks());
  await Promise.all(custom.groups().map(({ sampler }) => sampler.read()));
  const gone = new Set(removed.mock.calls.map(([, listener]) => listener));
  const listeners = added.mock.calls.map(([, listener]) => listener);
  expect(listeners.length).toBeGreaterThanOrEqual(5);
  expect(listeners.filter((listener) => !gone.has(listener))).toEqual([]);
});

test('without a file descriptor left a script fails, and the process goes on', () => {
  const program = `
    import { openSync } from 'node:fs';
    import { runScript } from '#agent/custom/run-script.ts';
    import { startModule } from '#agent/python-modules/module-process.ts';
    import { systemClock } from '#kernel/clock.ts';
    import { silentLogger as log } from '#kernel/log.ts';
    const stopping = new AbortController().signal;
    try { for (;;) openSync('/dev/null'); } catch {}
    const clock = systemClock();
    const { failure } = await runScript(clock, { file: '/bin/true', cwd: '/', timeoutMs: 1000 }, stopping);
    const module = await startModule({ clock, log }, { name: 'a', path: '/a.py', params: {} }, { stopping }).catch(String);
    process.stdout.write(failure + '; ' + module);`;
  const run = spawnSync(
    'sh',
    ['-c', 'ulimit -n 60; exec "$0" --input-type=module -e "$1"', process.execPath, program],
    {
      encoding: 'utf8',
    },
  );
  expect(run.stdout + run.stderr).toMatch(/not be started: .*EMFILE; Error: python3 could not be started: .*EMFILE/);
});
