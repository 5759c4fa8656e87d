// Finds hosts of one cluster that may be the same machine, by agent or by name, without
// looking through all of them.

export interface Named {
  cluster: string;
  name: string;
  agentId?: string | undefined;
}

export interface Namesakes<Host extends Named> {
  add(host: Host): void;
  remove(host: Host): void;
  /** Those with the agent or the name of `host`, itself included. */
  of(host: Named): Host[];
}

// More of one name are no machine that moved, but somebody who makes up hosts: the oldest are let go.
const MOST_OF_A_NAME = 16;

export function createNamesakes<Host extends Named>(): Namesakes<Host> {
  const byId = new Map<string, Set<Host>>();
  return {
    add(host) {
      for (const id of idsOf(host)) {
        const hosts = byId.get(id) ?? new Set();
        byId.set(id, hosts.add(host));
        const [oldest] = hosts;
        if (hosts.size > MOST_OF_A_NAME && oldest) hosts.delete(oldest);
      }
    },
    remove(host) {
      for (const id of idsOf(host)) {
        const hosts = byId.get(id);
        if (hosts?.delete(host) && hosts.size === 0) byId.delete(id);
      }
    },
    of: (host) => [...new Set(idsOf(host).flatMap((id) => [...(byId.get(id) ?? [])]))],
  };
}

const idsOf = ({ cluster, name, agentId }: Named): string[] => [
  `${cluster}\0name\0${name.toLowerCase()}`,
  ...(agentId === undefined ? [] : [`${cluster}\0agent\0${agentId}`]),
];
