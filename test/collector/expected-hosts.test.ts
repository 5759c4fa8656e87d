import { expect, test } from 'vitest';
import type { ExpectedHost } from '#collector/expected-hosts.ts';
import { FakeClock } from '#test/support/fake-clock.ts';
import { loopbackEntry, startCollector } from './harness.ts';
import { heartbeat, request } from './packets.ts';

const web1: ExpectedHost = { name: 'web-1', keys: [{ cluster: 'default', hostKey: '10.0.0.1' }] };
const moved: ExpectedHost = {
  name: 'web-2',
  keys: ['10.0.0.2', '10.9.9.9'].map((hostKey) => ({ cluster: 'default', hostKey })),
};
const elsewhere: ExpectedHost = { name: 'db-1', keys: [{ cluster: 'db', hostKey: '10.0.0.3' }] };

async function startAfter(hosts: ExpectedHost[]) {
  const clock = new FakeClock();
  const running = await startCollector({ clock, deps: { expectedHosts: () => Promise.resolve(hosts) } });
  const quiet = () => running.events.filter(({ kind }) => kind === 'host.quiet').map(({ data }) => data);
  return { clock, quiet, ...running };
}

test('a host that died while no collector ran is quiet four TMAX after the start, and told once', async () => {
  const { clock, quiet, collector } = await startAfter([web1]);
  clock.advance(79_000);
  expect(quiet()).toEqual([]);
  clock.advance(1000);
  expect(quiet()).toEqual([{ cluster: 'default', hostKey: '10.0.0.1', name: 'web-1', silentSec: 80 }]);
  clock.advance(3_600_000);
  expect(quiet()).toHaveLength(1);
  expect(collector.api.hosts(), 'it is not shown as live meanwhile').toEqual([]);
});

test('one that is heard in time is not', async () => {
  const { clock, quiet, send } = await startAfter([web1]);
  clock.advance(79_000);
  await send(heartbeat({ spoof: '10.0.0.1:web-1' }));
  clock.advance(1000);
  expect(quiet()).toEqual([]);
});

test('one that comes back under another of its addresses is not', async () => {
  const { clock, quiet, send } = await startAfter([moved]);
  clock.advance(10_000);
  await send(heartbeat({ spoof: '10.9.9.9:web-2' }));
  clock.advance(70_000);
  expect(quiet()).toEqual([]);
});

test('a question about a host is no word from it', async () => {
  const { clock, quiet, send } = await startAfter([web1]);
  await send(request('load', { spoof: '10.0.0.1:web-1' }));
  clock.advance(80_000);
  expect(quiet()).toHaveLength(1);
});

test('one that returns after all is news', async () => {
  const { clock, events, send } = await startAfter([web1]);
  clock.advance(200_000);
  await send(heartbeat({ spoof: '10.0.0.1:web-1' }));
  expect(events.map(({ kind }) => kind)).toEqual(['host.quiet', 'host.seen']);
});

test('hosts of clusters that another collector hears are left to it', async () => {
  const clock = new FakeClock();
  const deps = { expectedHosts: () => Promise.resolve([web1, elsewhere]) };
  const { events } = await startCollector({ clock, deps, listen: [loopbackEntry({ cluster: 'db' })] });
  clock.advance(80_000);
  expect(events.map(({ data }) => data)).toMatchObject([{ cluster: 'db', name: 'db-1' }]);
});
