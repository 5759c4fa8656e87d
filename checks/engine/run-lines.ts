// Who runs next of those that wait, turn by turn over the hosts, so that a host with a
// thousand checks keeps nobody else waiting. Asked-for runs stand in a line of their own.

export interface LineEntry {
  readonly id: string;
  hostId: string;
}

interface HostLine<Entry> {
  asked: Set<Entry>;
  due: Set<Entry>;
  running: number;
}

export interface RunLines<Entry extends LineEntry> {
  /** An entry stands in at most one line. */
  push(entry: Entry, line: 'asked' | 'due'): void;
  remove(entry: Entry): void;
  /** The next of a line that may start, counted as running from now on; undefined when there is none whose host has a place. */
  take(line: 'asked' | 'due'): Entry | undefined;
  /** Whether `take` would give one. */
  has(line: 'asked' | 'due'): boolean;
  /** One run of this host is over. */
  done(hostId: string): void;
  readonly waiting: number;
}

export function createRunLines<Entry extends LineEntry>(maxRunningPerHost: number): RunLines<Entry> {
  const hosts = new Map<string, HostLine<Entry>>();
  // Hosts that have something in the line and a free place; in the order of their turns.
  const ready = { asked: new Set<string>(), due: new Set<string>() };
  let waiting = 0;

  function hostOf(hostId: string): HostLine<Entry> {
    let host = hosts.get(hostId);
    if (!host) hosts.set(hostId, (host = { asked: new Set(), due: new Set(), running: 0 }));
    return host;
  }

  function settle(hostId: string, host: HostLine<Entry>): void {
    const hasPlace = host.running < maxRunningPerHost;
    for (const line of ['asked', 'due'] as const) {
      if (!hasPlace || host[line].size === 0) ready[line].delete(hostId);
      else ready[line].add(hostId);
    }
    if (host.running === 0 && host.asked.size === 0 && host.due.size === 0) hosts.delete(hostId);
  }

  return {
    get waiting() {
      return waiting;
    },
    push(entry, line) {
      const host = hostOf(entry.hostId);
      host[line].add(entry);
      waiting++;
      settle(entry.hostId, host);
    },
    remove(entry) {
      const host = hosts.get(entry.hostId);
      if (!host) return;
      if (host.asked.delete(entry) || host.due.delete(entry)) waiting--;
      settle(entry.hostId, host);
    },
    has: (line) => ready[line].size > 0,
    take(line) {
      const [hostId] = ready[line];
      const host = hostId === undefined ? undefined : hosts.get(hostId);
      const [entry] = host?.[line] ?? [];
      if (hostId === undefined || !host || !entry) return undefined;
      host[line].delete(entry);
      host.running++;
      waiting--;
      // To the end of the turn.
      ready[line].delete(hostId);
      settle(hostId, host);
      return entry;
    },
    done(hostId) {
      const host = hosts.get(hostId);
      if (!host) return;
      host.running--;
      settle(hostId, host);
    },
  };
}
