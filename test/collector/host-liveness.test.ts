import { describe, expect, test } from 'vitest';
import { FakeClock } from '#test/support/fake-clock.ts';
import { startCollector } from './harness.ts';
import { heartbeat, metadata, request, uint } from './packets.ts';

const web1 = { spoof: '10.0.0.1:web-1' };

// [what, seconds between packets, events after the first]; TMAX is 20 s, so quiet starts at 80 s.
const silences: [what: string, gapsSec: number[], events: string[]][] = [
  ['a steady host stays silent in the log', [20, 20, 20], []],
  ['79 s of silence is not yet quiet', [79], []],
  ['80 s of silence is quiet, and the next packet brings it back', [80], ['host.quiet', 'host.back']],
  ['a long silence is announced once', [3600], ['host.quiet', 'host.back']],
  ['each silence is announced', [90, 90], ['host.quiet', 'host.back', 'host.quiet', 'host.back']],
];

describe('a host that is heard', () => {
  test.each(silences)('%s', async (_what, gapsSec, expected) => {
    const clock = new FakeClock();
    const { send, events } = await startCollector({ clock });
    await send(heartbeat(web1));
    for (const gap of gapsSec) {
      clock.advance(gap * 1000);
      await send(heartbeat(web1));
    }
    expect(events.map((event) => event.kind)).toEqual(['host.seen', ...expected]);
  });

  const signs: [what: string, packet: Buffer][] = [
    ['a value', uint('load', 1, web1)],
    ['metadata', metadata('load', web1)],
    ['a request', request('load', web1)],
  ];
  test.each(signs)('%s is a sign of life', async (_what, packet) => {
    const clock = new FakeClock();
    const { send, collector } = await startCollector({ clock });
    await send(heartbeat(web1));
    clock.advance(79_000);
    await send(packet);
    clock.advance(79_000);
    expect(collector.api.hosts()).toMatchObject([{ up: true, tnSec: 79 }]);
    clock.advance(1000);
    expect(collector.api.hosts()).toMatchObject([{ up: false, tnSec: 80 }]);
  });

  test('a wall clock that jumps a day takes nobody down', async () => {
    const clock = new FakeClock();
    const { send, collector, events } = await startCollector({ clock });
    await send(heartbeat(web1));
    clock.stepWall(86_400_000);
    clock.advance(5000);
    expect(collector.api.hosts()).toMatchObject([{ up: true, tnSec: 5 }]);
    expect(events).toHaveLength(1);
  });

  test('the quiet event says who and for how long', async () => {
    const clock = new FakeClock();
    const { send, events } = await startCollector({ clock });
    await send(heartbeat(web1));
    clock.advance(100_000);
    const data = { cluster: 'default', hostKey: '10.0.0.1', name: 'web-1', silentSec: 80 };
    expect(events[1]).toMatchObject({ kind: 'host.quiet', data });
  });

  test('a TMAX of 3 s moves the limit to 12 s', async () => {
    const clock = new FakeClock();
    const { send, events } = await startCollector({ clock, defaultHostTmaxSec: 3 });
    await send(heartbeat(web1));
    clock.advance(11_000);
    expect(events).toHaveLength(1);
    clock.advance(1000);
    expect(events[1]).toMatchObject({ kind: 'host.quiet', data: { silentSec: 12 } });
  });
});
