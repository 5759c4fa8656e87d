// Contacts: where people are told, with a test for each, and what was sent.

import { Button } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Contact } from '#web/contract/alerting.ts';
import { useContacts, useDeliveries, useTestContact } from '../../data/rules.ts';
import { LoadGate } from '../../parts/load-gate.tsx';
import { Deliveries } from '../problems/deliveries.tsx';
import { ContactEditor } from './contact-editor.tsx';
import { ObjectList } from './object-list.tsx';

export function ContactsSection() {
  const { t } = useTranslation();
  const contacts = useContacts();
  const deliveries = useDeliveries();
  const test = useTestContact(() => t('configuration.contacts.tested'));
  const [open, setOpen] = useState<Contact | 'new' | null>(null);
  return (
    <>
      <ObjectList
        title={t('configuration.sections.contacts')}
        note={t('configuration.contacts.note')}
        query={contacts}
        add={{ label: t('configuration.contacts.add'), act: () => setOpen('new') }}
        empty={{ title: t('configuration.contacts.none'), reason: t('configuration.contacts.noneWhy') }}
      >
        {(entries) => (
          <table className="grid-table">
            <tbody>
              {entries.map((contact) => (
                <tr key={contact.id} className={contact.enabled ? '' : 'grid-table__off'}>
                  <td className="grid-table__main">
                    <button type="button" onClick={() => setOpen(contact)}>
                      {contact.name}
                    </button>
                    <div className="second">
                      {t(`configuration.contacts.channel.${contact.channel}`)} · {contact.address ?? contact.url}
                    </div>
                  </td>
                  <td>
                    {contact.isDefault && (
                      <span className="chip chip--act">{t('configuration.contacts.isDefault')}</span>
                    )}
                    {!contact.enabled && t('form.disabled')}
                  </td>
                  <td className="grid-table__act">
                    <Button
                      size="xs"
                      loading={test.isPending && test.variables === contact.id}
                      onClick={() => test.mutate(contact.id)}
                    >
                      {t('configuration.contacts.test')}
                    </Button>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </ObjectList>
      <section className="card" style={{ marginTop: 12 }}>
        <div className="card__head">
          <h2>{t('configuration.contacts.deliveries')}</h2>
        </div>
        <LoadGate query={deliveries} rows={4}>
          {(list) =>
            list.items.length === 0 ? (
              <p className="card__body mute">{t('configuration.contacts.noDeliveries')}</p>
            ) : (
              <Deliveries deliveries={list.items} />
            )
          }
        </LoadGate>
      </section>
      {open && (
        <ContactEditor
          key={open === 'new' ? 'new' : open.id}
          {...(open === 'new' ? {} : { contact: open })}
          others={contacts.data?.items ?? []}
          onClose={() => setOpen(null)}
        />
      )}
    </>
  );
}
