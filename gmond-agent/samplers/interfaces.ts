// Traffic, errors and drops of each network interface, under the names of Ganglia's
// multi_interface module, so that its graphs and reports go on.

import type { Clock } from '#kernel/clock.ts';
import { createRateTable, parseCounter, type Counter } from './counters.ts';
import { createMeasuredSource, gauge, type Measured, type MeasuredSource } from './measured-source.ts';
import type { ReadText } from './proc-reader.ts';

// Columns of /proc/net/dev, proc(5).
const COLUMNS: readonly [metric: string, column: number, units: string, description: string][] = [
  ['rx_bytes', 0, 'bytes/sec', 'received bytes per sec'],
  ['rx_pkts', 1, 'pkts/sec', 'received packets per sec'],
  ['rx_errs', 2, 'pkts/sec', 'received error packets per sec'],
  ['rx_drops', 3, 'pkts/sec', 'receive packets dropped per sec'],
  ['tx_bytes', 8, 'bytes/sec', 'transmitted bytes per sec'],
  ['tx_pkts', 9, 'pkts/sec', 'transmitted packets per sec'],
  ['tx_errs', 10, 'pkts/sec', 'transmitted error packets per sec'],
  ['tx_drops', 11, 'pkts/sec', 'transmitted dropped packets per sec'],
];

// No wire carries more in bytes or packets (gmond's own limit for bytes).
const MOST_PER_SEC = 1e13;
// Ends of containers' wires, which come and go by the hundred and are counted again on their bridge.
const NOT_WORTH_IT = /^(lo|veth|cali|lxc|tap|docker_gwbridge)/;
const MOST_INTERFACES = 64;

export function createInterfaceSource(readText: ReadText, clock: Clock): MeasuredSource {
  const rates = createRateTable(MOST_PER_SEC);
  return createMeasuredSource(async () => {
    const text = await readText('/proc/net/dev');
    const names: string[] = [];
    const counters = new Map<string, Counter>();
    for (const [, name = '', rest = ''] of (text ?? '').matchAll(/^\s*([^\s|]+):(.+)$/gm)) {
      if (NOT_WORTH_IT.test(name) || names.length >= MOST_INTERFACES) continue;
      names.push(name);
      const fields = rest.trim().split(/\s+/);
      for (const [metric, column] of COLUMNS) {
        const counter = parseCounter(fields[column]);
        if (counter !== undefined) counters.set(`${metric}_${name}`, counter);
      }
    }
    const perSec = rates.update(counters, clock.monotonicMs());
    return names.flatMap((name) =>
      COLUMNS.map(([metric, , units, description]): Measured => {
        const full = `${metric}_${name}`;
        return [
          gauge(full, description, { fmt: '%.4f', units, group: 'network', title: `${name}: ${description}` }),
          perSec.get(full),
        ];
      }),
    );
  });
}
