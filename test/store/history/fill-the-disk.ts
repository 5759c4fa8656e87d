// Child of embedded-durability.test.ts: runs on a file system of a few megabytes
// that it fills, then makes room, and prints what became of the history.

import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { systemClock } from '#kernel/clock.ts';
import { silentLogger } from '#kernel/log.ts';
import { openEmbeddedHistory } from '#store/history/embedded.ts';

const mount = process.argv[2] ?? '';
const clock = systemClock();
const history = await openEmbeddedHistory(
  { clock, log: silentLogger },
  { directory: path.join(mount, 'history'), bufferSamples: 50_000, flushEveryMs: 20 },
);
const ballast = path.join(mount, 'ballast');
writeFileSync(ballast, Buffer.alloc(2_000_000));

const firstMs = clock.nowMs() - 1_000_000;
let number = 0;
const append = (count: number): void => {
  for (let index = 0; index < count; index++) {
    history.append([{ cluster: 'c', host: 'h', hostKey: 'h', metric: 'm', value: number, atMs: firstMs + number++ }]);
  }
};

while (history.health().ok) {
  append(5000);
  await clock.sleep(5);
}
// More than the buffer holds, while nothing can be written.
append(100_000);
const full = history.health();
rmSync(ballast);
await history.flush();
const after = history.health();
const [found] = await history.query({
  series: [{ cluster: 'c', host: 'h', metric: 'm' }],
  fromMs: firstMs,
  toMs: firstMs + 1_000_000,
  stepSec: 1,
  agg: 'last',
});
await history.close();
console.log(JSON.stringify({ full, after, appended: number, newest: found?.points.at(-1)?.[1] }));
