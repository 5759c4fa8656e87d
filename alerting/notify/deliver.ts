// One attempt of one delivery: claimed and committed as `sending` before the provider
// is asked, then sent, then committed with its outcome. A process that dies between
// the two commits leaves a claim that runs out; whoever repeats the attempt uses the
// same Message-ID or idempotency key, so a double is possible only inside that exchange.

import type { Clock } from '#kernel/clock.ts';
import { AppError, errorFields } from '#kernel/errors.ts';
import type { Logger } from '#kernel/log.ts';
import { appendEvents } from '#store/event-log.ts';
import { transaction, type Db, type Trx } from '#store/postgres.ts';
import type { Sealer } from '#store/sealed.ts';
import type { Channel } from './channels/channel.ts';
import { findContact } from './contact-store.ts';
import { secretPurpose, type ChannelName } from './contact.ts';
import { claimDelivery, endAttempt, insertDelivery, renewClaim, type Delivery } from './delivery-store.ts';
import { decideAfterFailure, type AfterFailure } from './retry-policy.ts';

interface DelivererDeps {
  db: Db;
  clock: Clock;
  log: Logger;
  sealer: Sealer;
  channels: Record<ChannelName, Channel>;
}

// A live sender renews its claim; one that died is repeated after so long.
const CLAIM_MS = 6000;
const RENEW_MS = 2000;
const EXCHANGE_TIMEOUT_MS = 60_000;
// On an orderly stop an exchange that is under way may still finish.
const LAST_WORDS_MS = 4000;

/** Resolves to what became of the attempt; `not_due` when there was nothing to do. Rejects only when the database is away. */
export type Deliver = (id: string, stop: AbortSignal) => Promise<'sent' | 'pending' | 'failed' | 'not_due'>;

export function createDeliverer(deps: DelivererDeps): Deliver {
  const { db, clock, log } = deps;

  async function send(delivery: Delivery, stop: AbortSignal): Promise<void> {
    const contact = delivery.contactId === null ? undefined : await findContact(db, delivery.contactId);
    if (!contact) throw new AppError('contact_gone', `Contact ${delivery.contactName} was deleted.`);
    const sealed = contact.channel === 'mail' ? undefined : contact.secret;
    const secret = sealed === undefined ? undefined : deps.sealer.open(sealed, secretPurpose(contact.id));
    await exchange(stop, (signal) => deps.channels[contact.channel].send({ delivery, contact, secret }, signal));
  }

  /** Bounded in time also where the channel's own timeouts do not reach. */
  async function exchange(stop: AbortSignal, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const giveUp = new AbortController();
    const over = new AbortController();
    const fail = (code: string, message: string) => {
      giveUp.abort();
      throw new AppError(code, message, { retry: 'later' });
    };
    const tooLate = clock
      .sleep(EXCHANGE_TIMEOUT_MS, over.signal)
      .then(() => fail('provider_slow', `No answer within ${EXCHANGE_TIMEOUT_MS / 1000} s.`));
    const stopped = untilAborted(stop, over.signal)
      .then(() => clock.sleep(LAST_WORDS_MS, over.signal))
      .then(() => fail('stopped', 'The process was stopped while it was sending.'));
    // Once the race is decided the losers end by themselves, unheard.
    tooLate.catch(() => undefined);
    stopped.catch(() => undefined);
    try {
      await Promise.race([work(giveUp.signal), tooLate, stopped]);
    } finally {
      over.abort();
    }
  }

  async function recordSent(delivery: Delivery): Promise<void> {
    const atMs = clock.nowMs();
    await transaction(db, async (trx) => {
      if (!(await endAttempt(trx, delivery, { status: 'sent', atMs }))) return;
      const counts = delivery.kind === 'problem' || delivery.kind === 'escalation';
      if (counts && delivery.alertId !== null) {
        await trx
          .updateTable('alert')
          .set(({ eb }) => ({ pages_sent: eb('pages_sent', '+', 1) }))
          .where('id', '=', delivery.alertId)
          .execute();
      }
      await appendEvents(trx, [
        {
          kind: 'notification.sent',
          ...subjectOf(delivery, atMs),
          data: { ...factsOf(delivery), latencyMs: atMs - delivery.createdAtMs },
        },
      ]);
    });
  }

  async function recordFailure(delivery: Delivery, after: AfterFailure): Promise<void> {
    const nowMs = clock.nowMs();
    await transaction(db, async (trx) => {
      const outcome =
        after.status === 'pending' ? { ...after, dueAtMs: nowMs + after.delayMs } : { ...after, status: after.status };
      if (!(await endAttempt(trx, delivery, outcome))) return;
      if (!after.tellFallback && after.status === 'pending') return;
      await appendEvents(trx, [
        {
          kind: 'notification.failed',
          ...subjectOf(delivery, nowMs),
          data: {
            ...factsOf(delivery),
            error: after.status === 'pending' ? `${after.error} (it is tried again)` : after.error,
          },
        },
      ]);
      if (after.tellFallback) await tellFallback(trx, delivery, nowMs);
    });
    if (after.tellFallback || after.status === 'failed')
      log.error(`${delivery.contactName} cannot be reached by ${delivery.channel}`, {
        delivery: delivery.id,
        attempts: delivery.attempts,
        reason: after.error,
      });
  }

  async function tellFallback(trx: Trx, delivery: Delivery, nowMs: number): Promise<void> {
    const contact = delivery.contactId === null ? undefined : await findContact(trx, delivery.contactId);
    const fallback = contact?.fallbackId ? await findContact(trx, contact.fallbackId) : undefined;
    if (!fallback?.enabled || delivery.kind === 'test') return;
    const why = `${delivery.contactName} could not be reached by ${delivery.channel}`;
    await insertDelivery(trx, {
      contact: fallback,
      message: {
        ...delivery.message,
        lines: [...delivery.message.lines, { label: 'Sent to you instead', text: why }],
      },
      // The same cause: whoever was told of this event already is not told again.
      cause: delivery.causeEventId ?? delivery.id,
      causeEventId: delivery.causeEventId,
      createdAtMs: nowMs,
      dueAtMs: nowMs,
    });
  }

  return async function deliver(id, stop) {
    const delivery = await claimDelivery(db, id, { nowMs: clock.nowMs(), aliveUntilMs: clock.nowMs() + CLAIM_MS });
    if (!delivery) return 'not_due';
    const renewal = clock.every(RENEW_MS, () => {
      renewClaim(db, delivery, clock.nowMs() + CLAIM_MS).catch((error: unknown) =>
        log.debug('a claim could not be renewed', errorFields(error)),
      );
    });
    try {
      await send(delivery, stop);
    } catch (failure) {
      const after = decideAfterFailure(delivery.attempts, failure);
      await recordFailure(delivery, after);
      return after.status;
    } finally {
      renewal.cancel();
    }
    await recordSent(delivery);
    return 'sent';
  };
}

const subjectOf = (delivery: Delivery, atMs: number) => ({
  atMs,
  ...(delivery.alertId !== null && { alertId: delivery.alertId }),
  ...(delivery.causeEventId !== null && { causeId: delivery.causeEventId }),
});

const factsOf = (delivery: Delivery) => ({
  deliveryId: delivery.id,
  channel: delivery.channel,
  contact: delivery.contactName,
  what: delivery.kind,
});

const untilAborted = (signal: AbortSignal, over: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener('abort', () => resolve(), { once: true, signal: over });
  });
