import { expect, test } from 'vitest';
import { decideGuard, type GuardFacts } from '#remediation/guard.ts';
import type { ReflexGuard } from '#remediation/reflex.ts';

const guard: ReflexGuard = { cooldownSec: 900, maxPerHour: 3, onePerHost: true };
const nowMs = 1_000_000_000;
const minutesAgo = (minutes: number) => nowMs - minutes * 60_000;
const quiet: GuardFacts = {
  nowMs,
  armed: true,
  host: { name: 'web-1', lifecycle: 'in_service' },
  alertResolved: false,
  busyWith: undefined,
  actedAtMs: [],
  lastOnHostAtMs: undefined,
};
const maintenance = { name: 'web-1', lifecycle: 'maintenance' as const };

const cases: [string, Partial<GuardFacts>, string | undefined, Partial<ReflexGuard>?][] = [
  ['a quiet host may be acted on', {}, undefined],
  ['a reflex that is not armed never acts', { armed: false }, 'the reflex is not armed'],
  ['an alert about no known host is for people', { host: undefined }, 'the alert is about no host that is known here'],
  ['what resolved itself is left alone', { alertResolved: true }, 'the alert was resolved before the reflex could act'],
  ['a host in maintenance is left alone', { host: maintenance }, 'web-1 is in maintenance'],
  ['one at a time per host', { busyWith: 'Deploy shop 2' }, '"Deploy shop 2" is at work on web-1'],
  ['unless the reflex may share the host', { busyWith: 'Deploy shop 2' }, undefined, { onePerHost: false }],
  [
    'one millisecond before the cooldown ends is too early',
    { lastOnHostAtMs: minutesAgo(15) + 1 },
    'cooldown: it acted on web-1 before; not again for 1 s',
  ],
  ['the cooldown is over at its last millisecond', { lastOnHostAtMs: minutesAgo(15) }, undefined],
  ['no cooldown at all', { lastOnHostAtMs: nowMs }, undefined, { cooldownSec: 0 }],
  [
    'a long rest is told in minutes',
    { lastOnHostAtMs: minutesAgo(5) },
    'cooldown: it acted on web-1 before; not again for 10 min',
  ],
  ['the last of the budget may be used', { actedAtMs: [minutesAgo(50), minutesAgo(20)] }, undefined],
  [
    'beyond the budget of the hour it stops',
    { actedAtMs: [minutesAgo(50), minutesAgo(40), minutesAgo(20)] },
    'budget: it acted 3 times in the last hour; 3 are allowed',
  ],
  ['what is an hour ago no longer counts', { actedAtMs: [minutesAgo(60), minutesAgo(40), minutesAgo(20)] }, undefined],
  [
    'one millisecond less than an hour ago still counts',
    { actedAtMs: [minutesAgo(60) + 1, minutesAgo(40), minutesAgo(20)] },
    'budget: it acted 3 times in the last hour; 3 are allowed',
  ],
  ['the first refusal is the one that is told', { armed: false, busyWith: 'x' }, 'the reflex is not armed'],
];

for (const [what, facts, reason, change] of cases) {
  test(what, () => {
    const verdict = decideGuard({ ...guard, ...change }, { ...quiet, ...facts });
    expect(verdict).toEqual(reason === undefined ? { allowed: true } : { allowed: false, reason });
  });
}
