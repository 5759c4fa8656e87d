// A PostgreSQL of one's own that is away for longer than any lease or retry lasts, and
// hosts that die or return while nobody listens.

import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '#kernel/clock.ts';
import { silentLogger } from '#kernel/log.ts';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '#store/embedded-postgres.ts';
import { readAll } from '#test/collector/harness.ts';
import type { AlertList } from '#web/contract/alerting.ts';
import { fedSince, missing, startFeeder, type Feeder } from './feeder.ts';
import { startMailRelay, type MailRelay } from './mail-relay.ts';
import { eventually, startTestServer, timeline, type TestServer } from './server.ts';

// Longer than the lease of the checks (10 s) and the longest pause between two tries (5 s).
const AWAY_MS = 12_000;

const clock = systemClock();
const directory = mkdtempSync(path.join(os.tmpdir(), 'plexus-yours-'));
let postgres: EmbeddedPostgres;
let relay: MailRelay;
let server: TestServer;
let feeder: Feeder;

const startPostgres = () => startEmbeddedPostgres({ clock, log: silentLogger }, { directory });

beforeAll(async () => {
  [postgres, relay] = await Promise.all([startPostgres(), startMailRelay()]);
  server = await startTestServer({
    PLEXUS_DATABASE_URL: `postgres:///postgres?user=plexus&host=${encodeURIComponent(postgres.socketDir)}`,
    PLEXUS_SMTP_URL: relay.url,
    PLEXUS_LOCAL_AGENT: 'off',
    // A host is down after four seconds instead of eighty.
    PLEXUS_GMOND_HOST_TMAX_SEC: '1',
  });
  feeder = startFeeder(server.udpPort, 'feeder', '10.66.0.1');
}, 60_000);
afterAll(async () => {
  feeder.stop();
  await server.dispose();
  await Promise.all([postgres.stop(), relay.close()]);
  rmSync(directory, { recursive: true, force: true });
});

const feederAlert = (state: string) =>
  eventually(`the host is told ${state === 'open' ? 'down' : 'back'}`, async () => {
    const { items } = await server.get<AlertList>('/alerts');
    return items.find((alert) => alert.title === 'feeder is down' && alert.state === state);
  });

test('PostgreSQL is away for long: metrics go on, state changes wait in order, nothing is lost or doubled', async () => {
  const pid = server.pid();
  const rule = await server.send<{ id: string }>('POST', '/rules', {
    kind: 'metric',
    name: 'Fever',
    severity: 'page',
    notify: 'at_once',
    contactIds: [],
    enabled: true,
    spec: { metric: 'fever', operator: '>', threshold: 40, forSec: 0, clearForSec: 0, scope: {} },
  });
  const fromMs = Date.now();
  // The rule is in force when its first breach opens an alert.
  feeder.send('fever', 41);
  const isOpen = async (state: string) =>
    (await server.get<AlertList>(`/alerts?ruleId=${rule.id}`)).items.find((alert) => alert.state === state);
  await eventually('the rule is in force', () => isOpen('open'));
  await postgres.stop();
  const awaySinceMs = performance.now();
  feeder.send('fever', 37);
  await expect(server.get('/alerts'), 'the API says so').rejects.toThrow('503');
  const ready = await fetch(`${server.url}/readyz`);
  expect([ready.status, await ready.text()]).toEqual([503, expect.stringContaining('the database does not answer')]);
  await eventually(
    'the outage has lasted',
    async () => {
      expect(await readAll(server.xmlPort), 'live state is served').toContain('NAME="feeder"');
      return performance.now() - awaySinceMs > AWAY_MS || undefined;
    },
    AWAY_MS * 2,
  );
  feeder.send('fever', 42);
  postgres = await startPostgres();

  await eventually('what waited is told', async () => {
    const kinds = (await timeline(server, '&kinds=rule.condition_met,rule.condition_cleared')).map(({ kind }) => kind);
    return kinds.length >= 3 ? kinds : undefined;
  });
  const story = await timeline(server, '&kinds=rule.condition_met,rule.condition_cleared');
  expect(story.map(({ kind, data }) => `${kind} ${String(data['value'])}`)).toEqual([
    'rule.condition_met 41',
    'rule.condition_cleared 37',
    'rule.condition_met 42',
  ]);
  await eventually('the alert is open again', () => isOpen('open'));
  expect(server.pid()).toBe(pid);
  expect(missing(await fedSince(server, feeder, fromMs))).toEqual([]);
}, 60_000);

test('a host that dies while the server is down is told down after its start, and back when it returns', async () => {
  await server.kill();
  feeder.pause();
  await server.start();
  await feederAlert('open');
  feeder.resume();
  await feederAlert('resolved');
}, 40_000);

test('a host that returns while the server is down is told back', async () => {
  feeder.pause();
  await feederAlert('open');
  await server.kill();
  feeder.resume();
  await server.start();
  await feederAlert('resolved');
}, 40_000);
