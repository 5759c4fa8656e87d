// A host as metrics name it, by cluster and name, and where its pages are. Pure.

export interface HostName {
  cluster: string;
  host: string;
}

/** One text for a host of a cluster, to find it in a map. */
export const hostOf = ({ cluster, host }: HostName): string => `${cluster}\n${host}`;

/** Where the page of a host is that one knows by cluster and name. */
export const hostPath = ({ cluster, host }: HostName): string =>
  `/hosts/named/${encodeURIComponent(cluster)}/${encodeURIComponent(host)}`;

export const clusterPath = (cluster: string): string => `/hosts/clusters/${encodeURIComponent(cluster)}`;

/** The graphs page that lays these hosts over each other. */
export const comparePath = (hosts: readonly HostName[]): string =>
  `/graphs/compare?hosts=${hosts
    .map(({ cluster, host }) => `${encodeURIComponent(cluster)}/${encodeURIComponent(host)}`)
    .join(',')}`;
