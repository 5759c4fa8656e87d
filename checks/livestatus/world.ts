// The site as one query sees it: the collections that its columns need, loaded once and
// found by name.

import type {
  CollectionName,
  CommentRow,
  DowntimeRow,
  HostRow,
  LivestatusCollections,
  LivestatusSource,
  ServiceRow,
} from './source.ts';

export interface World {
  nowMs: number;
  /** Empty when the query did not ask for the collection. */
  all<Name extends CollectionName>(name: Name): readonly LivestatusCollections[Name][];
  host(name: string): HostRow | undefined;
  service(hostName: string, description: string): ServiceRow | undefined;
  servicesOf(hostName: string): readonly ServiceRow[];
  /** Of the host itself when `description` is undefined. */
  commentsOf(hostName: string, description?: string): readonly CommentRow[];
  downtimesOf(hostName: string, description?: string): readonly DowntimeRow[];
}

type Loaded = { [Name in CollectionName]?: readonly LivestatusCollections[Name][] };

export async function loadWorld(
  source: LivestatusSource,
  names: ReadonlySet<CollectionName>,
  nowMs: number,
): Promise<World> {
  const loaded: Loaded = {};
  const load = async <Name extends CollectionName>(name: Name): Promise<void> => {
    const rows: readonly LivestatusCollections[Name][] = await source.collection(name);
    Object.assign(loaded, { [name]: rows });
  };
  for (const name of names) await load(name);
  const all = <Name extends CollectionName>(name: Name): readonly LivestatusCollections[Name][] => loaded[name] ?? [];

  const hosts = lazily(() => new Map(all('hosts').map((host) => [host.name, host])));
  const services = lazily(() => new Map(all('services').map((one) => [keyOf(one.hostName, one.description), one])));
  const servicesByHost = lazily(() => Map.groupBy(all('services'), ({ hostName }) => hostName));
  const comments = lazily(() => Map.groupBy(all('comments'), (one) => keyOf(one.hostName, one.description)));
  const downtimes = lazily(() => Map.groupBy(all('downtimes'), (one) => keyOf(one.hostName, one.description)));
  return {
    nowMs,
    all,
    host: (name) => hosts().get(name),
    service: (hostName, description) => services().get(keyOf(hostName, description)),
    servicesOf: (hostName) => servicesByHost().get(hostName) ?? [],
    commentsOf: (hostName, description) => comments().get(keyOf(hostName, description)) ?? [],
    downtimesOf: (hostName, description) => downtimes().get(keyOf(hostName, description)) ?? [],
  };
}

// No name may hold a newline, so no two pairs meet.
const keyOf = (hostName: string, description = ''): string => `${hostName}\n${description}`;

function lazily<Value extends object>(make: () => Value): () => Value {
  let made: Value | undefined;
  return () => (made ??= make());
}
