// Alerting on a real database and queue, with real receivers on the loopback.

import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import PostalMime, { type Email } from 'postal-mime';
import { SMTPServer } from 'smtp-server';
import { onTestFinished } from 'vitest';
import { createAlerting, type Alerting, type AlertingOptions } from '#alerting/service.ts';
import { listDue } from '#alerting/notify/delivery-store.ts';
import type { RuleDraft } from '#alerting/rules/rule.ts';
import { systemClock, type Clock } from '#kernel/clock.ts';
import type { Actor } from '#kernel/domain/actor.ts';
import type { NewEvent } from '#kernel/domain/event.ts';
import type { Sample } from '#kernel/domain/metric.ts';
import { silentLogger } from '#kernel/log.ts';
import { appendEvents } from '#store/event-log.ts';
import { createEventWriter } from '#store/event-writer.ts';
import type { Db } from '#store/postgres.ts';
import { openQueue } from '#store/queue.ts';
import { createSealer } from '#store/sealed.ts';
import { openTestDatabase, type TestDatabase } from '#test/support/database.ts';

export const ANNA: Actor = { label: 'user:anna', role: 'operator', source: '127.0.0.1' };
export const BEN: Actor = { label: 'user:ben', role: 'admin', source: '127.0.0.1' };

const DEADLINE_MS = 10_000;

/** Resolves once `look` gives a value; looks again whenever the loop is idle, until the deadline. */
export async function eventually<Value>(what: string, look: () => Promise<Value | undefined> | Value | undefined) {
  const giveUpAtMs = performance.now() + DEADLINE_MS;
  while (performance.now() < giveUpAtMs) {
    const value = await look();
    if (value !== undefined) return value;
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
  throw new Error(`not within ${DEADLINE_MS} ms: ${what}`);
}

export interface AlertingBench {
  alerting: Alerting;
  database: TestDatabase;
  db: Db;
  clock: Clock;
  /** An orderly stop; what is planned stays planned. */
  stop(): Promise<void>;
  append(...events: NewEvent[]): Promise<string[]>;
  /** Everything published or committed so far has been handled. */
  settle(): Promise<void>;
  /** Whatever is due has been sent. */
  delivered(): Promise<void>;
  kinds(): Promise<string[]>;
}

export async function startAlerting(
  options: Partial<AlertingOptions> & { clock?: Clock; database?: TestDatabase } = {},
): Promise<AlertingBench> {
  const { clock = systemClock(), ...rest } = options;
  const database = options.database ?? (await openTestDatabase({ untilTestFinished: true }));
  const { db, notifications } = database;
  const log = silentLogger;
  // The queue stays on the real clock: its timeouts are those of a real server.
  const queue = await openQueue(
    { clock: systemClock(), log },
    { kind: 'postgres', clientConfig: database.clientConfig },
  );
  const eventWriter = createEventWriter({ db, clock: systemClock(), log });
  const alerting = createAlerting(
    { db, clock, log, notifications, queue, eventWriter, sealer: createSealer('test') },
    { mailFrom: 'Plexus <plexus@example.org>', publicUrl: 'https://plexus.example.org', ...rest },
  );
  await alerting.start(new AbortController().signal);
  let stopped: Promise<void> | undefined;
  const stop = () => (stopped ??= alerting.stop());
  onTestFinished(async () => {
    await stop();
    await queue.close();
    await eventWriter.stop();
  });
  return {
    alerting,
    database,
    db,
    clock,
    stop,
    append: (...events) => db.transaction().execute((trx) => appendEvents(trx, events)),
    async settle() {
      await eventWriter.flush();
      await alerting.alerter.drain();
    },
    async delivered() {
      await eventually('an idle delivery log', async () => {
        const due = await listDue(db, clock.nowMs(), 1);
        const sending = await db.selectFrom('delivery').select('id').where('status', '=', 'sending').limit(1).execute();
        return due.length + sending.length === 0 ? true : undefined;
      });
    },
    async kinds() {
      const rows = await db.selectFrom('event').select('kind').orderBy('id').execute();
      return rows.map((row) => row.kind).filter((kind) => kind !== 'config.changed');
    },
  };
}

interface SmtpInbox {
  url: string;
  port: number;
  mails: (Email & { receivedAtMs: number })[];
  close(): Promise<void>;
}

/** A real relay. `refuse` gives the answer to the next mail's DATA, when it should not be taken. */
export async function startSmtp(options: { port?: number; refuse?: () => Error | undefined } = {}): Promise<SmtpInbox> {
  const mails: SmtpInbox['mails'] = [];
  const receive = async (raw: Buffer) => {
    const receivedAtMs = performance.now();
    mails.push({ ...(await PostalMime.parse(raw)), receivedAtMs });
  };
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    // Pooled connections of the sender are still open at the end of a test.
    closeTimeout: 1,
    onData(stream, _session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const refusal = options.refuse?.();
        if (refusal) return done(refusal);
        void receive(Buffer.concat(chunks));
        done();
      });
    },
  });
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', () => resolve()));
  const { port } = server.server.address() as AddressInfo;
  let closed: Promise<void> | undefined;
  const close = () => (closed ??= new Promise<void>((resolve) => server.close(() => resolve())));
  onTestFinished(close);
  return { url: `smtp://127.0.0.1:${port}`, port, mails, close };
}

interface HttpInbox {
  url: string;
  requests: { headers: IncomingHttpHeaders; body: string }[];
  /** Answers of the next requests, then 202. */
  answers: { status: number; headers?: Record<string, string> }[];
}

export async function startHttp(): Promise<HttpInbox> {
  const inbox: HttpInbox = { url: '', requests: [], answers: [] };
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      inbox.requests.push({ headers: request.headers, body });
      const { status, headers } = inbox.answers.shift() ?? { status: 202 };
      response.writeHead(status, { 'content-type': 'application/json', ...headers }).end('{"status":"heard"}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  inbox.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/in`;
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return inbox;
}

export const sample = (value: number, atMs: number, more: Partial<Sample> = {}): Sample => ({
  cluster: 'shop',
  host: 'web-17',
  hostKey: '10.0.0.17',
  metric: 'load_one',
  value,
  atMs,
  ...more,
});

export const loadRule = (more: Partial<RuleDraft> = {}): RuleDraft =>
  ({
    kind: 'metric',
    name: 'Load too high',
    severity: 'page',
    notify: 'at_once',
    contactIds: [],
    enabled: true,
    spec: { metric: 'load_one', operator: '>', threshold: 8, forSec: 0, clearForSec: 0, scope: {} },
    ...more,
  }) as RuleDraft;
