// The same story, with kill -9 of the server as soon as a given step is committed.
// Whatever the step, the story ends well, and every step stands once.

import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { EventKind } from '#kernel/domain/event.ts';
import { embeddedSocketDir } from '#store/embedded-postgres.ts';
import { EVENT_CHANNEL } from '#store/event-log.ts';
import { endLoop, expectWholeStory, prepareLoop, storyOf, type Loop } from './loop-story.ts';
import { startMailRelay, type MailRelay } from './mail-relay.ts';
import { eventually, startTestServer, type TestServer } from './server.ts';
import { startWebService, type WebService } from './web-service.ts';

const STEPS: { after: EventKind; where?: string }[] = [
  { after: 'check.state_changed', where: `data->>'type' = 'soft'` },
  { after: 'check.state_changed', where: `data->>'type' = 'hard' and data->>'to' = 'critical'` },
  { after: 'alert.opened' },
  { after: 'notification.sent' },
  { after: 'reflex.allowed' },
  { after: 'run.created' },
  { after: 'run.started' },
  { after: 'request.started' },
  { after: 'request.finished' },
  { after: 'run.finished' },
  { after: 'check.recheck_requested' },
  { after: 'alert.resolved' },
];

/** Resolves once an event of the kind is committed, from outside the server. */
async function committed(server: TestServer, step: (typeof STEPS)[number], afterId: number): Promise<void> {
  const client = new pg.Client({ host: embeddedSocketDir(`${server.home}/db`), user: 'plexus', database: 'postgres' });
  // The server takes its database down with it.
  client.on('error', () => undefined);
  await client.connect();
  const found = Promise.withResolvers<void>();
  const look = async () => {
    const { rowCount } = await client.query(
      `select 1 from event where kind = $1 and id > $2 ${step.where ? `and ${step.where}` : ''} limit 1`,
      [step.after, afterId],
    );
    if (rowCount) found.resolve();
  };
  client.on('notification', () => void look().catch(found.reject));
  await client.query(`listen ${EVENT_CHANNEL}`);
  await look();
  await found.promise;
  void client.end().catch(() => undefined);
}

describe('kill -9 of the server, restarted at once', () => {
  let relay: MailRelay;
  let service: WebService;
  let server: TestServer;
  beforeAll(async () => {
    relay = await startMailRelay();
    service = await startWebService();
    server = await startTestServer({ PLEXUS_SMTP_URL: relay.url });
  }, 120_000);
  afterAll(async () => {
    await server.dispose();
    service.dispose();
    await relay.close();
  });

  // Each step has a check of its own: a problem that returns within minutes would be the same episode.
  for (const [index, step] of STEPS.entries()) {
    const name = step.where ? `${step.after} (${step.where})` : step.after;
    test(`after ${name}: the loop closes, each step once`, async () => {
      const loop = await prepareLoop(server, service, `shop ${index}`);
      try {
        const lastId = Math.max(
          0,
          ...(await server.get<{ items: { id: string }[] }>('/events?limit=1')).items.map(({ id }) => Number(id)),
        );
        const mailsBefore = relay.mails.length;
        const startsBefore = service.starts();
        const reached = committed(server, step, lastId);
        service.die();
        await reached;
        await server.kill();
        await server.start();
        await loopClosedSince(loop, mailsBefore, lastId);
        expect(service.starts() - startsBefore, 'the script ran once').toBe(1);
        const since = (await storyOf(server, loop)).filter((event) => Number(event.id) > lastId);
        expectWholeStory(since, loop);
        expect(distinctMails(mailsBefore), 'one mail for the problem, one for its end').toBe(2);
      } finally {
        await endLoop(server, loop);
      }
    }, 120_000);
  }

  // Delivery is at least once: a repeat inside the SMTP exchange carries the same Message-ID.
  const distinctMails = (from: number) => new Set(relay.mails.slice(from).map((mail) => mail.messageId)).size;

  async function loopClosedSince(loop: Loop, mailsBefore: number, lastId: number): Promise<void> {
    let kinds: string[] = [];
    try {
      await eventually(
        'the loop closes',
        async () => {
          const story = await storyOf(server, loop);
          kinds = story.filter((event) => Number(event.id) > lastId).map((event) => event.kind);
          const told = kinds.filter((kind) => kind === 'notification.sent').length;
          return (kinds.includes('reflex.verified') && told >= 2 && distinctMails(mailsBefore) >= 2) || undefined;
        },
        45_000,
      );
    } catch (cause) {
      throw new Error(`the loop did not close: ${kinds.join(', ')}; ${relay.mails.length - mailsBefore} mails`, {
        cause,
      });
    }
  }
});
