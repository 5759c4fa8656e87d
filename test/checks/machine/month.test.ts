// A month of outages, flapping, downtimes and acknowledgements of 200 objects. What must
// hold at every single step holds, and everybody who heard of a problem heard of its end.

import { expect, test } from 'vitest';
import { measureAvailability } from '#checks/availability/availability.ts';
import { createReportWindow } from '#checks/availability/report-window.ts';
import { HOST_KIND, SERVICE_KIND, type StateKind } from '#checks/availability/state-history.ts';
import { isFine, type ObjectState } from '#checks/machine/check-state.ts';
import { downtimeDepth } from '#checks/machine/downtime-window.ts';
import type { Effect } from '#checks/machine/effect.ts';
import { UTC } from '#checks/time-period/time-zone.ts';
import { simulateMonth, type Step } from './month-site.ts';

const seed = Number(process.env['PLEXUS_SEED'] ?? Date.UTC(2026, 10, 1) / 1000);

const ofKind = <Kind extends Effect<ObjectState>['kind']>({ effects }: Step, kind: Kind) =>
  effects.filter((effect): effect is Extract<Effect<ObjectState>, { kind: Kind }> => effect.kind === kind);

type Rule = (step: Step) => string | undefined;

/** Each gives the sentence that is broken, or nothing. */
const RULES: Rule[] = [
  ({ node, before, effects }) => {
    const changes = effects.filter(({ kind }) => kind === 'transition').length;
    if (changes > 1) return 'one result is more than one change';
    if (before.state !== node.current.state && changes !== 1) return 'a change of state without an event';
    return undefined;
  },
  (step) => {
    const [transition] = ofKind(step, 'transition');
    if (!transition) return undefined;
    if (transition.from !== step.before.state || transition.to !== step.node.current.state) {
      return 'an event tells of another change than the one that happened';
    }
    return undefined;
  },
  ({ node, before }) => {
    const { current, settings } = node;
    const isHostDown = node.host !== null && node.host.current.state !== 'up';
    if (isHostDown || settings.maxAttempts === 1 || isFine(current.state) || current.type !== 'hard') return undefined;
    if (isFine(before.state)) return 'hard without having been soft';
    if (before.type === 'soft' && current.attempt !== settings.maxAttempts) return 'hard before its last attempt';
    return undefined;
  },
  ({ node: { current, settings } }) =>
    current.attempt < 1 || current.attempt > settings.maxAttempts ? 'an attempt out of bounds' : undefined,
  ({ node: { current } }) =>
    current.type === 'hard' && current.lastHardState !== current.state
      ? 'hard, but not the last hard state'
      : undefined,
  (step) => {
    const { current, host } = step.node;
    const isMuted = downtimeDepth(current.downtimes) + downtimeDepth(host?.current.downtimes ?? []) > 0;
    const spoke = ofKind(step, 'notification').some(
      ({ verdict }) => verdict.outcome === 'sent' && (verdict.type === 'problem' || verdict.type === 'recovery'),
    );
    return isMuted && spoke ? 'a notification in downtime' : undefined;
  },
  (step) => {
    const { current } = step.node;
    const told = ofKind(step, 'notification').some(
      ({ verdict }) => verdict.outcome === 'sent' && verdict.type === 'problem',
    );
    if (told && current.acknowledgement !== null) return 'a problem that somebody works on is told';
    if (told && current.isFlapping) return 'a problem is told while flapping';
    if (told && current.type === 'soft') return 'a soft problem is told';
    return undefined;
  },
  ({ node: { current } }) =>
    isFine(current.state) && current.acknowledgement !== null ? 'an acknowledgement of nothing' : undefined,
  (step) => {
    const began = ofKind(step, 'downtime').filter(({ what }) => what === 'started').length;
    const ended = ofKind(step, 'downtime').filter(({ what }) => what !== 'started').length;
    const now = downtimeDepth(step.node.current.downtimes);
    const then = downtimeDepth(step.before.downtimes);
    return now > then + began || now < then - ended ? 'the depth of downtime moved by itself' : undefined;
  },
];

/** Who heard of a problem of which object, and not yet of its end. */
const open = new Map<string, Set<string>>();

function keepAccount(step: Step, wantsRecovery: (contact: string) => boolean): string | undefined {
  const heard = open.get(step.node.id) ?? new Set();
  open.set(step.node.id, heard);
  for (const { verdict } of ofKind(step, 'notification')) {
    if (verdict.outcome !== 'sent') continue;
    for (const contact of verdict.contacts) {
      if (verdict.type === 'problem' && wantsRecovery(contact)) heard.add(contact);
      // "Flapping, and well just now" is also the news that it is over.
      if (verdict.type === 'flapping_start' && isFine(step.node.current.state)) heard.delete(contact);
      if (verdict.type === 'recovery' && !heard.delete(contact))
        return `a recovery for ${contact}, who knew of no problem`;
    }
  }
  return undefined;
}

const counts = {
  transitions: 0,
  problems: 0,
  recoveries: 0,
  flapping: 0,
  downtimes: 0,
  acknowledged: 0,
  unreachable: 0,
};
const broken: string[] = [];

function watch(step: Step): void {
  if (step.effects.length === 0 && step.before.state === step.node.current.state) return;
  for (const rule of [...RULES, (each: Step) => keepAccount(each, (contact) => contact !== 'archive')]) {
    const sentence = rule(step);
    if (sentence === undefined || broken.length >= 10) continue;
    const story = [step.before, step.node.current, step.effects].map((part) => JSON.stringify(part)).join('\n  ');
    broken.push(`${new Date(step.nowMs).toISOString()} ${step.node.id} (${step.cause}): ${sentence}\n  ${story}`);
  }
  counts.transitions += ofKind(step, 'transition').length;
  counts.unreachable += ofKind(step, 'transition').filter(({ to }) => to === 'unreachable').length;
  counts.flapping += ofKind(step, 'flapping').filter(({ what }) => what === 'started').length;
  counts.downtimes += ofKind(step, 'downtime').filter(({ what }) => what === 'started').length;
  counts.acknowledged += ofKind(step, 'acknowledged').length;
  for (const { verdict } of ofKind(step, 'notification')) {
    if (verdict.outcome === 'sent' && verdict.type === 'problem') counts.problems += 1;
    if (verdict.outcome === 'sent' && verdict.type === 'recovery') counts.recoveries += 1;
  }
}

const month = simulateMonth(seed, watch);

test(`every step of the month keeps every promise (PLEXUS_SEED=${String(seed)})`, () => {
  expect(broken.join('\n')).toBe('');
});

test('at its end all is well, and everybody who heard of a problem heard that it is over', () => {
  expect(month.nodes.filter(({ current }) => !isFine(current.state)).map(({ id }) => id)).toEqual([]);
  expect([...open].filter(([, contacts]) => contacts.size > 0)).toEqual([]);
});

test('it was worth the trouble: there was plenty of everything', () => {
  expect(month.nodes.length).toBe(200);
  expect(month.results).toBeGreaterThan(1_500_000);
  for (const [what, count] of Object.entries(counts)) expect(count, what).toBeGreaterThan(50);
});

const sum = (times: Readonly<Record<string, { ms: number }>>): number =>
  Object.values(times).reduce((total, { ms }) => total + ms, 0);

test('availability of each object sums to the month, in states and in days', () => {
  const { fromMs, toMs, nodes, history } = month;
  const byDay = createReportWindow({ fromMs, toMs, zone: UTC, bucket: 'day' });
  let downtimeMs = 0;
  let outageMs = 0;
  for (const { id, object } of nodes) {
    const kind: StateKind<ObjectState> = object === 'host' ? HOST_KIND : SERVICE_KIND;
    const { times, buckets } = measureAvailability(history.get(id) ?? [], byDay, kind);
    expect(sum(times), id).toBe(toMs - fromMs);
    const days = buckets().reduce((total, bucket) => total + sum(bucket.times), 0);
    expect(days, id).toBe(toMs - fromMs);
    // Each was watched from its first result on.
    expect(times.undetermined.ms, id).toBeLessThan(3_600_000);
    downtimeMs += Object.values(times).reduce((total, time) => total + time.downtimeMs, 0);
    outageMs += times[object === 'host' ? 'down' : 'critical'].ms;
  }
  expect(downtimeMs).toBeGreaterThan(0);
  expect(outageMs).toBeGreaterThan(0);
});
