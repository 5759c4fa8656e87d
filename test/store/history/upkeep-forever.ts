// Child of embedded-durability.test.ts: appends to many series as fast as it can, on
// a clock that runs ahead, with upkeep at work all the time, until killed.

import { silentLogger } from '#kernel/log.ts';
import { openEmbeddedHistory } from '#store/history/embedded.ts';
import { FakeClock } from '../../support/fake-clock.ts';

const [directory = '', firstTick = '0'] = process.argv.slice(2);
const SERIES = 100;
const STEP_MS = 15_000;
// Four hours before midnight, so that a day is rolled up on the way.
const START_MS = Date.UTC(2026, 0, 5, 20);

const clock = new FakeClock(START_MS + Number(firstTick) * STEP_MS);
const history = await openEmbeddedHistory({ clock, log: silentLogger }, { directory, sealDelayMs: 0 });
for (let tick = Number(firstTick); ; tick++) {
  const atMs = START_MS + tick * STEP_MS;
  history.append(
    Array.from({ length: SERIES }, (_, index) => ({
      cluster: 'c',
      host: 'h',
      hostKey: 'h',
      metric: `m${index}`,
      value: tick + index,
      atMs,
    })),
  );
  clock.advance(STEP_MS);
  if (tick % 20 !== 19) continue;
  await history.flush();
  process.stdout.write(`${tick}\n`);
}
