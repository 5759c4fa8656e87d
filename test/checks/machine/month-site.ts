// A month of a site of 200 objects in seconds: a tree of hosts with services, checked,
// acknowledged, put into downtime. Every decision is shown to `onStep`; what comes out is
// the history from which availability is counted.

import type { HistoryRow } from '#checks/availability/state-history.ts';
import { isFine, type CheckState, type ObjectState } from '#checks/machine/check-state.ts';
import { downtimeDepth, type Downtime } from '#checks/machine/downtime-window.ts';
import { cancelDowntime, followDowntime, planDowntime } from '#checks/machine/downtime.ts';
import type { Effect } from '#checks/machine/effect.ts';
import { acknowledge, removeAcknowledgement } from '#checks/machine/operator.ts';
import { decideTimers } from '#checks/machine/timers.ts';
import {
  DAY_MS,
  drawIllnesses,
  drawOutages,
  HOUR_MS,
  MONTH_FROM_MS,
  MONTH_TO_MS,
  QUIET_FROM_MS,
  seededRandom,
  seenState,
  spellAt,
  type Illness,
  type Spell,
} from './month-world.ts';
import {
  connect,
  contactNamed,
  decideAbout,
  hostNode,
  serviceNode,
  siteWith,
  takeResult,
  type AnyNode,
  type HostNode,
} from './site-nodes.ts';

export interface Step {
  node: AnyNode;
  cause: 'result' | 'timer' | 'operator' | 'downtime';
  before: CheckState<ObjectState>;
  effects: readonly Effect<ObjectState>[];
  nowMs: number;
}

export interface Month {
  fromMs: number;
  toMs: number;
  nodes: AnyNode[];
  /** By object id, in order of time. */
  history: Map<string, HistoryRow<ObjectState>[]>;
  /** Results counted in. */
  results: number;
}

interface Watched {
  node: AnyNode;
  outages: Spell<'off'>[];
  illnesses: Spell<Illness>[];
  nextCheckAtMs: number;
  lookAtMs: number | null;
}

const TICK_MS = 60_000;

/** Office hours, for a contact who sleeps. */
const isInPeriod = (name: string, atMs: number): boolean => {
  const hour = Math.floor((atMs % DAY_MS) / HOUR_MS);
  return name !== 'office' || (hour >= 8 && hour < 18);
};

const CONTACTS = [
  contactNamed('ops'),
  contactNamed('office', { period: 'office' }),
  contactNamed('pager', { options: ['critical', 'down', 'recovery'] }),
  contactNamed('archive', { options: ['warning', 'critical', 'unknown', 'down', 'unreachable'] }),
];

/** One router, four switches, 35 machines (every fifth on two switches), 160 services. */
function buildSite(random: () => number): AnyNode[] {
  const site = siteWith({ looksAtMastersEarly: true }, isInPeriod);
  const notifications = { isEnabled: true, period: null, options: null, intervalSec: 7200, firstDelaySec: 0 };
  const hosts = Array.from({ length: 40 }, (_, i) =>
    hostNode(site, `host-${String(i)}`, { notifications, maxAttempts: 1 + Math.floor(random() * 3) }),
  );
  const [router, ...others] = hosts;
  const switches = others.slice(0, 4);
  for (const each of switches) if (router) connect(router, each);
  for (const [i, machine] of others.slice(4).entries()) {
    const mine = [switches[i % 4], ...(i % 5 === 0 ? [switches[(i + 1) % 4]] : [])];
    for (const parent of mine) if (parent) connect(parent, machine);
  }
  const services = hosts.flatMap((host) =>
    ['load', 'disk', 'web', 'mail'].map((name) =>
      serviceNode(host, name, {
        maxAttempts: 1 + Math.floor(random() * 4),
        isVolatile: random() < 0.05,
        notifications: {
          ...notifications,
          intervalSec: random() < 0.3 ? 0 : 7200,
          firstDelaySec: random() < 0.2 ? 1800 : 0,
        },
      }),
    ),
  );
  for (const [i, service] of services.entries()) {
    const master = services[i - 1];
    if (i % 4 !== 2 || !master) continue;
    service.dependencies.push({
      master,
      executionFailure: [],
      notificationFailure: ['critical', 'unknown'],
      period: null,
      inheritsParent: false,
      usesSoftStates: false,
    });
  }
  const nodes = [...hosts, ...services];
  const boss = { first: 3, last: 0, intervalSec: null, period: null, options: null, contacts: [contactNamed('boss')] };
  for (const node of nodes) {
    node.contacts = CONTACTS;
    if (random() < 0.3) node.escalations = [boss];
  }
  return nodes;
}

export function simulateMonth(seed: number, onStep: (step: Step) => void = () => undefined): Month {
  const random = seededRandom(seed);
  const nodes = buildSite(random);
  const watched = new Map<string, Watched>(
    nodes.map((node) => [
      node.id,
      {
        node,
        outages: node.object === 'host' ? drawOutages(random) : [],
        illnesses: node.object === 'service' ? drawIllnesses(random) : [],
        nextCheckAtMs: MONTH_FROM_MS + Math.floor(random() * 5) * TICK_MS,
        lookAtMs: null,
      },
    ]),
  );
  const history = new Map<string, HistoryRow<ObjectState>[]>(nodes.map((node) => [node.id, []]));
  const all = [...watched.values()];
  const looks: Watched[] = [];
  let results = 0;
  let downtimes = 0;

  const find = (id: string): Watched => {
    const found = watched.get(id);
    if (!found) throw new Error(`no object ${id}`);
    return found;
  };

  /** Everything that is decided goes through here. */
  function take(
    each: Watched,
    cause: Step['cause'],
    nowMs: number,
    decide: () => readonly Effect<ObjectState>[],
  ): void {
    const { node } = each;
    const before = node.current;
    const effects = decide();
    onStep({ node, cause, before, effects, nowMs });
    record(node, nowMs);
    const isDowntime = effects.some(({ kind }) => kind === 'downtime');
    // The downtime of a host is that of its services.
    if (isDowntime) for (const { node: other } of all) if (other.host === node) record(other, nowMs);
    for (const effect of effects) {
      if (effect.kind === 'check_now') looks.push(...effect.ids.map(find).filter((other) => !looks.includes(other)));
      if (effect.kind === 'downtime') follow(effect, nowMs);
    }
    if (cause !== 'timer' && (effects.length > 0 || cause !== 'result')) each.lookAtMs = nowMs;
  }

  function record({ id, current, host }: AnyNode, atMs: number): void {
    if (!current.isChecked) return;
    const rows = history.get(id) ?? [];
    if (rows.at(-1)?.atMs === atMs) rows.pop();
    const last = rows.at(-1);
    const isInDowntime = downtimeDepth(current.downtimes) + downtimeDepth(host?.current.downtimes ?? []) > 0;
    const row = { atMs, state: current.state, stateType: current.type, isInDowntime };
    const isSame = last?.state === row.state && last.stateType === row.stateType && last.isInDowntime === isInDowntime;
    if (!isSame) rows.push(row);
  }

  function follow({ id, what }: Extract<Effect<ObjectState>, { kind: 'downtime' }>, nowMs: number): void {
    for (const each of all) {
      if (!each.node.current.downtimes.some(({ triggeredBy }) => triggeredBy === id)) continue;
      take(each, 'downtime', nowMs, () =>
        decideAbout(each.node, (state, settings, around) =>
          followDowntime(state, { id, what }, settings, around, nowMs),
        ),
      );
    }
  }

  const isAnswering = (host: HostNode, nowMs: number): boolean =>
    spellAt(find(host.id).outages, nowMs) === undefined &&
    (host.parents.length === 0 || host.parents.some((parent) => isAnswering(parent, nowMs)));

  function check(each: Watched, nowMs: number): void {
    const { node } = each;
    const answers = isAnswering(node.host ?? node, nowMs);
    const well = node.object === 'host' ? 'up' : seenState(spellAt(each.illnesses, nowMs), random);
    const state = answers ? well : node.object === 'host' ? 'down' : 'critical';
    results += 1;
    take(each, 'result', nowMs, () => takeResult(node, { state, isPassive: false, isNewOutput: false }, nowMs));
    const isCounting = node.current.type === 'soft' && !isFine(node.current.state);
    each.nextCheckAtMs = nowMs + (isCounting ? node.settings.retryIntervalMs : node.settings.intervalMs);
  }

  function look(each: Watched, nowMs: number): void {
    each.lookAtMs = null;
    take(each, 'timer', nowMs, () =>
      decideAbout(each.node, (state, settings, around) => {
        const decision = decideTimers(state, settings, around, nowMs);
        each.lookAtMs = decision.lookAtMs;
        return decision;
      }),
    );
  }

  function anyObject(): Watched {
    return all[Math.floor(random() * all.length)] ?? find('host-0');
  }

  function plan(each: Watched, downtime: Downtime, nowMs: number): void {
    take(each, 'operator', nowMs, () =>
      decideAbout(each.node, (state, settings, around) => planDowntime(state, downtime, settings, around, nowMs)),
    );
  }

  /** Downtimes overlap, are flexible, trigger others, and some are cancelled. */
  function planSomething(nowMs: number): void {
    const startAtMs = nowMs + Math.floor(random() * 3) * HOUR_MS;
    const downtime = {
      id: String(++downtimes),
      kind: random() < 0.6 ? ('fixed' as const) : ('flexible' as const),
      startAtMs,
      endAtMs: startAtMs + Math.ceil(random() * 6) * HOUR_MS,
      durationMs: HOUR_MS,
      triggeredBy: null,
      by: 'ops',
      comment: 'work',
      runsUntilMs: null,
    };
    plan(anyObject(), downtime, nowMs);
    if (random() < 0.3) {
      plan(anyObject(), { ...downtime, id: String(++downtimes), triggeredBy: downtime.id }, nowMs);
    }
  }

  function operate(nowMs: number): void {
    if (random() < 0.05) planSomething(nowMs);
    const each = anyObject();
    const { current } = each.node;
    const downtime = current.downtimes[0];
    if (downtime && random() < 0.3) {
      take(each, 'operator', nowMs, () =>
        decideAbout(each.node, (state, settings, around) =>
          cancelDowntime(state, downtime.id, settings, around, nowMs),
        ),
      );
    }
    if (isFine(current.state)) return;
    const expiresAtMs = random() < 0.5 ? nowMs + 2 * HOUR_MS : null;
    const acknowledgement = { isSticky: random() < 0.5, by: 'ops', comment: 'looking', expiresAtMs };
    take(each, 'operator', nowMs, () =>
      decideAbout(each.node, (state, settings, around) =>
        state.acknowledgement !== null && random() < 0.5
          ? removeAcknowledgement(state)
          : acknowledge(state, { acknowledgement, notifies: true }, settings, around, nowMs),
      ),
    );
  }

  for (let nowMs = MONTH_FROM_MS; nowMs < MONTH_TO_MS; nowMs += TICK_MS) {
    if (nowMs < QUIET_FROM_MS) operate(nowMs);
    for (const each of all) {
      if (each.nextCheckAtMs <= nowMs) check(each, nowMs);
      for (let next = looks.shift(); next; next = looks.shift()) check(next, nowMs);
      if (each.lookAtMs !== null && each.lookAtMs <= nowMs) look(each, nowMs);
    }
    // A restart in the night: everything that is known is what was stored.
    if (nowMs % DAY_MS === 3 * HOUR_MS)
      for (const { node } of all) node.current = JSON.parse(JSON.stringify(node.current));
  }
  return { fromMs: MONTH_FROM_MS, toMs: MONTH_TO_MS, nodes, history, results };
}
