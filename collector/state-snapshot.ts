// Hosts and metadata on disk, so that a restart does not make the site nameless until every
// sender has repeated itself. No values: an old value must never look like a new one.

import { createReadStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { crc32 } from 'node:zlib';
import { SLOPES } from '#kernel/domain/metric.ts';
import { errorFields } from '#kernel/errors.ts';
import type { Logger } from '#kernel/log.ts';
import type { ExtraElement } from '#wire/gmond-packet.ts';
import { isPolled, type Announcement, type LiveHost, type MetricState } from './metric-state.ts';
import type { RememberedHost, RememberedHosts } from './remembered-hosts.ts';

export interface StateSnapshot {
  /** What the file holds and is not older than `oldestMs`. A damaged file is a warning and an empty start. */
  read(oldestMs: number): Promise<RememberedHost[]>;
  /** Replaces the file; a call while one is being written waits for that. Never rejects. */
  write(): Promise<void>;
}

const HEADER = 'plexus collector state 1';
// About a millisecond of work between two turns of the event loop.
const HOSTS_PER_SLICE = 50;

/** `maxSeries` bounds what is read, hosts and metrics together. */
export function createStateSnapshot(
  deps: { log: Logger; state: MetricState; remembered: RememberedHosts },
  options: { file: string; maxSeries: number },
): StateSnapshot {
  const { log, state, remembered } = deps;
  const { file, maxSeries } = options;
  let writing: Promise<void> | undefined;

  async function replaceFile(): Promise<void> {
    const next = `${file}.new`;
    const handle = await open(next, 'w', 0o600);
    try {
      let sum = 0;
      for (const lines of linesOf(state, remembered)) {
        sum = crc32(lines, sum);
        await handle.write(lines);
        await nextTurn();
      }
      await handle.write(`end ${sum}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(next, file);
  }

  return {
    async read(oldestMs) {
      try {
        return await readFile(file, { oldestMs, maxSeries });
      } catch (error) {
        if (isMissing(error)) return [];
        log.warn('the collector begins without what it knew: its state file cannot be used', {
          file,
          ...errorFields(error),
        });
        return [];
      }
    },
    write() {
      writing ??= replaceFile()
        .catch(async (error: unknown) => {
          log.warn('the collector cannot keep its state for the next start', { file, ...errorFields(error) });
          await rm(`${file}.new`, { force: true }).catch(() => undefined);
        })
        .finally(() => (writing = undefined));
      return writing;
    },
  };
}

const isMissing = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT';

// readline also ends a line at these two, and names from packets may hold them.
const lineOf = (value: unknown): string =>
  `${JSON.stringify(value).replaceAll(/[\u2028\u2029]/g, (character) => `\\u${character.charCodeAt(0).toString(16)}`)}\n`;

/** The file in slices of whole lines: announcements before the first host that needs them. */
function* linesOf(state: MetricState, remembered: RememberedHosts): Generator<string> {
  const numbers = new Map<Announcement, number>();
  let lines = `${HEADER}\n`;

  function add(host: RememberedHost): void {
    const metrics: [key: string, announcement: number][] = [];
    for (const [key, announcement] of host.metrics) {
      let number = numbers.get(announcement);
      if (number === undefined) {
        number = numbers.size;
        numbers.set(announcement, number);
        const { type, units, slope, tmaxSec, dmaxSec, extra } = announcement;
        lines += lineOf([type, units, slope, tmaxSec, dmaxSec, extra]);
      }
      metrics.push([key, number]);
    }
    lines += lineOf({ ...host, metrics });
  }

  let inSlice = 0;
  for (const host of hostsOf(state, remembered)) {
    add(host);
    if (++inSlice < HOSTS_PER_SLICE) continue;
    yield lines;
    lines = '';
    inSlice = 0;
  }
  yield lines;
}

/** What is heard here, also within a polled cluster; what is polled is whole again with the next poll. */
function* hostsOf(state: MetricState, remembered: RememberedHosts): Generator<RememberedHost> {
  for (const cluster of state.clusters.values()) {
    for (const host of cluster.hosts.values()) if (!isPolled(host)) yield describe(host, remembered.unspoken(host));
  }
  yield* remembered.unheard();
}

function describe(host: LiveHost, unspoken: ReadonlyMap<string, Announcement> | undefined): RememberedHost {
  const metrics = new Map(unspoken);
  for (const [key, { announcement }] of host.metrics) if (announcement !== undefined) metrics.set(key, announcement);
  const { cluster, key, name, spoofedAs, location, agentId, gmondStartedSec, heardAtMs, quiet } = host;
  return {
    cluster,
    key,
    name,
    ...(spoofedAs !== undefined && { spoofedAs }),
    ...(location !== undefined && { location }),
    ...(agentId !== undefined && { agentId }),
    gmondStartedSec,
    heardAtMs,
    quiet,
    metrics,
  };
}

/** Rejects when the file is not whole and as written. */
async function readFile(file: string, limits: { oldestMs: number; maxSeries: number }): Promise<RememberedHost[]> {
  const announcements: Announcement[] = [];
  const hosts: RememberedHost[] = [];
  let sum = 0;
  let isFirst = true;
  let series = 0;
  let end: string | undefined;
  for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
    if (end !== undefined) throw new Error('has lines after its end');
    if (line.startsWith('end ')) {
      end = line;
      continue;
    }
    if (isFirst && line !== HEADER) throw new Error('is of another version, or no state file');
    sum = crc32(`${line}\n`, sum);
    if (isFirst) {
      isFirst = false;
      continue;
    }
    const parsed: unknown = JSON.parse(line);
    if (Array.isArray(parsed)) announcements.push(announcementOf(parsed));
    else {
      const host = hostOf(parsed, announcements);
      series += 1 + host.metrics.size;
      if (series <= limits.maxSeries && host.heardAtMs >= limits.oldestMs) hosts.push(host);
    }
  }
  if (end !== `end ${sum}`) throw new Error('is cut short or changed');
  return hosts;
}

const text = (value: unknown): string => {
  if (typeof value !== 'string') throw new Error('holds something else where a text belongs');
  return value;
};
const number = (value: unknown): number => {
  if (typeof value !== 'number') throw new Error('holds something else where a number belongs');
  return value;
};
const list = (value: unknown): unknown[] => {
  if (!Array.isArray(value)) throw new Error('holds something else where a list belongs');
  return value;
};

function announcementOf([type, units, slope, tmaxSec, dmaxSec, extra]: unknown[]): Announcement {
  return {
    type: text(type),
    units: text(units),
    slope: SLOPES.find((known) => known === slope) ?? 'unspecified',
    tmaxSec: number(tmaxSec),
    dmaxSec: number(dmaxSec),
    extra: list(extra).map((pair): ExtraElement => {
      const [key, value] = list(pair);
      return [text(key), text(value)];
    }),
  };
}

function hostOf(value: unknown, announcements: readonly Announcement[]): RememberedHost {
  const fields: Record<string, unknown> = typeof value === 'object' && value !== null ? { ...value } : {};
  const { spoofedAs, location, agentId } = fields;
  const metrics = new Map<string, Announcement>();
  for (const entry of list(fields['metrics'])) {
    const [key, at] = list(entry);
    const announcement = announcements[number(at)];
    if (announcement !== undefined) metrics.set(text(key), announcement);
  }
  return {
    cluster: text(fields['cluster']),
    key: text(fields['key']),
    name: text(fields['name']),
    ...(spoofedAs !== undefined && { spoofedAs: text(spoofedAs) }),
    ...(location !== undefined && { location: text(location) }),
    ...(agentId !== undefined && { agentId: text(agentId) }),
    gmondStartedSec: number(fields['gmondStartedSec']),
    heardAtMs: number(fields['heardAtMs']),
    quiet: fields['quiet'] === true,
    metrics,
  };
}
