// What rrdtool does with the same work, for bench/history.ts: updates through one
// running `rrdtool -`, as a cache daemon batches them, and a day read by `xport`.

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Clock } from '#kernel/clock.ts';
import { peerPath } from '#test/support/peer.ts';
import { median } from './figures.ts';

export interface RrdtoolFigures {
  updatesPerSec: number;
  /** One file holds 8 bytes a point of its finest archive; here with gmetad's archives. */
  bytesPerPoint: number;
  xportMs: number;
}

const START_SEC = 1_700_000_000 - (1_700_000_000 % 86_400);
const STEP_SEC = 15;
const DAY_POINTS = 86_400 / STEP_SEC;
const FILES = 500;
const UPDATES = 40_000;

/** Undefined when rrdtool is not installed. */
export async function measureRrdtool(clock: Clock): Promise<RrdtoolFigures | undefined> {
  const program = peerPath('rrdtool');
  if (program === undefined) return undefined;
  const directory = mkdtempSync(path.join(os.tmpdir(), 'plexus-bench-rrd-'));
  try {
    return await measure(program, directory, clock);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

async function measure(program: string, directory: string, clock: Clock): Promise<RrdtoolFigures> {
  // gmetad's archives, the finest one long enough for a day.
  const create = (name: string) =>
    `create ${name} --start ${START_SEC} --step ${STEP_SEC} DS:sum:GAUGE:120:U:U RRA:AVERAGE:0.5:1:5856 ` +
    'RRA:AVERAGE:0.5:4:20160 RRA:AVERAGE:0.5:40:52704\n';
  const names = Array.from({ length: FILES }, (_, index) => `${index}.rrd`);
  await pipe(program, directory, names.map(create).join(''));
  const updates = Array.from({ length: UPDATES }, (_, index) => {
    const atSec = START_SEC + (Math.floor(index / FILES) + 1) * STEP_SEC;
    return `update ${names[index % FILES]} ${atSec}:${(index % 977) / 100}\n`;
  });
  const before = clock.monotonicMs();
  await pipe(program, directory, updates.join(''));
  const updatesPerSec = UPDATES / ((clock.monotonicMs() - before) / 1000);

  const values = Array.from(
    { length: DAY_POINTS },
    (_, index) => `${START_SEC + (index + 1) * STEP_SEC}:${index % 97}`,
  );
  await pipe(program, directory, `${create('day.rrd')}update day.rrd ${values.join(' ')}\n`);
  const times = Array.from({ length: 15 }, () => {
    const began = clock.monotonicMs();
    const range = ['--start', String(START_SEC), '--end', String(START_SEC + 86_400), '--step', String(STEP_SEC)];
    spawnSync(program, ['xport', ...range, '-m', '10000', 'DEF:v=day.rrd:sum:AVERAGE', 'XPORT:v'], { cwd: directory });
    return clock.monotonicMs() - began;
  });
  const points = 5856 + 20_160 + 52_704;
  return {
    updatesPerSec,
    bytesPerPoint: statSync(path.join(directory, 'day.rrd')).size / points,
    xportMs: median(times),
  };
}

async function pipe(program: string, cwd: string, commands: string): Promise<void> {
  const child = spawn(program, ['-'], { cwd, stdio: ['pipe', 'ignore', 'inherit'] });
  child.stdin.end(commands);
  await once(child, 'close');
}
