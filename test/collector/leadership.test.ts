// Several collectors of one site: who speaks, and what happens when the leases cannot be asked.

import { describe, expect, test } from 'vitest';
import { silentLogger } from '#kernel/log.ts';
import { FakeClock } from '#test/support/fake-clock.ts';
import { createLeadership, type ClusterLeases, type Leadership } from '#collector/leadership.ts';

/** The table of leases as PostgreSQL keeps it, on the same clock. */
class LeaseTable {
  readonly rows = new Map<string, { holder: string; untilMs: number }>();
  answer: 'yes' | 'refused' | 'never' = 'yes';
  readonly clock: FakeClock;

  constructor(clock: FakeClock) {
    this.clock = clock;
  }

  of(holder: string): ClusterLeases {
    const ask = <Value>(value: () => Value): Promise<Value> => {
      if (this.answer === 'never') return new Promise(() => undefined);
      return this.answer === 'yes' ? Promise.resolve(value()) : Promise.reject(new Error('database away'));
    };
    return {
      take: (name, ttlMs) =>
        ask(() => {
          const row = this.rows.get(name);
          if (row && row.holder !== holder && row.untilMs > this.clock.nowMs()) return false;
          this.rows.set(name, { holder, untilMs: this.clock.nowMs() + ttlMs });
          return true;
        }),
      release: (name) => ask(() => void (this.rows.get(name)?.holder === holder && this.rows.delete(name))),
    };
  }
}

class Site {
  readonly clock = new FakeClock();
  readonly table = new LeaseTable(this.clock);
  readonly takeOvers: string[] = [];

  async join(holder: string, leases: ClusterLeases = this.table.of(holder)): Promise<Leadership> {
    const onTakeOver = (cluster: string) => void this.takeOvers.push(`${holder} ${cluster}`);
    const leadership = createLeadership(
      { clock: this.clock, log: silentLogger, leases, onTakeOver },
      { clusters: ['web'] },
    );
    const starting = leadership.start();
    if (this.table.answer === 'never') await this.pass(2000);
    await starting;
    return leadership;
  }

  async pass(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 500) {
      this.clock.advance(500);
      // Answers of the lease table arrive between two steps of the clock.
      for (let turn = 0; turn < 10; turn++) await Promise.resolve();
    }
  }
}

describe('the leader', () => {
  test('is the first, for its clusters and for those that are polled', async () => {
    const site = new Site();
    const [a, b] = [await site.join('a'), await site.join('b')];
    expect([a.leads('web'), a.leads('polled'), b.leads('web'), b.leads('polled')]).toEqual([true, true, false, false]);
    expect(site.takeOvers).toEqual(['a web', 'a *']);
  });

  test('stays it for as long as it lives', async () => {
    const site = new Site();
    const [a, b] = [await site.join('a'), await site.join('b')];
    await site.pass(600_000);
    expect([a.leads('web'), b.leads('web')]).toEqual([true, false]);
  });

  test('that is killed is replaced within ten seconds', async () => {
    const site = new Site();
    const killed = site.table.of('a');
    let isDead = false;
    await site.join('a', {
      take: (name, ttlMs) => (isDead ? new Promise(() => undefined) : killed.take(name, ttlMs)),
      release: killed.release,
    });
    const b = await site.join('b');
    await site.pass(61_500);
    isDead = true;
    await site.pass(10_000);
    expect(b.leads('web')).toBe(true);
    expect(site.takeOvers).toEqual(['a web', 'a *', 'b web', 'b *']);
  });

  test('that stops in order hands over at once', async () => {
    const site = new Site();
    const [a, b] = [await site.join('a'), await site.join('b')];
    await a.stop();
    expect(a.leads('web')).toBe(false);
    await site.pass(2000);
    expect(b.leads('web')).toBe(true);
  });

  test('that is started again takes over from itself', async () => {
    const site = new Site();
    await site.join('a');
    expect((await site.join('a')).leads('web')).toBe(true);
  });
});

describe.each(['refused', 'never'] as const)('while the database answers: %s', (answer) => {
  test('the leader goes on and nobody takes over', async () => {
    const site = new Site();
    const [a, b] = [await site.join('a'), await site.join('b')];
    site.table.answer = answer;
    await site.pass(300_000);
    expect([a.leads('web'), b.leads('web')]).toEqual([true, false]);
  });

  test('afterwards exactly one leads', async () => {
    const site = new Site();
    const [a, b] = [await site.join('a'), await site.join('b')];
    site.table.answer = answer;
    await site.pass(60_000);
    site.table.answer = 'yes';
    await site.pass(6000);
    expect([a.leads('web'), b.leads('web')].filter(Boolean)).toHaveLength(1);
  });

  test('a collector that starts leads nothing until it can ask', async () => {
    const site = new Site();
    site.table.answer = answer;
    const a = await site.join('a');
    expect(a.leads('web')).toBe(false);
    site.table.answer = 'yes';
    await site.pass(6000);
    expect(a.leads('web')).toBe(true);
  });
});
