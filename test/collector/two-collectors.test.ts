// Two collectors hear one multicast group; one is killed. The metrics go on without a gap,
// no point is written twice in effect, and no state change is told twice.

import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import type { Clock } from '#kernel/clock.ts';
import type { NewEvent } from '#kernel/domain/event.ts';
import type { Sample } from '#kernel/domain/metric.ts';
import { seriesId } from '#kernel/domain/metric.ts';
import { createCollectorLeases } from '#app/collector-leases.ts';
import { openTestDatabase, type TestDatabase } from '#test/support/database.ts';
import { FakeClock } from '#test/support/fake-clock.ts';
import { freeUdpPort } from '#test/support/free-port.ts';
import type { Collector } from '#collector/service.ts';
import { loopbackEntry, startCollector, waitFor } from './harness.ts';
import { heartbeat, uint } from './packets.ts';

const GROUP = '239.2.11.71';

/** What a database of points is to two writers: the same series and time are one point. */
class SharedHistory {
  readonly points = new Map<string, Set<number>>();
  written = 0;

  append(samples: readonly Sample[]): void {
    for (const sample of samples) {
      const id = `${seriesId(sample)} ${sample.atMs}`;
      this.points.set(id, (this.points.get(id) ?? new Set()).add(sample.value));
      this.written++;
    }
  }
}

interface Member {
  collector: Collector;
  events: NewEvent[];
  judged: Sample[];
  takeOvers(): number;
  /** As `kill -9`: nothing leaves it any more, its lease stays as it is. */
  kill(): void;
}

class Site {
  readonly clock = new FakeClock();
  readonly history = new SharedHistory();
  readonly database: TestDatabase;
  readonly port: number;

  constructor(database: TestDatabase, port: number) {
    this.database = database;
    this.port = port;
  }

  async join(name: string, aheadMs = 0): Promise<Member> {
    const clock: Clock = Object.create(this.clock, { nowMs: { value: () => this.clock.nowMs() + aheadMs } });
    // Private state of the fake is reached through the fake itself.
    for (const method of ['monotonicMs', 'after', 'every', 'sleep'] as const)
      Object.defineProperty(clock, method, { value: this.clock[method].bind(this.clock) });
    const member = { events: [] as NewEvent[], judged: [] as Sample[] };
    let isDead = false;
    let takeOvers = 0;
    const leases = createCollectorLeases({ db: this.database.db, clock }, name);
    const { collector } = await startCollector({
      clock,
      listen: [
        loopbackEntry({ udpPort: this.port, udpHost: '0.0.0.0', multicast: GROUP, interface: '127.0.0.1', xmlPort: 0 }),
      ],
      deps: {
        appendHistory: (samples) => void (isDead || this.history.append(samples)),
        judge: (samples) => void (isDead || member.judged.push(...samples)),
        publish: (events) => void (isDead || member.events.push(...events)),
        onTakeOver: () => void takeOvers++,
        leases: {
          take: (cluster, ttlMs) => (isDead ? Promise.reject(new Error('dead')) : leases.take(cluster, ttlMs)),
          release: (cluster) => (isDead ? Promise.reject(new Error('dead')) : leases.release(cluster)),
        },
      },
    });
    return { ...member, collector, takeOvers: () => takeOvers, kill: () => void (isDead = true) };
  }

  /** To everyone in the group; resolves when `members` have taken it in. */
  async tell(members: Member[], ...datagrams: Buffer[]): Promise<void> {
    const packetsOf = async ({ collector }: Member) =>
      (await collector.api.counters()).packetsById.reduce((sum, { packets }) => sum + packets, 0);
    const before = await Promise.all(members.map(packetsOf));
    const socket = createSocket('udp4').bind(0, '127.0.0.1');
    await once(socket, 'listening');
    socket.setMulticastInterface('127.0.0.1');
    for (const datagram of datagrams) socket.send(datagram, this.port, GROUP);
    await waitFor('the group to hear', async () => {
      const after = await Promise.all(members.map(packetsOf));
      return after.every((count, i) => count >= (before[i] ?? 0) + datagrams.length);
    });
    socket.close();
  }
}

const kindsOf = ({ events }: Member) =>
  events.map(({ kind, data }) => ('hostKey' in data ? `${kind} ${data.hostKey}` : kind));

test('one of two collectors is killed: no gap, no point twice, no change told twice', { timeout: 60_000 }, async () => {
  const database = await openTestDatabase({ untilTestFinished: true });
  const site = new Site(database, await freeUdpPort());
  const { clock } = site;
  const a = await site.join('a');
  // Clocks of two machines are never quite the same.
  const b = await site.join('b', 300);
  onTestFinished(() => a.kill());
  const [web1, web2] = [{ spoof: '10.0.0.1:web-1' }, { spoof: '10.0.0.2:web-2' }];

  await site.tell([a, b], heartbeat(web1), heartbeat(web2));
  for (let second = 0; second < 60; second++) {
    if (second === 30) a.kill();
    await site.tell(second < 30 ? [a, b] : [b], uint('load', second, web1));
    clock.advance(1000);
    // The lease is renewed on real connections, while the clock stands still.
    await waitFor('the lease', async () => second < 40 || b.takeOvers() > 0);
  }

  const points = [...site.history.points].filter(([id]) => id.includes('load'));
  expect(points).toHaveLength(60);
  expect(points.every(([, values]) => values.size === 1)).toBe(true);
  expect(site.history.written).toBe(90);

  expect(kindsOf(a)).toEqual(['host.seen 10.0.0.1', 'host.seen 10.0.0.2']);
  clock.advance(30_000);
  await site.tell([b], heartbeat(web1), heartbeat(web2));
  expect(kindsOf(b).filter((kind) => kind.startsWith('host.quiet') || kind.startsWith('host.back'))).toEqual([
    'host.quiet 10.0.0.2',
    'host.back 10.0.0.2',
  ]);
  // While nobody led, rules saw nothing: ten seconds at most.
  expect(a.judged).toHaveLength(30);
  expect(b.judged.length).toBeGreaterThanOrEqual(19);
  expect(b.judged.at(-1)?.value).toBe(59);
});

test('the new leader tells all that it holds: quiet hosts with the moment at which they became so', async () => {
  const database = await openTestDatabase({ untilTestFinished: true });
  const site = new Site(database, await freeUdpPort());
  const [a, b] = [await site.join('a'), await site.join('b')];
  await site.tell([a, b], heartbeat({ spoof: '10.0.0.1:dies' }));
  const heardAtMs = site.clock.nowMs();
  site.clock.advance(79_000);
  a.kill();
  await site.tell([b], heartbeat({ spoof: '10.0.0.2:lives' }));
  site.clock.advance(5000);
  expect(b.events).toEqual([]);
  await waitFor('the take-over', () => {
    site.clock.advance(1000);
    return b.takeOvers() > 0;
  });
  expect(kindsOf(b).sort()).toEqual(['host.quiet 10.0.0.1', 'host.seen 10.0.0.2']);
  expect(b.events.find(({ kind }) => kind === 'host.quiet')?.atMs).toBe(heardAtMs + 80_000);
});
