// TCP connections: how many there are, at next to no cost, and on request how many
// in each state, under the names of Ganglia's tcpconn module.

import { createMeasuredSource, gauge, type Measured, type MeasuredSource } from './measured-source.ts';
import type { ReadText } from './proc-reader.ts';

const sockets = (name: string, description: string, units = 'Sockets') =>
  gauge(name, description, { type: 'uint32', fmt: '%u', units, group: 'network', tmaxSec: 60 });

/** Two lines of names and numbers under one word, as in /proc/net/snmp. */
function snmpValue(text: string, protocol: string, name: string): number | undefined {
  const [names, values] = [...text.matchAll(new RegExp(`^${protocol}: (.*)$`, 'gm'))].map((line) =>
    line[1]?.split(' '),
  );
  const value = values?.[names?.indexOf(name) ?? -1];
  return value === undefined ? undefined : Number(value);
}

export const createConnectionSource = (readText: ReadText): MeasuredSource =>
  createMeasuredSource(async () => {
    const [snmp = '', sockstat = ''] = await Promise.all([readText('/proc/net/snmp'), readText('/proc/net/sockstat')]);
    const waiting = /^TCP: .*\btw (\d+)/m.exec(sockstat)?.[1];
    const used = /^sockets: used (\d+)/m.exec(sockstat)?.[1];
    const number = (text: string | undefined) => (text === undefined ? undefined : Number(text));
    return [
      // tcpCurrEstab of RFC 4022: ESTABLISHED and CLOSE-WAIT, both families.
      [sockets('tcp_connections', 'Open TCP connections'), snmpValue(snmp, 'Tcp', 'CurrEstab')],
      [sockets('tcp_time_waits', 'TCP connections that are over and wait'), number(waiting)],
      [sockets('sockets_used', 'Sockets of all kinds'), number(used)],
    ];
  });

// Numbers of include/net/tcp_states.h; NEW_SYN_RECV (12) is told as SYN_RECV by the kernel itself.
const STATES: readonly [hex: string, name: string, words: string][] = [
  ['01', 'established', 'established'],
  ['0A', 'listen', 'listening'],
  ['06', 'timewait', 'time_wait'],
  ['08', 'closewait', 'close_wait'],
  ['02', 'synsent', 'syn_sent'],
  ['03', 'synrecv', 'syn_recv'],
  ['04', 'finwait1', 'fin_wait1'],
  ['05', 'finwait2', 'fin_wait2'],
  ['07', 'closed', 'closed'],
  ['09', 'lastack', 'last_ack'],
  ['0B', 'closing', 'closing'],
];

/** How often each state stands in texts of /proc/net/tcp and tcp6. */
export function countStates(texts: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const text of texts)
    for (const [, state = ''] of text.matchAll(/^ *\d+: [\dA-F]+:[\dA-F]{4} [\dA-F]+:[\dA-F]{4} ([\dA-F]{2}) /gm))
      counts.set(state, (counts.get(state) ?? 0) + 1);
  return counts;
}

/** Reads a line for each connection: on a host with many thousands of them it costs. */
export const createTcpStateSource = (readText: ReadText): MeasuredSource =>
  createMeasuredSource(async () => {
    const texts = await Promise.all([readText('/proc/net/tcp'), readText('/proc/net/tcp6')]);
    const known = texts.filter((text) => text !== undefined);
    if (known.length === 0) return [];
    const counts = countStates(known);
    return STATES.map(([hex, name, words]): Measured => [
      sockets(`tcp_${name}`, `Total number of ${words} TCP connections`),
      counts.get(hex) ?? 0,
    ]);
  });
