// Child of embedded.test.ts: appends a numbered sample every 5 ms until killed.

import { systemClock } from '#kernel/clock.ts';
import { silentLogger } from '#kernel/log.ts';
import { openEmbeddedHistory } from '#store/history/embedded.ts';

const clock = systemClock();
const history = await openEmbeddedHistory({ clock, log: silentLogger }, { directory: process.argv[2] ?? '' });
let number = 0;
clock.every(5, () => {
  const atMs = clock.nowMs();
  history.append([{ cluster: 'c', host: 'h', hostKey: 'h', metric: 'm', value: ++number, atMs }]);
  process.stdout.write(`${number} ${atMs}\n`);
});
