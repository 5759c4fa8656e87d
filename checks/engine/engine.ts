// Runs the checks of the hosts whose slots this process holds: keeps the site in step with
// what people change, the schedule in step with the site, and every result on its way to the table.

import type { Clock, Timer } from '#kernel/clock.ts';
import type { StoredEvent } from '#kernel/domain/event.ts';
import type { Sample } from '#kernel/domain/metric.ts';
import { errorFields } from '#kernel/errors.ts';
import type { Logger } from '#kernel/log.ts';
import type { InventoryApi } from '#inventory/api.ts';
import { createEventConsumer } from '#store/event-log.ts';
import type { Notifications } from '#store/notifications.ts';
import type { Db } from '#store/postgres.ts';
import type { Sealer } from '#store/sealed.ts';
import { createHostSeries } from '../host-series.ts';
import type { CheckKind } from '../kinds/check-kind.ts';
import { createCheckSchedule, type CheckScheduleCounters } from './check-schedule.ts';
import { createReportingFollower } from './follow-reporting.ts';
import { putRequests } from './inbox.ts';
import { HEARD, hear, type HeardKind } from './heard-events.ts';
import { createInboxReader } from './inbox-reader.ts';
import { unwatchedSinceMs } from './next-run.ts';
import type { ObjectNode } from './node.ts';
import { takeOwnership } from './ownership.ts';
import { unansweredRechecks, type RecheckRequest } from './recheck-answers.ts';
import { createRequestHandler, type RequestHandler } from './request-handler.ts';
import { createRunNode, plannedRunAtMs } from './run-node.ts';
import { createSettler } from './settle.ts';
import { createSite, type SiteChange, type WatchedSite } from './site.ts';
import { loadHostIds, loadParts, loadTies } from './site-store.ts';
import { createSharedValues } from './shared-values.ts';
import { createSlotLeases } from './slot-leases.ts';
import { createStateWriter } from './state-writer.ts';
import { createTimerSweep } from './timer-sweep.ts';

export interface CheckEngineDeps {
  db: Db;
  clock: Clock;
  log: Logger;
  notifications: Notifications;
  sealer: Sealer;
  inventory: Pick<InventoryApi, 'seriesOfHost'>;
  kinds: ReadonlyMap<string, CheckKind>;
  /** Takes perfdata; must not wait and must not throw. */
  appendHistory: (samples: Sample[]) => void;
}

interface CheckEngineOptions {
  holder: string;
  /** No other process can reach the database. */
  isAlone: boolean;
  maxRunning: number;
  maxRunningPerHost: number;
  /** Time zone of periods that name none. */
  zone: string;
}

export interface CheckEngine {
  readonly site: WatchedSite;
  start(): Promise<void>;
  /** Aborts what runs; results that are there are written. */
  stop(): Promise<void>;
  counters(): CheckScheduleCounters & { waitingForDatabase: number; heldSlots: number };
  /** Handles requests for objects of this process at once; undefined for those of another. */
  readonly requests: RequestHandler;
  /** Resolves when every event committed before the call has been acted on; for tests and orderly stops. */
  drain(): Promise<void>;
}

/** Metrics of a running agent come within one collection interval; before that silence means nothing. */
const SETTLING_MS = 60_000;
/** A re-check that was asked for longer ago than this is of no use to anybody any more. */
const RECHECK_MAX_AGE_MS = 600_000;
const RELOAD_RETRY_MS = 1000;

export function createCheckEngine(deps: CheckEngineDeps, options: CheckEngineOptions): CheckEngine {
  const { db, clock, log } = deps;
  const { holder, isAlone } = options;
  const stopping = new AbortController();
  const site = createSite({ zone: options.zone });
  const hostSeries = createHostSeries(deps);
  const shared = createSharedValues();
  const writer = createStateWriter(deps, { holder });
  const forced = new Set<string>();
  const watchedSinceMs = clock.nowMs();
  let settlingUntilTick = 0;
  let reloads: Promise<void> = Promise.resolve();
  let timer: Timer | undefined;

  const isHeld = (node: Pick<ObjectNode, 'slot'>): boolean => leases.held().has(node.slot) || gaining.has(node.slot);
  let gaining: ReadonlySet<number> = new Set();

  const schedule = createCheckSchedule(
    {
      clock,
      run(id, dueAtMs, causes) {
        const node = site.objects.get(id);
        // Removed or given up in the moment it became due; the schedule has forgotten it too.
        if (!node || !isHeld(node)) return Promise.resolve(null);
        // Whoever insists while it runs is answered by this run, and not by one at another time.
        return runNode(node, { dueAtMs, causes, isForced: forced.delete(id) }).finally(() => forced.delete(id));
      },
    },
    options,
  );
  const sweep = createTimerSweep({
    clock,
    site,
    isHeld,
    watchedSinceMs,
    settle: (node, decision) => settler.settle(node, decision),
    runForced,
  });
  const settler = createSettler({
    clock,
    writer,
    runSoon: (ids) => ids.forEach(runForced),
    follow: (downtimeId, what) => requests.followDowntime(downtimeId, what),
    lookSoon: sweep.lookSoon,
  });
  const runNode = createRunNode({
    ...deps,
    site,
    hostSeries,
    settler,
    isSettling: () => clock.monotonicMs() < settlingUntilTick,
  });
  const requests = createRequestHandler({ ...deps, site, settler, isHeld, run, hostSeries });
  const inbox = createInboxReader({ ...deps, requests, heldSlots: () => leases.held() });

  const leases = createSlotLeases({ db, clock, log, gained, givingUp, lost }, { holder, isAlone });

  /** As soon as possible, whatever the schedule says; by whoever runs it. */
  function runForced(id: string): void {
    const node = site.objects.get(id);
    if (!node?.definition) return;
    if (!isHeld(node)) {
      const request = { hostId: node.hostId, objectId: id, do: 'run' as const };
      putRequests(db, [request], clock.nowMs()).catch((error: unknown) =>
        log.warn('another checker could not be asked for a run', errorFields(error)),
      );
      return;
    }
    forced.add(id);
    schedule.runNow(id);
  }

  /** One of ours, at the instant that somebody asked for. */
  function run(id: string, { atMs, isForced }: { atMs: number; isForced: boolean }): void {
    const node = site.objects.get(id);
    if (!node) return;
    if (atMs <= clock.nowMs()) return isForced ? runForced(id) : void schedule.runNow(id);
    // As in Nagios: what is planned for an earlier instant stays, unless somebody insists.
    if (!isForced && node.nextCheckAtMs !== null && node.nextCheckAtMs <= atMs) return;
    if (isForced) forced.add(id);
    schedule.replan(id, atMs);
    node.nextCheckAtMs = atMs;
  }

  // ——— slots

  /** In line with the reloads: of two that overlap, the one that read earlier could come last. */
  function gained(slots: ReadonlySet<number>): Promise<void> {
    const gain = reloads.then(() => takeOver(slots));
    reloads = gain.catch(() => undefined);
    return gain;
  }

  async function takeOver(slots: ReadonlySet<number>): Promise<void> {
    // What was on its way when these slots were lost is written now, or belongs to nobody.
    await writer.flush();
    const hostIds = [...site.hosts.values()].filter((host) => slots.has(host.slot)).map((host) => host.facts.id);
    // What the process before us has written is newer than what we know.
    await reload(hostIds, () => false);
    const sinceMs = clock.nowMs() - RECHECK_MAX_AGE_MS;
    const unanswered = await unansweredRechecks(db, sinceMs);
    gaining = slots;
    try {
      for (const node of site.objects.values()) if (slots.has(node.slot)) begin(node);
      for (const { checkId, eventId } of unanswered) {
        const node = site.objects.get(checkId);
        if (node && slots.has(node.slot)) schedule.runNow(checkId, eventId);
      }
      sweep.lookSoon([...site.hosts.values()].filter((host) => slots.has(host.slot)));
      leases.hold(slots);
    } finally {
      gaining = new Set();
    }
    inbox.wake();
  }

  /** Takes a node into the schedule: on its own grid, and before that if nobody has looked for too long. */
  function begin(node: ObjectNode): void {
    const nowMs = clock.nowMs();
    const { intervalMs, activeChecks } = node.settings;
    const planned = node.nextCheckAtMs;
    const { checkedAtMs } = node.current;
    node.unwatchedSinceMs = activeChecks
      ? unwatchedSinceMs({ intervalMs, checkedAtMs, plannedAtMs: planned }, nowMs)
      : null;
    const keeps = planned !== null && planned > nowMs && planned <= nowMs + intervalMs && activeChecks;
    const dueAtMs = keeps ? planned : plannedRunAtMs(site, node, nowMs, nowMs);
    schedule.set({ id: node.id, hostId: node.hostId, intervalMs }, dueAtMs);
    node.nextCheckAtMs = dueAtMs;
    if (activeChecks && !keeps) schedule.runEarly(node.id);
    sweep.lookSoon([node]);
  }

  function end(node: ObjectNode): void {
    schedule.remove(node.id);
    forced.delete(node.id);
    node.running?.abort();
    sweep.forget(node);
  }

  const nodesOf = (slots: ReadonlySet<number>): ObjectNode[] =>
    [...new Set([...site.hosts.values(), ...site.objects.values()])].filter((node) => slots.has(node.slot));

  async function givingUp(slots: ReadonlySet<number>): Promise<void> {
    nodesOf(slots).forEach(end);
    await writer.flush();
  }

  function lost(slots: ReadonlySet<number>): void {
    nodesOf(slots).forEach(end);
    writer.drop(slots);
  }

  // ——— what people and others change

  const consumer = createEventConsumer<HeardKind>(deps, {
    // Every checker hears everything.
    name: `checks ${holder}`,
    kinds: HEARD,
    fromNow: true,
    // Nothing to store: what a process that dies has not acted on is found again by the next start.
    handle: () => Promise.resolve(),
    afterCommit: (events) => {
      reloads = reloads.then(() => actOn(events));
    },
  });

  async function actOn(events: StoredEvent<HeardKind>[]): Promise<void> {
    if (stopping.signal.aborted) return;
    const heard = hear(events, clock.nowMs() - RECHECK_MAX_AGE_MS);
    // Asked for runs of checks that are not known here yet.
    const unknown: RecheckRequest[] = [];
    for (const request of heard.rechecks) {
      if (isOurs(request.checkId)) schedule.runNow(request.checkId, request.eventId);
      else unknown.push(request);
    }
    for (const event of heard.owners) {
      const node = event.checkId === undefined ? undefined : site.objects.get(event.checkId);
      if (node && isHeld(node)) takeOwnership(node, requests, event);
    }
    // What another checker runs; our own have followed already.
    for (const { hostId, downtimeId, what } of heard.downtimes)
      if (!isHeldHost(hostId)) requests.followDowntime(downtimeId, what);
    const others = [...heard.restated].filter((hostId) => !heard.redefined.has(hostId) && !isHeldHost(hostId));
    try {
      if (heard.isEverything) await reloadAll();
      else {
        if (heard.redefined.size > 0) await reload([...heard.redefined], isHeld);
        if (others.length > 0) await load(others, isHeld, 'if_changed');
      }
      for (const { checkId, eventId } of unknown) if (isOurs(checkId)) schedule.runNow(checkId, eventId);
    } catch (error) {
      log.warn('changes of checks wait for the database', errorFields(error));
      await reloadUntilDone();
    }
  }

  const isOurs = (checkId: string): boolean => {
    const node = site.objects.get(checkId);
    return node !== undefined && isHeld(node);
  };
  const isHeldHost = (hostId: string): boolean => {
    const host = site.hosts.get(hostId);
    return host !== undefined && isHeld(host);
  };

  async function reload(hostIds: readonly string[], keepsState: (node: ObjectNode) => boolean): Promise<void> {
    for (const hostId of hostIds) hostSeries.forget(hostId);
    await load(hostIds, keepsState, 'always');
  }

  /** `ties`: parents, dependencies and periods are of the whole site, and are read when they may be others now. */
  async function load(
    hostIds: readonly string[],
    keepsState: (node: ObjectNode) => boolean,
    ties: 'always' | 'if_changed',
  ): Promise<void> {
    const change: SiteChange = { changed: [], removed: [] };
    try {
      for await (const part of loadParts(db, hostIds, shared)) {
        const { changed, removed } = site.update(part.hostIds, part, keepsState);
        change.changed.push(...changed);
        change.removed.push(...removed);
      }
      if (ties === 'always' || change.changed.length + change.removed.length > 0) site.tie(await loadTies(deps));
    } finally {
      // The next try finds unchanged what this one has put into the site before it failed.
      takeIn(change);
    }
    // A host may be in maintenance now, or no longer.
    for (const hostId of hostIds) {
      const host = site.hosts.get(hostId);
      if (host && isHeld(host)) sweep.lookSoon([host, ...host.services.values()]);
    }
  }

  async function reloadAll(): Promise<void> {
    await load([...new Set([...site.hosts.keys(), ...(await loadHostIds(db))])], isHeld, 'always');
  }

  /** Only what changed is planned anew; new and changed checks of ours run before their time, without a burst. */
  function takeIn({ changed, removed }: SiteChange): void {
    removed.forEach(end);
    const ours = changed.filter(isHeld);
    ours.forEach(begin);
    for (const node of ours) if (node.settings.activeChecks) schedule.runEarly(node.id);
  }

  /** Makes good for all events that could not be acted on; tries until the database is back. */
  async function reloadUntilDone(): Promise<void> {
    while (!stopping.signal.aborted) {
      await clock.sleep(RELOAD_RETRY_MS, stopping.signal);
      try {
        await reloadAll();
        for (const { checkId, eventId } of await unansweredRechecks(db, clock.nowMs() - RECHECK_MAX_AGE_MS))
          if (isOurs(checkId)) schedule.runNow(checkId, eventId);
        return;
      } catch (error) {
        log.debug('checks could not be loaded', errorFields(error));
      }
    }
  }

  const reporting = createReportingFollower({ ...deps, site, lookSoon: sweep.lookSoon });
  function tick(): void {
    sweep.tick();
    reporting.tick();
  }

  return {
    site,
    requests,
    async start() {
      const startTick = clock.monotonicMs();
      settlingUntilTick = startTick + SETTLING_MS;
      // The consumer first: what changes while the checks are being loaded is then heard twice, not never.
      await consumer.start(stopping.signal);
      await reloadAll();
      await leases.start();
      inbox.start();
      timer = clock.every(1000, tick);
      log.info('checks are running', {
        checks: site.objects.size,
        tookMs: Math.round(clock.monotonicMs() - startTick),
      });
    },
    async stop() {
      stopping.abort();
      timer?.cancel();
      await consumer.stop();
      await inbox.stop();
      const idle = schedule.stop();
      for (const node of site.objects.values()) node.running?.abort();
      // Before what may be waiting for it.
      await writer.stop();
      await reloads;
      await reporting.stop();
      await idle;
      await leases.stop();
    },
    counters: () => ({
      ...schedule.counters(),
      waitingForDatabase: writer.waiting(),
      heldSlots: leases.held().size,
    }),
    async drain() {
      await consumer.drain();
      await reloads;
      await inbox.drain();
    },
  };
}
