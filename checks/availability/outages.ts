// Counts outages while a history is walked through: how many, how long, how long until
// repair, how long between.

export interface Outage {
  /** First and last instant that counted; what lies between need not all have. */
  fromMs: number;
  toMs: number;
  /** Time that counted. */
  ms: number;
  /** Not over when the window ended: its repair is not known. */
  isOpen: boolean;
}

export interface OutageSummary {
  outages: readonly Outage[];
  totalMs: number;
  longestMs: number;
  /** Mean time to repair, of those that are over; undefined without any. */
  mttrMs: number | undefined;
  /** Mean time between failures: the good time over the number of outages; undefined without any. */
  mtbfMs: number | undefined;
}

/** An outage ends with a good state; a time of which nothing is known neither ends nor lengthens one. */
export function createOutageCounter() {
  const outages: Outage[] = [];
  let open: Outage | undefined;

  const end = (): void => {
    if (open && open.ms > 0) outages.push(open);
    open = undefined;
  };

  return {
    end,
    add(fromMs: number, toMs: number): void {
      open ??= { fromMs, toMs, ms: 0, isOpen: false };
      open.toMs = toMs;
      open.ms += toMs - fromMs;
    },
    summarize(goodMs: number): OutageSummary {
      if (open) open.isOpen = true;
      end();
      const over = outages.filter(({ isOpen }) => !isOpen);
      const totalMs = sumMs(outages);
      return {
        outages,
        totalMs,
        longestMs: outages.reduce((longest, { ms }) => Math.max(longest, ms), 0),
        mttrMs: over.length > 0 ? sumMs(over) / over.length : undefined,
        mtbfMs: outages.length > 0 ? goodMs / outages.length : undefined,
      };
    },
  };
}

const sumMs = (outages: readonly Outage[]): number => outages.reduce((sum, { ms }) => sum + ms, 0);
