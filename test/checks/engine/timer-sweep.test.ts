// What happens on time although no result comes: downtimes, freshness, words that were kept back.

import { expect, test } from 'vitest';
import type { StoredCheckSettings } from '#checks/check-settings.ts';
import type { ObjectNode } from '#checks/engine/node.ts';
import { decideResult } from '#checks/engine/result-of-run.ts';
import { createSettler } from '#checks/engine/settle.ts';
import type { Change, StateWriter } from '#checks/engine/state-writer.ts';
import { createTimerSweep } from '#checks/engine/timer-sweep.ts';
import { planDowntime } from '#checks/machine/downtime.ts';
import type { Downtime } from '#checks/machine/downtime-window.ts';
import type { ServiceState } from '#kernel/domain/check-state.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { smallSite } from './small-site.ts';

function world(settings: StoredCheckSettings = {}) {
  const clock = new FakeClock(0);
  const { site, service } = smallSite([{ name: 'http', settings }]);
  const node = service('http');
  const forced: number[] = [];
  const told: [atSec: number, kind: string][] = [];
  const commit = (_: unknown, change: Change): Promise<boolean> => {
    for (const { kind } of change.events ?? []) told.push([clock.nowMs() / 1000, kind]);
    return Promise.resolve(true);
  };
  const writer = { touch: () => {}, commit } as unknown as StateWriter;
  const sweep = createTimerSweep({
    ...{ clock, site, watchedSinceMs: 0, isHeld: () => true, runForced: () => void forced.push(clock.nowMs() / 1000) },
    settle: (each, decision) => settler.settle(each, decision),
  });
  const runSoon = () => {};
  const settler = createSettler({ clock, writer, runSoon, follow: () => {}, lookSoon: sweep.lookSoon });
  clock.every(1000, sweep.tick);
  sweep.lookSoon([node]);
  const say = (state: ServiceState) => {
    const said = { output: state, longOutput: '', perfdata: '' };
    node.isFreshening = false;
    void settler.settle(node, decideResult(node, { state, isPassive: true, said }, clock.nowMs()));
  };
  const plan = (each: ObjectNode, downtime: Partial<Downtime>) => {
    const whole: Downtime = {
      ...{ id: '1', kind: 'fixed', startAtMs: 0, endAtMs: 0, durationMs: 0, triggeredBy: null, by: 'anna' },
      ...{ comment: 'disk', runsUntilMs: null, ...downtime },
    };
    const decided =
      each.object === 'service'
        ? planDowntime(each.current, whole, each.settings, each, clock.nowMs())
        : planDowntime(each.current, whole, each.settings, each, clock.nowMs());
    void settler.settle(each, decided);
    sweep.lookSoon([each]);
  };
  const pass = (sec: number) => clock.advance(sec * 1000);
  return { clock, site, node, forced, told, sweep, say, plan, pass };
}

test('a downtime begins and ends on the second, without a result', () => {
  const { node, told, plan, pass } = world();
  plan(node, { startAtMs: 60_000, endAtMs: 120_000 });
  pass(300);
  expect(told).toEqual([
    [60, 'downtime.started'],
    [120, 'downtime.ended'],
  ]);
});

test('a problem that a downtime kept back is told of when it ends, once', () => {
  const { node, told, say, plan, pass } = world();
  plan(node, { endAtMs: 120_000 });
  pass(10);
  say('critical');
  pass(600);
  expect(told.filter(([, kind]) => kind === 'check.unmuted')).toEqual([[expect.closeTo(120, -1), 'check.unmuted']]);
});

test('what is left of a problem when the downtime of its host ends is told of, and when its host is up again', () => {
  const { site, told, say, plan, pass } = world();
  const host = site.hosts.get('host-web-1');
  if (!host) throw new Error('no host');
  plan(host, { endAtMs: 120_000 });
  pass(10);
  say('critical');
  pass(100);
  expect(told.map(([, kind]) => kind)).not.toContain('check.unmuted');
  pass(120);
  expect(told.filter(([, kind]) => kind === 'check.unmuted')).toHaveLength(1);

  const other = world();
  const down = other.site.hosts.get('host-web-1');
  if (!down) throw new Error('no host');
  down.facts = { ...down.facts, isReporting: false };
  down.followReporting();
  other.say('critical');
  other.pass(300);
  expect(other.told.map(([, kind]) => kind)).not.toContain('check.unmuted');
  down.facts = { ...down.facts, isReporting: true };
  down.followReporting();
  other.sweep.lookSoon(down.services.values());
  other.pass(2);
  expect(other.told.filter(([, kind]) => kind === 'check.unmuted')).toHaveLength(1);
});

const FRESH = { activeChecks: false, freshness: { isEnabled: true, thresholdSec: 100 } };

test('an object of which no result comes in time is run by force, once until that run is back', () => {
  const { node, forced, say, pass } = world(FRESH);
  pass(10);
  say('ok');
  pass(99);
  expect(forced).toEqual([]);
  pass(3);
  expect(forced).toHaveLength(1);
  pass(1000);
  expect(forced).toHaveLength(1);
  node.isFreshening = false;
  pass(3);
  expect(forced).toHaveLength(2);
});

test('a result that comes in time moves the instant on', () => {
  const { forced, say, pass } = world(FRESH);
  for (let minute = 0; minute < 10; minute++) {
    say('ok');
    pass(60);
  }
  expect(forced).toEqual([]);
});

test('an object that is forgotten is looked at no more', () => {
  const { node, told, sweep, plan, pass } = world();
  plan(node, { startAtMs: 60_000, endAtMs: 120_000 });
  sweep.forget(node);
  pass(300);
  expect(told).toEqual([]);
});
