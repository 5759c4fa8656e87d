// One entry of `collector.listen`: a UDP socket that feeds a cluster, who may speak on it
// and, where asked, the TCP port that shows the cluster. Several entries may feed one cluster.

import { isIPv6 } from 'node:net';
import type { Clock } from '#kernel/clock.ts';
import type { Logger } from '#kernel/log.ts';
import type { AccessList } from './access-list.ts';
import type { PortView, UdpView } from './api.ts';
import { createGmondUdp } from './gmond-udp.ts';
import type { MetricIngest } from './metric-ingest.ts';
import type { ClusterLabels, MetricState } from './metric-state.ts';
import { createSenderPolicy, type SpoofPolicy } from './sender-policy.ts';
import { createGmondXml, type DumpOptions } from './xml-dump.ts';
import { openXmlPort } from './xml-port.ts';
import { createXmlService } from './xml-service.ts';

export interface ListenEntry extends ClusterLabels, Pick<DumpOptions, 'tags' | 'extraData'> {
  cluster: string;
  /** 0 = any free port; `ports()` says which. */
  udpPort: number;
  /** Address to bind; default all addresses of the group's family. The group itself: multicast only. */
  udpHost?: string;
  /** Multicast group to join besides. */
  multicast?: string;
  /** Name or address of the interface to join on. */
  interface?: string;
  /** Receive buffer to ask the kernel for; default 4 MiB. */
  receiveBufferBytes?: number;
  /** Who may send here; everyone when absent. */
  acl?: AccessList;
  /** Who may send in the name of another host; default 'allow', as gmond. */
  spoof?: SpoofPolicy;
  /** TCP port of this cluster's gmond XML; none when absent. */
  xmlPort?: number;
  /** Address to bind; default loopback, since the XML shows the whole inventory to whoever connects. */
  xmlHost?: string;
  /** Who may read it; everyone who can reach it when absent. Others are closed without a byte. */
  xmlAcl?: AccessList;
  /** Compress it, as gmond's gzip_output. Default off. */
  xmlGzip?: boolean;
  /** True: a taken `xmlPort` fails the start. False: start without it and say who holds it. */
  xmlPortRequired?: boolean;
}

// Two seconds of 40,000 metrics that all arrive at once.
const RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024;

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
  const { multicast, receiveBufferBytes = RECEIVE_BUFFER_BYTES } = entry;
  const address = entry.udpHost ?? (isIPv6(multicast ?? '') ? '::' : '0.0.0.0');
  const udp = createGmondUdp(
    { clock, log },
    { host: address, port: entry.udpPort, multicast, interface: entry.interface, receiveBufferBytes },
  );
  const policy = createSenderPolicy(entry);
  const xml =
    entry.xmlPort === undefined
      ? undefined
      : createXmlService(
          { clock, log, answer: createGmondXml(clock, cluster, entry) },
          {
            host: entry.xmlHost ?? '127.0.0.1',
            port: entry.xmlPort,
            gzip: entry.xmlGzip ?? false,
            ...(entry.xmlAcl && { acl: entry.xmlAcl }),
          },
        );
  let xmlView: PortView['xml'];

  async function startXml(port: number): Promise<void> {
    if (xml === undefined) return;
    const required = entry.xmlPortRequired ?? false;
    const setting = 'collector.listen[].xmlPort';
    xmlView = await openXmlPort({ service: xml, log }, { port, required, setting, what: 'gmond XML' });
  }

  return {
    async start() {
      const channel = { cluster, port: entry.udpPort, group: multicast, send: udp.send, policy };
      channel.port = await udp.start((datagram, from) => ingest.receive(channel, datagram, from));
      if (entry.xmlPort !== undefined) await startXml(entry.xmlPort);
    },
    async stop() {
      await Promise.all([udp.stop(), xml?.stop()]);
    },
    view() {
      const { joinFailure, bindFailure, port } = udp;
      const view: UdpView = {
        address,
        port,
        ...(multicast !== undefined && { multicast }),
        ...(joinFailure !== undefined && { joinFailure }),
        ...(bindFailure !== undefined && { bindFailure }),
        receiveBuffer: { askedBytes: receiveBufferBytes, grantedBytes: udp.receiveBufferBytes },
      };
      return { cluster: entry.cluster, udp: view, ...(xmlView && { xml: xmlView }) };
    },
    get sendFailures() {
      return udp.sendFailures;
    },
    get xmlClients() {
      return { served: xml?.served ?? 0, refused: xml?.refused ?? 0, cutOff: xml?.cutOff ?? 0 };
    },
  };
}
