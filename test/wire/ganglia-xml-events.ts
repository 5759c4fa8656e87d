// What a scanner told, as a list that tests can compare, and documents to give it.

import { createKnownMetrics, type KnownMetrics } from '#wire/ganglia-xml-metric.ts';
import { createGangliaXmlScanner, type XmlLoss } from '#wire/ganglia-xml-scan.ts';

export interface Scanned {
  /** One line for each call of the handler, its arguments as JSON. */
  events: string[];
  metrics: {
    host: string;
    name: string;
    value: string;
    tnSec: number;
    extra: readonly (readonly [string, string])[];
  }[];
  losses: XmlLoss[];
  complete: boolean;
  repaired: number;
}

/** Scans `document` cut behind each of the offsets `cuts`, which ascend. */
export function scanAll(
  document: Buffer,
  { cuts = [], known = createKnownMetrics() }: { cuts?: readonly number[]; known?: KnownMetrics } = {},
): Scanned {
  const events: string[] = [];
  const metrics: Scanned['metrics'] = [];
  const losses: XmlLoss[] = [];
  let host = '';
  const tell =
    (what: string) =>
    (...args: unknown[]): void =>
      void events.push(`${what} ${JSON.stringify(args)}`);
  const openHost = tell('host');
  const metric = tell('metric');
  const lost = tell('lost');
  const scanner = createGangliaXmlScanner(
    {
      openGrid: tell('grid'),
      closeGrid: tell('/grid'),
      openCluster: tell('cluster'),
      closeCluster: tell('/cluster'),
      openHost(head) {
        host = head.name;
        openHost(head);
      },
      closeHost: tell('/host'),
      metric(name, value, tnSec, announced) {
        metrics.push({ host, name, value, tnSec, extra: announced.extra });
        metric(name, value, tnSec, announced);
      },
      hosts: tell('hosts'),
      summary: tell('summary'),
      lost(loss) {
        losses.push(loss);
        lost(loss);
      },
    },
    known,
  );
  let from = 0;
  for (const cut of [...cuts, document.length]) {
    scanner.write(document.subarray(from, cut));
    from = cut;
  }
  scanner.end();
  return { events, metrics, losses, complete: scanner.complete, repaired: scanner.repaired };
}
