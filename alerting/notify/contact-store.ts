// SQL of the contact table.

import type { Selectable } from 'kysely';
import { isUuid } from '#kernel/ids.ts';
import { documentJson } from '#store/json.ts';
import type { Db, Trx } from '#store/postgres.ts';
import type { Contact as ContactRow } from '#store/schema.ts';
import type { Contact } from './contact.ts';

const toContact = (row: Selectable<ContactRow>): Contact =>
  ({
    ...(row.config as object),
    channel: row.channel,
    id: row.id,
    name: row.name,
    isDefault: row.is_default,
    enabled: row.enabled,
    fallbackId: row.fallback_id,
    version: row.version,
    createdAtMs: row.created_at_ms,
  }) as Contact;

function columnsOf(contact: Contact) {
  const { id: _id, name, isDefault, enabled, fallbackId, version, createdAtMs: _at, channel, ...config } = contact;
  return {
    name,
    channel,
    config: documentJson(config),
    is_default: isDefault,
    enabled,
    fallback_id: fallbackId,
    version,
  };
}

export async function listContacts(db: Db | Trx): Promise<Contact[]> {
  const rows = await db.selectFrom('contact').selectAll().orderBy('name').execute();
  return rows.map(toContact);
}

export async function findContact(db: Db | Trx, id: string): Promise<Contact | undefined> {
  if (!isUuid(id)) return undefined;
  const row = await db.selectFrom('contact').selectAll().where('id', '=', id).executeTakeFirst();
  return row && toContact(row);
}

/**
 * Those a rule names, as far as they are enabled; the default contacts when it names none, or when
 * none of them is left: a deleted contact must not make a rule silent.
 */
export async function contactsFor(db: Db | Trx, contactIds: readonly string[]): Promise<Contact[]> {
  const enabled = (await listContacts(db)).filter((contact) => contact.enabled);
  const named = enabled.filter((contact) => contactIds.includes(contact.id));
  return named.length > 0 ? named : enabled.filter((contact) => contact.isDefault);
}

export async function insertContact(trx: Trx, contact: Contact): Promise<void> {
  await trx
    .insertInto('contact')
    .values({ ...columnsOf(contact), id: contact.id, created_at_ms: contact.createdAtMs })
    .execute();
}

/** Stores `contact` as the version after `contact.version`; false when that is no longer the stored one. */
export async function updateContact(trx: Trx, contact: Contact): Promise<boolean> {
  const result = await trx
    .updateTable('contact')
    .set({ ...columnsOf(contact), version: contact.version + 1 })
    .where('id', '=', contact.id)
    .where('version', '=', contact.version)
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}

export async function deleteContact(trx: Trx, id: string): Promise<void> {
  await trx.deleteFrom('contact').where('id', '=', id).execute();
}
