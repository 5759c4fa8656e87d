// Where the metrics of a host are kept, remembered for a while: a host is joined to
// its metrics some time after it was made, and may be renamed or merged.

import type { Clock } from '#kernel/clock.ts';
import { errorFields } from '#kernel/errors.ts';
import type { Logger } from '#kernel/log.ts';
import type { InventoryApi } from '#inventory/api.ts';

export interface HostSeries {
  cluster: string;
  host: string;
}

const REMEMBERED_MS = 30_000;

/** Bounded by the number of hosts that have checks. */
export function createHostSeries(deps: { clock: Clock; log: Logger; inventory: Pick<InventoryApi, 'seriesOfHost'> }): {
  of(check: { hostId: string; hostName: string }): Promise<HostSeries>;
  forget(hostId: string): void;
} {
  const { clock, log, inventory } = deps;
  const known = new Map<string, { series: HostSeries; askedTick: number }>();
  return {
    async of({ hostId, hostName }) {
      const before = known.get(hostId);
      if (before && clock.monotonicMs() - before.askedTick < REMEMBERED_MS) return before.series;
      try {
        const series = await inventory.seriesOfHost(hostId);
        known.set(hostId, { series, askedTick: clock.monotonicMs() });
        return series;
      } catch (error) {
        // Checks go on while the database is away: with the last answer, or with the name of the host.
        log.debug('the metrics of a host could not be looked up', { host: hostId, ...errorFields(error) });
        return before?.series ?? { cluster: '', host: hostName };
      }
    },
    forget: (hostId) => void known.delete(hostId),
  };
}
