// Two metrics that gmond knows but does not send by default: the time, and the
// smallest packet size of the interfaces that are up.

import type { Clock } from '#kernel/clock.ts';
import type { Sampler } from './metric-definition.ts';
import type { ListFolder, ReadText } from './proc-reader.ts';

const NET = '/sys/class/net';

export const createSystemMoreSampler = (readText: ReadText, list: ListFolder, clock: Clock): Sampler => ({
  async read() {
    const names = await list(NET);
    const sizes = await Promise.all(
      names.map(async (name) =>
        (await readText(`${NET}/${name}/operstate`))?.trim() === 'down'
          ? NaN
          : Number((await readText(`${NET}/${name}/mtu`)) ?? NaN),
      ),
    );
    const known = sizes.filter((size) => size > 0);
    return { sys_clock: Math.floor(clock.nowMs() / 1000), ...(known.length > 0 && { mtu: Math.min(...known) }) };
  },
});
