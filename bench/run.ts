// Runs the benches that are named, or all, one after the other, and prints what they
// measured as a table and as Markdown. Run: npm run bench [-- loop start …]

import { spawn } from 'node:child_process';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { systemClock } from '#kernel/clock.ts';
import { parseFigure, type Figure } from './figures.ts';

interface Bench {
  arguments: string[];
  /** Past it the bench is ended; what it printed before stands. */
  longestSec: number;
}

const BENCHES: Record<string, Bench> = {
  decode: { arguments: [], longestSec: 60 },
  receive: { arguments: [], longestSec: 75 },
  xml: { arguments: [], longestSec: 60 },
  // 40,000 series: two hours are written in full, one day rolled up.
  history: { arguments: [], longestSec: 120 },
  influx: { arguments: [], longestSec: 90 },
  loop: { arguments: [], longestSec: 60 },
  poll: { arguments: [], longestSec: 60 },
  start: { arguments: [], longestSec: 60 },
  'tcp-checks': { arguments: [], longestSec: 60 },
  agent: { arguments: [], longestSec: 75 },
  plugins: { arguments: [], longestSec: 90 },
  // The same site on three systems, one after the other.
  checks: { arguments: [], longestSec: 240 },
  passive: { arguments: [], longestSec: 90 },
  // The console may have to be built first.
  charts: { arguments: [], longestSec: 90 },
  // A minute of rest before it measures.
  memory: { arguments: [], longestSec: 90 },
};

const clock = systemClock();

/** Figures as the bench prints them; what else it says is passed on. */
async function run(name: string, bench: Bench): Promise<{ figures: Figure[]; failed: boolean }> {
  console.log(`\n— ${name}`);
  const child = spawn(process.execPath, [path.join(import.meta.dirname, `${name}.ts`), ...bench.arguments], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const limit = clock.after(bench.longestSec * 1000, () => {
    console.error(`${name} took longer than ${bench.longestSec} s and is ended`);
    child.kill('SIGTERM');
  });
  const figures: Figure[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    console.log(line);
    const figure = parseFigure(line);
    if (figure) figures.push(figure);
  }
  const code = await ended;
  limit.cancel();
  return { figures, failed: code !== 0 };
}

function markdown(results: { name: string; figures: Figure[] }[]): string {
  const rows = results.flatMap(({ name, figures }) =>
    figures.map(
      ({ what, value, unit, target, peer }) => `| ${name} | ${what} | ${value} | ${unit} | ${target} | ${peer} |`,
    ),
  );
  return ['| bench | what | value | unit | target | peer (ratio) |', '|---|---|---:|---|---|---|', ...rows].join('\n');
}

const names = process.argv.slice(2);
const unknown = names.filter((name) => !(name in BENCHES));
if (unknown.length > 0) {
  console.error(`No such bench: ${unknown.join(', ')}. Known: ${Object.keys(BENCHES).join(', ')}.`);
  process.exit(2);
}

const results: { name: string; figures: Figure[]; failed: boolean }[] = [];
for (const [name, bench] of Object.entries(BENCHES)) {
  if (names.length === 0 || names.includes(name)) results.push({ name, ...(await run(name, bench)) });
}
const [cpu] = os.cpus();
console.log(`\n${os.availableParallelism()} × ${cpu?.model ?? 'unknown CPU'}, Node ${process.versions.node}\n`);
console.log(markdown(results));
process.exitCode = results.some(({ failed }) => failed) ? 1 : 0;
