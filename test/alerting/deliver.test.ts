// Deliveries under failure: relays that are away, refuse or repeat, senders that die.

import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { createMailChannel } from '#alerting/notify/channels/mail.ts';
import { createSmtpTransport } from '#alerting/notify/channels/smtp.ts';
import { createHttpPost } from '#alerting/notify/channels/http-post.ts';
import { createPagerdutyChannel } from '#alerting/notify/channels/pagerduty.ts';
import { createWebhookChannel } from '#alerting/notify/channels/webhook.ts';
import { findContact } from '#alerting/notify/contact-store.ts';
import { createDeliverer } from '#alerting/notify/deliver.ts';
import { claimDelivery, listDue } from '#alerting/notify/delivery-store.ts';
import type { NewEvent } from '#kernel/domain/event.ts';
import { silentLogger } from '#kernel/log.ts';
import { createSealer } from '#store/sealed.ts';
import { FakeClock } from '#test/support/fake-clock.ts';
import { freeTcpPort } from '#test/support/free-port.ts';
import { ANNA, BEN, eventually, loadRule, startAlerting, startHttp, startSmtp, type AlertingBench } from './support.ts';

const hostRule = loadRule({ kind: 'host_down', name: 'Host down', spec: { scope: {} } });
const about = { cluster: 'shop', hostKey: 'k', name: 'web-17' };
const quiet = (atMs: number): NewEvent => ({ kind: 'host.quiet', atMs, data: { ...about, silentSec: 80 } });
const back = (atMs: number): NewEvent => ({ kind: 'host.back', atMs, data: about });

async function bench(options: Parameters<typeof startAlerting>[0] = {}) {
  const clock = new FakeClock();
  const on = await startAlerting({ clock, ...options });
  await on.alerting.api.createRule(hostRule, BEN);
  const tell = async (...events: NewEvent[]) => {
    await on.append(...events);
    await on.settle();
  };
  return { ...on, clock, tell };
}

const statuses = async (on: AlertingBench) =>
  (await on.alerting.api.deliveries({ limit: 50 }))
    .toReversed()
    .map(({ kind, status, attempts }) => `${kind} ${status} ${attempts}`);

const untilStatus = (on: AlertingBench, expected: string[]) =>
  eventually(expected.join(', '), async () =>
    JSON.stringify(await statuses(on)) === JSON.stringify(expected) ? true : undefined,
  );

const contact = (more: object) => ({ name: 'pager', isDefault: true, enabled: true, fallbackId: null, ...more });

/** The deliverer alone, so that a test can stop between its steps. */
const deliverer = (on: AlertingBench, smtpUrl: string) => {
  const http = createHttpPost();
  return createDeliverer({
    db: on.db,
    clock: on.clock,
    log: silentLogger,
    sealer: createSealer('test'),
    channels: {
      mail: createMailChannel(createSmtpTransport(smtpUrl), { from: 'plexus@example.org' }),
      pagerduty: createPagerdutyChannel(http),
      webhook: createWebhookChannel(http, on),
    },
  });
};

describe('mail', () => {
  test('the relay is down: tried again with growing pauses, then delivered once', async () => {
    const port = await freeTcpPort();
    const on = await bench({ smtpUrl: `smtp://127.0.0.1:${port}` });
    await on.alerting.api.ensureDefaultContact('ops@example.org');
    await on.tell(quiet(on.clock.nowMs()));
    await untilStatus(on, ['problem pending 1']);
    on.clock.advance(3900);
    expect(await statuses(on)).toEqual(['problem pending 1']);
    on.clock.advance(3000);
    await untilStatus(on, ['problem pending 2']);
    const smtp = await startSmtp({ port });
    on.clock.advance(13_000);
    await untilStatus(on, ['problem sent 3']);
    on.clock.advance(600_000);
    expect(smtp.mails.map((mail) => mail.subject)).toEqual(['[P1] web-17 is down']);
    expect((await on.alerting.api.problems(1))[0]?.pagesSent).toBe(1);
  });

  test('an answer of 4xx is tried again, with the same Message-ID', async () => {
    let refusals = 1;
    const refuse = () =>
      refusals-- > 0 ? Object.assign(new Error('come back later'), { responseCode: 451 }) : undefined;
    const smtp = await startSmtp({ refuse });
    const on = await bench({ smtpUrl: smtp.url });
    await on.alerting.api.ensureDefaultContact('ops@example.org');
    await on.tell(quiet(on.clock.nowMs()));
    await untilStatus(on, ['problem pending 1']);
    const [pending] = await on.alerting.api.deliveries({ limit: 1 });
    expect(pending?.lastError).toContain('come back later');
    on.clock.advance(7000);
    await untilStatus(on, ['problem sent 2']);
    const id = (await on.alerting.api.contacts())[0]?.id ?? '';
    expect(smtp.mails[0]?.messageId).toBe(`<${pending?.alertId}.${id}@example.org>`);
  });

  test('an answer of 5xx is final: it fails at once, and the failure is an event', async () => {
    const smtp = await startSmtp({ refuse: () => Object.assign(new Error('no such user'), { responseCode: 550 }) });
    const on = await bench({ smtpUrl: smtp.url });
    await on.alerting.api.ensureDefaultContact('gone@example.org');
    await on.tell(quiet(on.clock.nowMs()));
    await untilStatus(on, ['problem failed 1']);
    const failed = await on.db.selectFrom('event').select('data').where('kind', '=', 'notification.failed').execute();
    expect(failed).toMatchObject([{ data: { contact: 'Administrator', channel: 'mail', what: 'problem' } }]);
  });

  test('while a problem cannot be told its recovery waits behind it', async () => {
    const port = await freeTcpPort();
    const on = await bench({ smtpUrl: `smtp://127.0.0.1:${port}` });
    await on.alerting.api.ensureDefaultContact('ops@example.org');
    await on.tell(quiet(on.clock.nowMs()));
    await untilStatus(on, ['problem pending 1']);
    await on.tell(back(on.clock.nowMs() + 1000));
    const smtp = await startSmtp({ port });
    on.clock.advance(2000);
    expect(await listDue(on.db, on.clock.nowMs(), 10)).toEqual([]);
    on.clock.advance(5000);
    await untilStatus(on, ['problem sent 2', 'recovery sent 1']);
    expect(smtp.mails.map((mail) => mail.subject)).toEqual(['[P1] web-17 is down', '[P1] Resolved: web-17 is down']);
  });

  test('without a relay mails go to the outbox, each once', async () => {
    const on = await bench();
    await on.alerting.api.ensureDefaultContact('ops@example.org');
    await on.tell(quiet(on.clock.nowMs()));
    await untilStatus(on, ['problem sent 1']);
    expect(await on.alerting.api.outbox({ limit: 5 })).toMatchObject([
      { to: 'ops@example.org', subject: '[P1] web-17 is down' },
    ]);
  });
});

describe('a sender that dies', () => {
  /** A delivery that is planned, with nobody there to send it. */
  async function planned() {
    const smtp = await startSmtp();
    const on = await bench({ smtpUrl: 'smtp://127.0.0.1:1' });
    await on.alerting.api.ensureDefaultContact('ops@example.org');
    await on.stop();
    const [administrator] = await on.alerting.api.contacts();
    const { deliveryId: id } = await on.alerting.api.testContact(administrator?.id ?? '', BEN);
    return { ...on, smtp, id, deliver: deliverer(on, smtp.url) };
  }
  const forever = new AbortController().signal;
  const inSixSeconds = (clock: FakeClock) => ({ nowMs: clock.nowMs(), aliveUntilMs: clock.nowMs() + 6000 });

  test('before it claimed: the next one sends', async () => {
    const on = await planned();
    expect(await on.deliver(on.id, forever)).toBe('sent');
    expect(on.smtp.mails).toHaveLength(1);
  });

  test('after it claimed: nobody interferes for 6 s, then it is sent', async () => {
    const on = await planned();
    await claimDelivery(on.db, on.id, inSixSeconds(on.clock));
    expect(await on.deliver(on.id, forever)).toBe('not_due');
    on.clock.advance(5999);
    expect(await on.deliver(on.id, forever)).toBe('not_due');
    on.clock.advance(1);
    expect(await on.deliver(on.id, forever)).toBe('sent');
    expect(on.smtp.mails).toHaveLength(1);
  });

  test('after the relay took it, before that was committed: the repeat has the same Message-ID', async () => {
    const on = await planned();
    const claimed = await claimDelivery(on.db, on.id, inSixSeconds(on.clock));
    const reached = await findContact(on.db, claimed?.contactId ?? '');
    if (!claimed || !reached) throw new Error('nothing to send');
    const transport = createSmtpTransport(on.smtp.url);
    const mail = createMailChannel(transport, { from: 'plexus@example.org' });
    await mail.send({ delivery: claimed, contact: reached, secret: undefined }, forever);
    await mail.close();
    on.clock.advance(6000);
    expect(await on.deliver(on.id, forever)).toBe('sent');
    expect(on.smtp.mails).toHaveLength(2);
    expect(on.smtp.mails[1]?.messageId).toBe(on.smtp.mails[0]?.messageId);
  });

  test('after it was committed: nothing is sent again', async () => {
    const on = await planned();
    await on.deliver(on.id, forever);
    on.clock.advance(60_000);
    expect(await on.deliver(on.id, forever)).toBe('not_due');
    expect(await listDue(on.db, on.clock.nowMs(), 5)).toEqual([]);
    expect(on.smtp.mails).toHaveLength(1);
  });

  test('two at once: one of them sends', async () => {
    const on = await planned();
    const outcomes = await Promise.all([
      on.deliver(on.id, forever),
      on.deliver(on.id, forever),
      on.deliver(on.id, forever),
    ]);
    expect(outcomes.toSorted()).toEqual(['not_due', 'not_due', 'sent']);
    expect(on.smtp.mails).toHaveLength(1);
  });
});

describe('pager', () => {
  test('one incident from trigger to resolve, by one dedup_key; the routing key is never shown', async () => {
    const pager = await startHttp();
    const on = await bench();
    const made = await on.alerting.api.createContact(
      contact({ channel: 'pagerduty', url: pager.url, secret: 'r'.repeat(32) }) as never,
      BEN,
    );
    expect(JSON.stringify(await on.db.selectFrom('contact').selectAll().execute())).not.toContain('rrrr');
    await on.tell(quiet(on.clock.nowMs()));
    const [problem] = await on.alerting.api.problems(1);
    await on.alerting.api.acknowledge(problem?.id ?? '', ANNA);
    await on.tell(back(on.clock.nowMs() + 1000));
    on.clock.advance(1000);
    await untilStatus(on, ['problem sent 1', 'acknowledgement sent 1', 'recovery sent 1']);
    const bodies = pager.requests.map((request) => JSON.parse(request.body));
    expect(bodies.map((body) => body.event_action)).toEqual(['trigger', 'acknowledge', 'resolve']);
    expect(new Set(bodies.map((body) => body.dedup_key))).toEqual(new Set([`plexus-${problem?.id}`]));
    expect(bodies[0]).toMatchObject({
      routing_key: 'r'.repeat(32),
      payload: { summary: '[P1] web-17 is down', source: 'web-17', severity: 'critical', group: 'shop' },
      client_url: `https://plexus.example.org/problems/${problem?.id}`,
    });
    expect(made.id).toBeTruthy();
  });

  const answers: [number, Record<string, string>, string][] = [
    [202, {}, 'problem sent 1'],
    [400, {}, 'problem failed 1'],
    [429, { 'retry-after': '120' }, 'problem pending 1'],
    [500, {}, 'problem pending 1'],
  ];
  test.each(answers)('an answer of %d', async (status, headers, expected) => {
    const pager = await startHttp();
    pager.answers.push({ status, headers });
    const on = await bench();
    await on.alerting.api.createContact(contact({ channel: 'pagerduty', url: pager.url, secret: 'key' }) as never, BEN);
    await on.tell(quiet(on.clock.nowMs()));
    await untilStatus(on, [expected]);
    if (expected !== 'problem pending 1') return;
    on.clock.advance(status === 429 ? 119_000 : 1000);
    expect(await statuses(on)).toEqual(['problem pending 1']);
    on.clock.advance(10_000);
    await untilStatus(on, ['problem sent 2']);
    const [first, second] = pager.requests.map((request) => JSON.parse(request.body).dedup_key);
    expect(first).toBe(second);
  });
});

describe('webhook', () => {
  test('signed, stamped, and a repeat keeps its idempotency key', async () => {
    const hook = await startHttp();
    hook.answers.push({ status: 503 });
    const on = await bench();
    await on.alerting.api.createContact(contact({ channel: 'webhook', url: hook.url, secret: 'shared' }) as never, BEN);
    await on.tell(quiet(on.clock.nowMs()));
    await untilStatus(on, ['problem pending 1']);
    on.clock.advance(7000);
    await untilStatus(on, ['problem sent 2']);
    for (const { headers, body } of hook.requests) {
      const timestamp = String(headers['x-plexus-timestamp']);
      const expected = createHmac('sha256', 'shared').update(`${timestamp}.${body}`).digest('hex');
      expect(headers['x-plexus-signature']).toBe(`v1=${expected}`);
    }
    const keys = hook.requests.map((request) => request.headers['idempotency-key']);
    expect(keys[0]).toBe(keys[1]);
    expect(hook.requests[0]?.headers['x-plexus-timestamp']).not.toBe(hook.requests[1]?.headers['x-plexus-timestamp']);
    expect(JSON.parse(hook.requests[0]?.body ?? '')).toMatchObject({
      version: 1,
      kind: 'problem',
      host: 'web-17',
      state: 'open',
    });
  });
});

test('who cannot be reached for half a minute: the next channel is told, and tried further', async () => {
  const pager = await startHttp();
  const port = await freeTcpPort();
  const on = await bench({ smtpUrl: `smtp://127.0.0.1:${port}` });
  const { api } = on.alerting;
  const fallback = await api.createContact(
    contact({ isDefault: false, channel: 'pagerduty', url: pager.url, secret: 'key' }) as never,
    BEN,
  );
  await api.createContact(
    contact({ name: 'ops', channel: 'mail', address: 'ops@example.org', fallbackId: fallback.id }) as never,
    BEN,
  );
  await on.tell(quiet(on.clock.nowMs()));
  await untilStatus(on, ['problem pending 1']);
  on.clock.advance(7000);
  await untilStatus(on, ['problem pending 2']);
  on.clock.advance(13_000);
  await untilStatus(on, ['problem pending 3', 'problem sent 1']);
  expect(JSON.parse(pager.requests[0]?.body ?? '').payload.custom_details).toMatchObject({
    'Sent to you instead': 'ops could not be reached by mail',
  });
  expect((await on.kinds()).filter((kind) => kind.startsWith('notification'))).toEqual([
    'notification.failed',
    'notification.sent',
  ]);
});

test('a contact that is tried out gets a test message, and the delivery tells how it went', async () => {
  const on = await bench();
  await on.alerting.api.ensureDefaultContact('ops@example.org');
  await on.alerting.api.ensureDefaultContact('other@example.org');
  const contacts = await on.alerting.api.contacts();
  expect(contacts).toMatchObject([{ name: 'Administrator', address: 'ops@example.org', isDefault: true }]);
  await on.alerting.api.testContact(contacts[0]?.id ?? '', BEN);
  await untilStatus(on, ['test sent 1']);
  expect((await on.alerting.api.outbox({ limit: 1 }))[0]?.subject).toBe('[TEST] Plexus reaches Administrator');
});

test('a changed contact keeps its secret; a stale version, a second name and a stray fallback are refused', async () => {
  const hook = await startHttp();
  const on = await bench();
  const { api } = on.alerting;
  const draft = contact({ channel: 'webhook', url: hook.url, secret: 'shared' }) as never as Parameters<
    typeof api.createContact
  >[0];
  const { secret: _, ...unsaid } = draft as typeof draft & { secret: string };
  const made = await api.createContact(draft, BEN);
  await api.updateContact(made.id, { ...unsaid, name: 'hook', version: 1 } as never, BEN);
  await api.testContact(made.id, BEN);
  await untilStatus(on, ['test sent 1']);
  expect(hook.requests[0]?.headers['x-plexus-signature']).toBeDefined();
  await expect(api.updateContact(made.id, { ...draft, version: 1 }, BEN)).rejects.toMatchObject({
    code: 'stale_version',
  });
  await expect(api.createContact({ ...draft, name: 'hook' }, BEN)).rejects.toMatchObject({ code: 'name_taken' });
  await expect(api.createContact({ ...draft, fallbackId: 'x' }, BEN)).rejects.toMatchObject({
    code: 'contact_fallback',
  });
});
