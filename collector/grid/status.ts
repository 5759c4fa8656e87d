// gmetad's /status: how the service fares, as JSON in gmetad's shape. What gmetad tells
// of its own machine and we would have to sample for nobody else is left out.

import os from 'node:os';
import type { Clock } from '#kernel/clock.ts';
import { GANGLIA_VERSION } from '../xml-dump.ts';

export interface RequestCount {
  num: number;
  totalMillis: number;
}

/** What the collector counted since its start. */
export interface StatusNumbers {
  /** Packets heard. */
  received: number;
  interactive: RequestCount;
  xml: RequestCount;
  polls: { ok: number; failed: number };
}

/** Numbers of now, in the JSON of gmetad/server.c. */
export function createStatus(clock: Clock, gridName: string): (numbers: StatusNumbers) => string {
  const startedAtMs = clock.nowMs();
  const startTick = clock.monotonicMs();

  return ({ received, interactive, xml, polls }) => {
    const nowMs = clock.nowMs();
    const upMs = Math.round(clock.monotonicMs() - startTick);
    const [one = 0, five = 0, fifteen = 0] = os.loadavg();
    const cpus = os.cpus();
    return JSON.stringify({
      host: os.hostname(),
      gridname: gridName,
      version: GANGLIA_VERSION,
      // The spelling is gmetad's.
      stattime: nowMs,
      boottime: startedAtMs,
      uptime: Math.floor(upMs / 1000),
      uptimeMillis: upMs,
      metrics: {
        received: { all: received },
        requests: { all: sumOf(interactive, xml), interactive: rounded(interactive), xml: rounded(xml) },
        polls: { ok: { num: polls.ok }, failed: { num: polls.failed } },
        cpu: { cpu_num: cpus.length, cpu_speed: cpus[0]?.speed ?? 0 },
        load: { load_one: one, load_five: five, load_fifteen: fifteen },
        memory: { mem_total: kilobytes(os.totalmem()), mem_free: kilobytes(os.freemem()) },
        system: {
          boottime: Math.floor(nowMs / 1000 - os.uptime()),
          sys_clock: Math.floor(nowMs / 1000),
          machine_type: os.machine(),
          os_name: os.type(),
          os_release: os.release(),
        },
      },
    });
  };
}

const kilobytes = (bytes: number): number => Math.floor(bytes / 1024);

const rounded = ({ num, totalMillis }: RequestCount): RequestCount => ({ num, totalMillis: Math.round(totalMillis) });

const sumOf = (a: RequestCount, b: RequestCount): RequestCount =>
  rounded({ num: a.num + b.num, totalMillis: a.totalMillis + b.totalMillis });
