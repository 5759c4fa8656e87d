// Polls the data sources as gmetad does: each in its own rhythm, with failover, never
// twice at once. What an answer means is poll-apply's; how it is fetched, fetch-xml's.

import type { LookupFunction } from 'node:net';
import { jitter } from '#kernel/ids.ts';
import type { Logger } from '#kernel/log.ts';
import type { GmetadDataSource, SourceAddress } from '#wire/gmetad-conf.ts';
import { createKnownMetrics } from '#wire/ganglia-xml-metric.ts';
import {
  createGangliaXmlScanner,
  type GangliaXmlScanner,
  type LossReason,
  type XmlLoss,
} from '#wire/ganglia-xml-scan.ts';
import { createFailover } from './failover.ts';
import { createNameLookup, fetchXml, type FetchLimits, type Fetched } from './fetch-xml.ts';
import { createPollApply, type PollApplyDeps } from './poll-apply.ts';
import { createTurns } from './turns.ts';

export interface PollingDeps extends PollApplyDeps {
  log: Logger;
  /** Replaces the system's look-up of names. */
  lookUp?: LookupFunction;
}

export interface PollingOptions {
  sources: readonly GmetadDataSource[];
  scalable: boolean;
  keepVanishedSec: number;
  limits?: Partial<FetchLimits>;
}

/** How one data source does. */
export interface SourceView {
  name: string;
  everySec: number;
  addresses: string[];
  /** The one that answered last. */
  currentAddress?: string;
  /** Absent before the first poll has ended. */
  alive?: boolean;
  lastPollAtMs?: number;
  /** Of the last poll, with all that was tried. */
  tookMs?: number;
  /** Of the last answer, unpacked. */
  bytes?: number;
  polls: { ok: number; failed: number };
  /** Polls that took longer than the time between two. */
  misses: number;
  /** Elements that could not be read, since the start. */
  lost: Partial<Record<LossReason, number>>;
  /** The first few of the last poll. */
  lastLosses: XmlLoss[];
  /** Elements of the last answer that no XML parser would take and that were read all the same. */
  repaired: number;
  clusters: string[];
  grids: string[];
  /** Why the last poll failed, or an address of it. */
  lastError?: string;
}

export interface Polling {
  start(): void;
  stop(): Promise<void>;
  view(): SourceView[];
}

const LIMITS: FetchLimits = { connectMs: 5000, silenceMs: 10_000, wholeMs: 60_000, maxBytes: 512 * 1024 ** 2 };
const MOST_AT_ONCE = 16;
const MOST_LOSSES_SHOWN = 5;
const JITTER = 0.05;
/** However long a poll took, a source has so much of its period to rest. */
const LEAST_REST = 0.1;
const FORGET_EVERY_MS = 180_000;

const textOf = ({ host, port }: SourceAddress): string =>
  host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;

export function createPolling(deps: PollingDeps, options: PollingOptions): Polling {
  const { clock, log } = deps;
  const limits = { ...LIMITS, ...options.limits };
  const names = options.sources.reduce((sum, { addresses }) => sum + addresses.length, 0);
  const lookUp = deps.lookUp ?? createNameLookup(clock, names);
  const known = createKnownMetrics();
  const turns = createTurns(MOST_AT_ONCE);
  const stopping = new AbortController();
  const sources = options.sources.map(createSource);
  let loops: Promise<void>[] = [];

  function createSource({ name, everySec, addresses }: GmetadDataSource) {
    const apply = createPollApply(deps, {
      name,
      scalable: options.scalable,
      keepVanishedSec: options.keepVanishedSec,
    });
    const failover = createFailover(addresses.length);
    const view: SourceView = {
      name,
      everySec,
      addresses: addresses.map(textOf),
      polls: { ok: 0, failed: 0 },
      misses: 0,
      lost: {},
      lastLosses: [],
      repaired: 0,
      clusters: [],
      grids: [],
    };
    let forgotTick = clock.monotonicMs();

    async function tryAddress(address: SourceAddress, wholeMs: number): Promise<Fetched> {
      let scanner: GangliaXmlScanner | undefined;
      const fetched = await fetchXml({ clock, lookUp }, address, {
        limits: { ...limits, wholeMs },
        signal: stopping.signal,
        take(chunk) {
          // Ages count from the first byte: how long the connection took is no age.
          scanner ??= createGangliaXmlScanner({ ...apply.begin(), lost }, known);
          scanner.write(chunk);
          return !scanner.complete;
        },
      });
      if (scanner === undefined) return fetched.kind === 'done' ? { kind: 'failed', reason: NO_ANSWER } : fetched;
      scanner.end();
      view.repaired = scanner.repaired;
      if (fetched.kind !== 'done') return fetched;
      if (!scanner.complete) return { kind: 'failed', reason: brokenOff(fetched.bytes) };
      apply.finish();
      return fetched;
    }

    function lost(loss: XmlLoss): void {
      view.lost[loss.reason] = (view.lost[loss.reason] ?? 0) + 1;
      if (view.lastLosses.length < MOST_LOSSES_SHOWN) view.lastLosses.push(loss);
    }

    /** Until one answers, every address has failed, or the time is up. */
    async function tryAll(): Promise<boolean> {
      const giveUpTick = clock.monotonicMs() + limits.wholeMs;
      failover.begin();
      delete view.lastError;
      view.lastLosses = [];
      for (let index = failover.next(); index !== undefined; index = failover.next()) {
        const address = addresses[index];
        const leftMs = giveUpTick - clock.monotonicMs();
        if (address === undefined || leftMs <= 0 || stopping.signal.aborted) return false;
        const fetched = await tryAddress(address, leftMs);
        if (fetched.kind === 'done') {
          failover.succeeded(index);
          view.currentAddress = textOf(address);
          view.bytes = fetched.bytes;
          return true;
        }
        if (fetched.kind === 'failed') failover.readFailed(index);
        else failover.connectFailed(index);
        view.lastError = `${textOf(address)}: ${fetched.reason}`;
      }
      return false;
    }

    async function poll(): Promise<void> {
      const beganTick = clock.monotonicMs();
      const isAlive = await tryAll();
      if (stopping.signal.aborted) return;
      view.lastPollAtMs = clock.nowMs();
      view.tookMs = clock.monotonicMs() - beganTick;
      if (view.tookMs > everySec * 1000) view.misses++;
      note(isAlive);
      if (!isAlive) return;
      if (clock.monotonicMs() - forgotTick < FORGET_EVERY_MS) return;
      forgotTick = clock.monotonicMs();
      apply.forgetVanished();
    }

    function note(isAlive: boolean): void {
      const was = view.alive;
      view.alive = isAlive;
      if (isAlive) {
        view.polls.ok++;
        if (was === false) log.info('a data source answers again', { source: name, address: view.currentAddress });
      } else {
        view.polls.failed++;
        apply.markDead();
        // Once: the next polls will fail in the same way.
        if (was !== false)
          log.warn('a data source is dead: no address answers', { source: name, error: view.lastError });
      }
      Object.assign(view, apply.names());
    }

    return {
      view,
      async run(): Promise<void> {
        const periodMs = everySec * 1000;
        while (!stopping.signal.aborted) {
          const beganTick = clock.monotonicMs();
          await turns.take(poll);
          const usedMs = clock.monotonicMs() - beganTick;
          await clock.sleep(Math.max(periodMs * LEAST_REST, jitter(periodMs, JITTER) - usedMs), stopping.signal);
        }
      },
    };
  }

  return {
    start() {
      if (loops.length === 0) loops = sources.map((source) => source.run());
    },
    async stop() {
      stopping.abort();
      await Promise.all(loops);
    },
    view: () => sources.map(({ view }) => structuredClone(view)),
  };
}

const NO_ANSWER = 'closed without an answer (does it trust this address?)';
const brokenOff = (bytes: number): string => `the answer ended after ${bytes} bytes without </GANGLIA_XML>`;
