// Contacts made, changed, deleted and tried out. A secret is sealed on its way in and
// never leaves again.

import type { Clock } from '#kernel/clock.ts';
import { SYSTEM, type Actor } from '#kernel/domain/actor.ts';
import { badRequest, conflict, notFound } from '#kernel/errors.ts';
import { uuidv7 } from '#kernel/ids.ts';
import { appendAudit } from '#store/audit-trail.ts';
import { appendEvents } from '#store/event-log.ts';
import { isUniqueViolation, transaction, type Db, type Trx } from '#store/postgres.ts';
import type { Sealer } from '#store/sealed.ts';
import { readSetting, writeSetting } from '#store/settings.ts';
import { personName } from '../alert.ts';
import { deleteContact, findContact, insertContact, updateContact } from './contact-store.ts';
import { secretPurpose, type Contact, type ContactAddress } from './contact.ts';
import { insertDelivery } from './delivery-store.ts';
import { composeTest } from './message.ts';

const DEFAULT_MADE = 'alerting.default_contact_made';

/** With the secret in the clear; absent in an update = as it was. */
type ContactDraft = ContactAddress & {
  name: string;
  isDefault: boolean;
  enabled: boolean;
  fallbackId: string | null;
};

export function createContactCommands(deps: { db: Db; clock: Clock; sealer: Sealer; afterCommit: () => void }) {
  const { db, clock, sealer } = deps;

  async function record(trx: Trx, contact: Contact, change: 'created' | 'updated' | 'deleted', actor: Actor) {
    const atMs = clock.nowMs();
    const { id, name, channel, version } = contact;
    await appendEvents(trx, [
      { kind: 'config.changed', atMs, data: { kind: 'contact', id, name, change, by: actor.label } },
    ]);
    await appendAudit(trx, {
      atMs,
      actor: actor.label,
      action: `contact.${change}`,
      object: `contact:${id} ${name}`,
      result: 'done',
      source: actor.source,
      details: { channel, version },
    });
  }

  function sealed(draft: ContactDraft, id: string, before: Contact | undefined): ContactAddress {
    if (draft.channel === 'mail') return { channel: 'mail', address: draft.address };
    const kept = before?.channel === draft.channel ? before.secret : undefined;
    const secret = draft.secret === undefined ? kept : sealer.seal(draft.secret, secretPurpose(id));
    if (draft.channel === 'pagerduty' && secret === undefined)
      throw badRequest('contact_incomplete', 'routingKey: a PagerDuty contact needs the routing key of its service.');
    return draft.channel === 'webhook'
      ? { channel: 'webhook', url: draft.url, ...(secret !== undefined && { secret }) }
      : {
          channel: 'pagerduty',
          ...(draft.url !== undefined && { url: draft.url }),
          ...(secret !== undefined && { secret }),
        };
  }

  const stored = async (trx: Trx, id: string): Promise<Contact> => {
    const contact = await findContact(trx, id);
    if (!contact) throw notFound('contact', id);
    return contact;
  };

  async function checkFallback(trx: Trx, id: string, fallbackId: string | null): Promise<void> {
    if (fallbackId === null) return;
    if (fallbackId === id || !(await findContact(trx, fallbackId)))
      throw badRequest('contact_fallback', `fallbackId: ${JSON.stringify(fallbackId)} is not another contact.`);
  }

  async function insert(trx: Trx, draft: ContactDraft, actor: Actor): Promise<Contact> {
    const createdAtMs = clock.nowMs();
    const id = uuidv7(createdAtMs);
    await checkFallback(trx, id, draft.fallbackId);
    const { name, isDefault, enabled, fallbackId } = draft;
    const contact: Contact = {
      ...sealed(draft, id, undefined),
      ...{ id, name, isDefault, enabled, fallbackId, version: 1, createdAtMs },
    };
    await insertContact(trx, contact);
    await record(trx, contact, 'created', actor);
    return contact;
  }

  return {
    create: (draft: ContactDraft, actor: Actor): Promise<Contact> =>
      transaction(db, (trx) => insert(trx, draft, actor)).catch(nameTaken(draft.name)),

    update: (id: string, draft: ContactDraft & { version: number }, actor: Actor): Promise<Contact> =>
      transaction(db, async (trx) => {
        const before = await stored(trx, id);
        await checkFallback(trx, id, draft.fallbackId);
        const { name, isDefault, enabled, fallbackId, version } = draft;
        const contact: Contact = {
          ...sealed(draft, id, before),
          ...{ id, name, isDefault, enabled, fallbackId, version, createdAtMs: before.createdAtMs },
        };
        if (!(await updateContact(trx, contact)))
          throw conflict('stale_version', `Contact ${before.name} was changed meanwhile. Reload and try again.`);
        await record(trx, contact, 'updated', actor);
        return { ...contact, version: version + 1 };
      }).catch(nameTaken(draft.name)),

    delete: (id: string, actor: Actor): Promise<void> =>
      transaction(db, async (trx) => {
        const contact = await stored(trx, id);
        await deleteContact(trx, id);
        await record(trx, contact, 'deleted', actor);
      }),

    /** Plans a message that only proves the channel; the delivery tells how it went. */
    async test(id: string, actor: Actor): Promise<{ deliveryId: string }> {
      const deliveryId = await transaction(db, async (trx) => {
        const contact = await stored(trx, id);
        const atMs = clock.nowMs();
        const message = composeTest({ contactName: contact.name, by: personName(actor.label), atMs });
        const due = { causeEventId: null, createdAtMs: atMs, dueAtMs: atMs };
        return insertDelivery(trx, { contact, message, cause: `test:${uuidv7(atMs)}`, ...due });
      });
      if (deliveryId === undefined) throw new Error('a test message was taken for a repeat');
      deps.afterCommit();
      return { deliveryId };
    },

    /** Makes the default mail contact once in the life of the installation. */
    async ensureDefaultContact(address: string): Promise<void> {
      await transaction(db, async (trx) => {
        if ((await readSetting(trx, DEFAULT_MADE)) !== undefined) return;
        await writeSetting(trx, DEFAULT_MADE, address, clock.nowMs());
        const draft = { name: 'Administrator', channel: 'mail', address, isDefault: true, enabled: true } as const;
        await insert(trx, { ...draft, fallbackId: null }, SYSTEM);
      }).catch((error: unknown) => {
        // A contact of that name exists, or another process was first: somebody will be told either way.
        if (!isUniqueViolation(error)) throw error;
      });
    },
  };
}

const nameTaken =
  (name: string) =>
  (error: unknown): never => {
    if (isUniqueViolation(error))
      throw conflict('name_taken', `There is another contact named ${JSON.stringify(name)}.`);
    throw error;
  };
