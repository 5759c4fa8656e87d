// Decides which address of a data source is asked next. Connects to nothing.
// Source: gmetad/data_thread.c, spec/ganglia.md §6.1.

export interface Failover {
  /** Begins a poll: each address may be tried once more. */
  begin(): void;
  /** Index of the address to try now; undefined when all have failed in this poll. */
  next(): number | undefined;
  /** No connection: the list is tried from its start. */
  connectFailed(index: number): void;
  /** Connected, but the answer broke off or never came: the one behind it is tried. */
  readFailed(index: number): void;
  /** A whole answer: this address is asked first from now on. */
  succeeded(index: number): void;
}

export function createFailover(addresses: number): Failover {
  let preferred = 0;
  const tried = new Set<number>();

  return {
    begin: () => tried.clear(),
    next() {
      if (tried.size >= addresses) return undefined;
      let index = tried.has(preferred) ? 0 : preferred;
      while (tried.has(index)) index = (index + 1) % addresses;
      tried.add(index);
      return index;
    },
    connectFailed(index) {
      if (preferred === index) preferred = 0;
    },
    readFailed(index) {
      preferred = (index + 1) % addresses;
    },
    succeeded(index) {
      preferred = index;
    },
  };
}
