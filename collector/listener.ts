// One entry of `collector.listen`: the UDP socket that feeds a cluster and, where
// asked, the TCP port that shows it.

import type { Clock } from '#kernel/clock.ts';
import type { Logger } from '#kernel/log.ts';
import { describeHolder, findPortHolder, portTaken } from '#kernel/port-holder.ts';
import type { PortView } from './api.ts';
import { createGmondUdp } from './gmond-udp.ts';
import type { MetricIngest } from './metric-ingest.ts';
import type { ClusterLabels, MetricState } from './metric-state.ts';
import { gmondXml, type DumpOptions } from './xml-dump.ts';
import { createXmlService } from './xml-service.ts';

export interface ListenEntry extends ClusterLabels {
  cluster: string;
  /** 0 = any free port; `ports()` says which. */
  udpPort: number;
  /** Address to bind; default all of IPv4. */
  udpHost?: string;
  /** Multicast group to join besides. */
  multicast?: string;
  /** Address of the interface to join on. */
  interface?: string;
  /** TCP port of this cluster's gmond XML; none when absent. */
  xmlPort?: number;
  /** Address to bind; default loopback, since the XML shows the whole inventory to whoever connects. */
  xmlHost?: string;
  /** True: a taken `xmlPort` fails the start. False: start without it and say who holds it. */
  xmlPortRequired?: boolean;
}

export interface Listener {
  start(): Promise<void>;
  stop(): Promise<void>;
  view(): PortView;
  readonly sendFailures: number;
  readonly xmlClients: { served: number; refused: number; cutOff: number };
}

export function createListener(
  deps: { clock: Clock; log: Logger; state: MetricState; ingest: MetricIngest },
  entry: ListenEntry & DumpOptions,
): Listener {
  const { clock, log, state, ingest } = deps;
  const cluster = state.cluster(entry.cluster);
  const { owner, latlong, url } = entry;
  Object.assign(
    cluster.labels,
    owner !== undefined && { owner },
    latlong !== undefined && { latlong },
    url !== undefined && { url },
  );
  const udp = createGmondUdp(
    { clock, log },
    { host: entry.udpHost ?? '0.0.0.0', port: entry.udpPort, multicast: entry.multicast, interface: entry.interface },
  );
  const xml =
    entry.xmlPort === undefined
      ? undefined
      : createXmlService(
          { clock, log, dump: () => gmondXml(clock, cluster, entry) },
          { host: entry.xmlHost ?? '127.0.0.1', port: entry.xmlPort },
        );
  const view: PortView = { cluster: entry.cluster, udp: { port: entry.udpPort } };

  async function startXml(port: number): Promise<void> {
    if (xml === undefined) return;
    try {
      view.xml = { port: await xml.listen(), serving: true };
    } catch (cause) {
      if (!isAddressInUse(cause)) throw cause;
      if (entry.xmlPortRequired) {
        throw await portTaken({ protocol: 'tcp', port, setting: 'collector.listen[].xmlPort', cause });
      }
      const takenBy = describeHolder(await findPortHolder('tcp', port));
      view.xml = { port, serving: false, takenBy };
      log.warn('gmond XML is not served: its port is taken', { port, takenBy });
    }
  }

  return {
    async start() {
      const channel = { cluster, port: entry.udpPort, group: entry.multicast, send: udp.send };
      channel.port = await udp.start((datagram, from) => ingest.receive(channel, datagram, from));
      view.udp.port = channel.port;
      if (entry.xmlPort !== undefined) await startXml(entry.xmlPort);
    },
    async stop() {
      await Promise.all([udp.stop(), xml?.stop()]);
    },
    view() {
      const { multicast } = entry;
      const { joinFailure } = udp;
      const joined = {
        ...(multicast !== undefined && { multicast }),
        ...(joinFailure !== undefined && { joinFailure }),
      };
      return { ...view, udp: { ...view.udp, ...joined } };
    },
    get sendFailures() {
      return udp.sendFailures;
    },
    get xmlClients() {
      return { served: xml?.served ?? 0, refused: xml?.refused ?? 0, cutOff: xml?.cutOff ?? 0 };
    },
  };
}

const isAddressInUse = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
