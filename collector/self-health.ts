// Adds up what the parts of the collector counted, for the self-health page.

import type { CollectorCounters } from './api.ts';
import { kernelDrops } from './kernel-drops.ts';
import type { GridService } from './grid/service.ts';
import type { Listener } from './listener.ts';
import type { MetadataRequests } from './metadata-requests.ts';
import type { MetricIngest } from './metric-ingest.ts';
import type { MetricState } from './metric-state.ts';
import type { SampleBatch } from './sample-batch.ts';
import { DROP_REASONS, type SourceTable } from './source-table.ts';
import type { StateSweep } from './state-sweep.ts';

const MAX_SOURCES_SHOWN = 100;

export async function readCounters(parts: {
  state: MetricState;
  sources: SourceTable;
  ingest: MetricIngest;
  requests: MetadataRequests;
  sweep: StateSweep;
  batch: SampleBatch;
  listeners: Listener[];
  gridService: Pick<GridService, 'clients'>;
}): Promise<CollectorCounters> {
  const { state, sources, ingest, requests, sweep, batch, listeners, gridService } = parts;
  const drops = countDrops(sources);
  const xmlClients = { ...gridService.clients };
  let sendFailures = 0;
  for (const listener of listeners) {
    sendFailures += listener.sendFailures;
    xmlClients.served += listener.xmlClients.served;
    xmlClients.refused += listener.xmlClients.refused;
    xmlClients.cutOff += listener.xmlClients.cutOff;
  }
  return {
    ...drops,
    packetsById: [...ingest.packetsById].map(([id, packets]) => ({ id, packets })).sort((a, b) => a.id - b.id),
    ...(await countKernelDrops(listeners)),
    series: state.size,
    removed: { ...sweep.removed },
    metadataRequests: { sent: requests.sent, withheld: requests.withheld, sendFailures },
    handedOver: { ...batch.handedOver },
    xmlClients,
  };
}

async function countKernelDrops(
  listeners: Listener[],
): Promise<Pick<CollectorCounters, 'kernelDrops' | 'kernelDropsBySocket'>> {
  const sockets = listeners.map((listener) => {
    const { cluster, udp } = listener.view();
    return { cluster, address: udp.address, port: udp.port };
  });
  const drops = await kernelDrops(sockets);
  const kernelDropsBySocket = sockets.map((socket, i) => ({ ...socket, drops: drops[i] ?? 0 }));
  // Channels that are bound alike show the same number, which counts once.
  const distinct = new Map(kernelDropsBySocket.map((socket) => [`${socket.address} ${socket.port}`, socket.drops]));
  return { kernelDrops: [...distinct.values()].reduce((sum, lost) => sum + lost, 0), kernelDropsBySocket };
}

function countDrops(table: SourceTable): Pick<CollectorCounters, 'drops' | 'dropsBySource' | 'sources'> {
  const drops: CollectorCounters['drops'] = {};
  const dropping: (CollectorCounters['dropsBySource'][number] & { sum: number })[] = [];
  let sources = 0;
  for (const source of table.all()) {
    sources++;
    let sum = 0;
    for (const reason of DROP_REASONS) {
      const count = source.drops[reason] ?? 0;
      if (count === 0) continue;
      drops[reason] = (drops[reason] ?? 0) + count;
      sum += count;
    }
    const { address, packets, series } = source;
    if (sum > 0) dropping.push({ source: address, packets, series, drops: { ...source.drops }, sum });
  }
  const worst = dropping.sort((a, b) => b.sum - a.sum).slice(0, MAX_SOURCES_SHOWN);
  return { drops, sources, dropsBySource: worst.map(({ sum: _sum, ...shown }) => shown) };
}
