// Redis as the queue and InfluxDB as the history go away in the middle of the work,
// Redis with all that it held, and come back.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { readAll } from '#test/collector/harness.ts';
import { startInfluxd, type Influxd } from '#test/store/history/influxd.ts';
import { describeWithPeer } from '#test/support/peer.ts';
import type { AlertList } from '#web/contract/alerting.ts';
import { fedSince, missing, startFeeder, type Feeder } from './feeder.ts';
import { expectWholeStory, loopClosed, prepareLoop, storyOf } from './loop-story.ts';
import { startMailRelay, type MailRelay } from './mail-relay.ts';
import { startRedis, type RedisServer } from './redis.ts';
import { eventually, startTestServer, type TestServer } from './server.ts';
import { startWebService, type WebService } from './web-service.ts';

describeWithPeer(['redis-server', 'influxd'], 'on Redis and InfluxDB', () => {
  let relay: MailRelay;
  let service: WebService;
  let redis: RedisServer;
  let influxd: Influxd;
  let server: TestServer;
  let feeder: Feeder;

  beforeAll(async () => {
    [relay, service, redis, influxd] = await Promise.all([
      startMailRelay(),
      startWebService(),
      startRedis(),
      startInfluxd(),
    ]);
    server = await startTestServer({
      PLEXUS_SMTP_URL: relay.url,
      PLEXUS_QUEUE_URL: redis.url,
      PLEXUS_INFLUX_URL: influxd.url,
    });
    feeder = startFeeder(server.udpPort, 'feeder', '10.66.0.1');
  }, 60_000);
  afterAll(async () => {
    feeder.stop();
    await server.dispose();
    service.dispose();
    await Promise.all([relay.close(), redis.remove(), influxd.remove()]);
  });

  test('Redis dies with every job as an alert opens: the loop closes when it is back, each step once', async () => {
    const loop = await prepareLoop(server, service);
    await redis.kill();
    service.die();
    await eventually('the alert is open, and its effects wait', async () => {
      const kinds = (await storyOf(server, loop)).map(({ kind }) => kind);
      return (kinds.includes('alert.opened') && kinds.includes('run.created')) || undefined;
    });
    expect([relay.mails.length, service.starts()], 'nobody is told and nothing is started without the queue').toEqual([
      0, 0,
    ]);
    await redis.start();
    await loopClosed(server, relay, loop);
    expectWholeStory(await storyOf(server, loop), loop);
    expect(relay.mails).toHaveLength(2);
    expect(service.starts(), 'the script ran once').toBe(1);
  }, 60_000);

  test('InfluxDB is away: live state and rules go on, and its history has no gap afterwards', async () => {
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
    const enough = (count: number) => {
      const target = feeder.last().number + count;
      return eventually('numbers are sent', () => Promise.resolve(feeder.last().number >= target || undefined));
    };
    await enough(10);
    await influxd.stop();
    feeder.send('fever', 41);
    await eventually('a rule opens an alert all the same', async () => {
      const { items } = await server.get<AlertList>(`/alerts?ruleId=${rule.id}`);
      return items.find(({ state }) => state === 'open');
    });
    expect(await readAll(server.xmlPort)).toContain('NAME="fever"');
    await enough(15);
    await expect(fedSince(server, feeder, fromMs), 'the past cannot be shown meanwhile').rejects.toThrow('503');
    const lastBefore = feeder.last().number;
    await influxd.start();
    const fed = await eventually('the spool is replayed', async () => {
      const seconds = await fedSince(server, feeder, fromMs);
      return (seconds.at(-1)?.[1] ?? 0) > lastBefore && missing(seconds).length === 0 ? seconds : undefined;
    });
    expect(fed.length).toBeGreaterThanOrEqual(5);
  }, 60_000);
});
