// Carries a decision of the machine out: the node's new state, what is to be committed with
// it, and who else must look or follow because of it.

import type { Clock } from '#kernel/clock.ts';
import type { NewEvent } from '#kernel/domain/event.ts';
import type { CheckState, ObjectState } from '../machine/check-state.ts';
import type { Effect } from '../machine/effect.ts';
import type { Trx } from '#store/postgres.ts';
import { markDowntime } from './downtime-rows.ts';
import type { HostNode, ObjectNode } from './node.ts';
import type { StateWriter, Change } from './state-writer.ts';
import { eventsOf, historyAfterGap, historyOf, historyRow, mutedBy, type Decided } from './told.ts';

export interface SettleDeps {
  clock: Clock;
  writer: StateWriter;
  /** These should run as soon as they can. */
  runSoon(ids: readonly string[]): void;
  /** A downtime began or is over: those that it triggers follow. */
  follow(downtimeId: string, what: 'started' | 'ended' | 'cancelled' | 'expired'): void;
  /** Timers of these may have another answer now. */
  lookSoon(nodes: Iterable<ObjectNode>): void;
}

/** The machine's functions are generic over the kind of object; a node knows its own. */
export interface AnyDecision {
  after: CheckState<ObjectState>;
  effects: readonly Effect<ObjectState>[];
}

export interface Settler {
  /**
   * Takes the decision over. Resolves to true when it is committed, to false when it never will be: another
   * process has the object. A decision that changed nothing but the instant is written within a second, and
   * resolves at once unless `more` asks for its commit.
   */
  settle(node: ObjectNode, decision: AnyDecision, more?: Change): Promise<boolean>;
}

export function createSettler(deps: SettleDeps): Settler {
  const { clock, writer } = deps;

  function settle(node: ObjectNode, decision: AnyDecision, more: Change = {}): Promise<boolean> {
    const atMs = clock.nowMs();
    const before: CheckState<ObjectState> = node.current;
    const { after, effects } = decision;
    const isUnchanged = effects.length === 0 && after.isChecked === before.isChecked && after.type === before.type;
    assign(node, after);
    const wasMutedBy = node.mutedBy;
    node.mutedBy = mutedBy(after, hostOf(node).facts.isInMaintenance);
    const isAsked = more.answers !== undefined || more.apply !== undefined || more.events !== undefined;
    const isResult = after.isChecked && after.checkedAtMs !== before.checkedAtMs;
    const gapMs = isResult ? node.unwatchedSinceMs : null;
    if (isUnchanged && !isAsked && gapMs === null && node.mutedBy === wasMutedBy) {
      writer.touch(node);
      return Promise.resolve(true);
    }
    const decided: Decided = { node, before, after, effects, wasMutedBy, mutedBy: node.mutedBy, atMs };
    const isDowntime = effects.some(({ kind }) => kind === 'downtime');
    const committed = writer.commit(node, {
      events: [...(more.events ?? []), ...subjects(node, eventsOf(decided)), ...downtimeEvents(decided)],
      history: [
        ...(gapMs === null ? historyOf(decided) : historyAfterGap(node, gapMs, atMs)),
        ...historyOfServices(decided, isDowntime),
      ],
      ...(more.answers && { answers: more.answers }),
      apply: (trx) => applyAll(trx, decided, more),
    });
    if (isResult) node.unwatchedSinceMs = null;
    actOn(decided);
    return committed;
  }

  function actOn({ node, effects, before, after }: Decided): void {
    for (const effect of effects) {
      if (effect.kind === 'check_now') deps.runSoon(effect.ids);
      if (effect.kind === 'downtime') deps.follow(effect.id, effect.what);
    }
    if (effects.length > 0) deps.lookSoon([node]);
    // What a host is, or the downtime it is in, mutes its services; what a master is, those that depend on it.
    if (node.object === 'host' && (before.state !== after.state || before.downtimes !== after.downtimes))
      deps.lookSoon(node.services.values());
    if (before.state !== after.state || before.type !== after.type) deps.lookSoon(node.dependents);
  }

  return { settle };
}

const hostOf = (node: ObjectNode): HostNode => (node.object === 'host' ? node : node.host);

function assign(node: ObjectNode, after: CheckState<ObjectState>): void {
  // The machine was given this node's own state and kind, and hands the same kind back.
  node.current = after as never;
}

/** A host without a check of its own is named by its host id alone. */
const subjects = (node: ObjectNode, events: NewEvent[]): NewEvent[] =>
  node.definition ? events : events.map(({ checkId: _none, ...event }) => event);

function downtimeEvents({ node, before, after, effects, atMs }: Decided): NewEvent[] {
  return effects.flatMap((effect): NewEvent[] => {
    if (effect.kind !== 'downtime' || effect.what === 'expired') return [];
    const downtime = [...after.downtimes, ...before.downtimes].find(({ id }) => id === effect.id);
    if (!downtime) return [];
    const kind = { started: 'downtime.started', ended: 'downtime.ended', cancelled: 'downtime.cancelled' } as const;
    return [
      {
        kind: kind[effect.what],
        atMs,
        hostId: node.hostId,
        ...(node.definition && { checkId: node.id }),
        data: {
          downtimeId: downtime.id,
          ...(node.object === 'service' && { checkName: node.name }),
          hostName: hostOf(node).name,
          by: downtime.by,
          comment: downtime.comment,
          startsAtMs: downtime.startAtMs,
          endsAtMs: downtime.endAtMs,
        },
      },
    ];
  });
}

/** Services of a host in downtime are counted as in downtime too. */
const historyOfServices = ({ node, atMs }: Decided, isDowntime: boolean) =>
  isDowntime && node.object === 'host'
    ? [...node.services.values()].filter(({ current }) => current.isChecked).map((each) => historyRow(each, atMs))
    : [];

async function applyAll(trx: Trx, { effects, atMs }: Decided, more: Change): Promise<void> {
  for (const effect of effects) if (effect.kind === 'downtime') await markDowntime(trx, effect.id, effect.what, atMs);
  await more.apply?.(trx);
}
