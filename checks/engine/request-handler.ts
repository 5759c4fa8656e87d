// Does what people and outside systems ask of an object that this process runs: takes
// results in, acknowledges, plans downtime, runs at once.

import type { Clock } from '#kernel/clock.ts';
import type { NewEvent } from '#kernel/domain/event.ts';
import type { Sample } from '#kernel/domain/metric.ts';
import { parsePluginOutput } from '#wire/plugin-output.ts';
import type { createHostSeries } from '../host-series.ts';
import type { Downtime } from '../machine/downtime-window.ts';
import { cancelDowntime, followDowntime, planDowntime } from '../machine/downtime.ts';
import {
  acknowledge,
  delayNotification,
  removeAcknowledgement,
  sendCustom,
  setNotificationNumber,
} from '../machine/operator.ts';
import { perfdataSamples } from '../perfdata-samples.ts';
import type { EngineRequest } from './inbox.ts';
import { eitherKind, type ObjectNode } from './node.ts';
import { decideResult } from './result-of-run.ts';
import type { AnyDecision, Settler } from './settle.ts';
import type { WatchedSite } from './site.ts';
import type { Change } from './state-writer.ts';

interface RequestHandlerDeps {
  clock: Clock;
  site: WatchedSite;
  settler: Settler;
  isHeld(node: ObjectNode): boolean;
  run(id: string, when: { atMs: number; isForced: boolean }): void;
  hostSeries: ReturnType<typeof createHostSeries>;
  appendHistory: (samples: Sample[]) => void;
}

export interface RequestHandler {
  /**
   * Resolves to true when the effect is committed, to false when it never will be here. `apply` is committed with
   * it. Undefined, and nothing happened, for an object that is unknown or run by another process.
   */
  handle(request: EngineRequest, apply?: Change['apply']): Promise<boolean> | undefined;
  /** Downtimes of any object that wait for this one. */
  followDowntime(downtimeId: string, what: 'started' | 'ended' | 'cancelled' | 'expired'): void;
}

export function createRequestHandler(deps: RequestHandlerDeps): RequestHandler {
  const { clock, site, settler } = deps;

  function nodeOf({ hostId, objectId }: EngineRequest): ObjectNode | undefined {
    const node = site.objects.get(objectId) ?? site.hosts.get(hostId);
    if (!node || (node.id !== objectId && objectId !== hostId)) return undefined;
    return deps.isHeld(node) ? node : undefined;
  }

  function takeResult(node: ObjectNode, request: EngineRequest & { do: 'result' }, more: Change): Promise<boolean> {
    const { short: output, long: longOutput, perfdata } = parsePluginOutput(request.output);
    const said = { output, longOutput, perfdata };
    const decision = decideResult(node, { state: request.state, isPassive: true, said }, clock.nowMs());
    node.via = request.via;
    node.isFreshening = false;
    node.latencyMs = Math.max(0, clock.nowMs() - request.atMs);
    node.executionMs = 0;
    node.noteResult(request.atMs, said, decision.after);
    if (perfdata !== '' && node.definition) void keepPerfdata(node, perfdata, request.atMs);
    return settler.settle(node, decision, more);
  }

  async function keepPerfdata(node: ObjectNode, perfdata: string, atMs: number): Promise<void> {
    if (!node.definition) return;
    const series = await deps.hostSeries.of(node.definition);
    deps.appendHistory(perfdataSamples(node.definition.name, series, perfdata, atMs));
  }

  /** A downtime whose trigger runs already begins with it all the same. */
  function planned(downtime: Downtime, any: ReturnType<typeof eitherKind>, nowMs: number): AnyDecision {
    const { triggeredBy } = downtime;
    const decision = planDowntime(any.current, downtime, any.settings, any, nowMs);
    if (triggeredBy === null || !isRunning(triggeredBy)) return decision;
    const trigger = { id: triggeredBy, what: 'started' as const };
    const { after, effects } = followDowntime(decision.after, trigger, any.settings, any, nowMs);
    return { after, effects: [...decision.effects, ...effects] };
  }

  function isRunning(downtimeId: string): boolean {
    const runs = ({ current }: ObjectNode) =>
      current.downtimes.some(({ id, runsUntilMs }) => id === downtimeId && runsUntilMs !== null);
    return site.hosts.values().some(runs) || site.objects.values().some(runs);
  }

  function decide(node: ObjectNode, request: EngineRequest): { decision: AnyDecision; events?: NewEvent[] } {
    const nowMs = clock.nowMs();
    const subject = { atMs: nowMs, hostId: node.hostId, ...(node.definition && { checkId: node.id }) };
    const any = eitherKind(node);
    const { current, settings } = any;
    switch (request.do) {
      case 'acknowledge': {
        const { by, comment, isSticky, expiresAtMs, notifies } = request;
        const acknowledgement = { by, comment, isSticky, expiresAtMs };
        const decision = acknowledge(current, { acknowledgement, notifies }, settings, any, nowMs);
        const until = expiresAtMs !== null && { untilMs: expiresAtMs };
        const data = { checkName: node.name, by, comment, sticky: isSticky, ...until };
        return {
          decision,
          events: decision.effects.length > 0 ? [{ ...subject, kind: 'check.acknowledged', data }] : [],
        };
      }
      case 'unacknowledge': {
        const decision = removeAcknowledgement(current);
        const data = { checkName: node.name, reason: 'removed' as const, by: request.by };
        const events: NewEvent[] = [{ ...subject, kind: 'check.acknowledgement_ended', data }];
        return { decision, events: decision.effects.length > 0 ? events : [] };
      }
      case 'plan_downtime':
        return { decision: planned(request.downtime, any, nowMs) };
      case 'cancel_downtime':
        return { decision: cancelDowntime(current, request.downtimeId, settings, any, nowMs) };
      case 'custom_notification':
        return { decision: sendCustom(current, request, settings, any, nowMs) };
      case 'delay_notification':
        return { decision: { after: delayNotification(current, request.untilMs), effects: [] } };
      case 'notification_number':
        return { decision: { after: setNotificationNumber(current, request.number), effects: [] } };
      case 'run':
      case 'result':
        return { decision: { after: current, effects: [] } };
    }
  }

  return {
    handle(request, apply) {
      const node = nodeOf(request);
      if (!node) return undefined;
      const more: Change = apply ? { apply } : {};
      if (request.do === 'result') return takeResult(node, request, more);
      if (request.do === 'run') deps.run(node.id, { atMs: request.atMs ?? 0, isForced: request.isForced ?? true });
      const { decision, events = [] } = decide(node, request);
      return settler.settle(node, decision, { ...more, events });
    },
    followDowntime(downtimeId, what) {
      const nowMs = clock.nowMs();
      for (const node of [...site.hosts.values(), ...site.objects.values()]) {
        if (!node.current.downtimes.some(({ triggeredBy }) => triggeredBy === downtimeId) || !deps.isHeld(node))
          continue;
        const any = eitherKind(node);
        const decision = followDowntime(any.current, { id: downtimeId, what }, any.settings, any, nowMs);
        if (decision.effects.length > 0) void settler.settle(node, decision);
      }
    },
  };
}
