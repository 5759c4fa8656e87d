// Writes a contact. Secrets are written and never read back.

import { PasswordInput, Select, Switch, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Contact, ContactInput } from '#web/contract/alerting.ts';
import { useChangeContact, useCreateContact, useDeleteContact } from '../../data/rules.ts';
import { FormRow, ObjectForm } from '../../parts/object-form.tsx';
import { useForm } from '../../parts/use-form.ts';
import { KindCards } from './object-list.tsx';

const CHANNELS = ['mail', 'pagerduty', 'webhook'] as const;

interface ContactEditorProps {
  contact?: Contact;
  /** All contacts, for the fall-back. */
  others: readonly Contact[];
  onClose: () => void;
}

export function ContactEditor({ contact, others, onClose }: ContactEditorProps) {
  const { t } = useTranslation();
  const form = useForm({
    name: contact?.name ?? '',
    channel: contact?.channel ?? ('mail' as Contact['channel']),
    address: contact?.address ?? '',
    url: contact?.url ?? '',
    secret: '',
    isDefault: contact?.isDefault ?? others.length === 0,
    enabled: contact?.enabled ?? true,
    fallbackId: contact?.fallbackId ?? '',
  });
  const { values: draft, set } = form;
  const create = useCreateContact({ done: () => t('form.created'), onDone: onClose });
  const change = useChangeContact({ done: () => t('form.saved'), onDone: onClose });
  const remove = useDeleteContact({ done: () => t('form.deleted'), onDone: onClose });
  const save = (): void => {
    const body = contactOf(draft);
    if (contact) change.mutate({ id: contact.id, change: { ...body, version: contact.version } });
    else create.mutate(body);
  };
  const kept = contact?.hasSecret ? { placeholder: t('configuration.contacts.form.secretKept') } : {};
  return (
    <ObjectForm
      title={
        contact
          ? t('configuration.contacts.form.titleEdit', { name: contact.name })
          : t('configuration.contacts.form.titleNew')
      }
      submit={contact ? t('form.save') : t('form.create')}
      error={create.error ?? change.error}
      busy={create.isPending || change.isPending}
      onSubmit={save}
      onClose={onClose}
      remove={contact && { name: contact.name, busy: remove.isPending, act: () => remove.mutate(contact.id) }}
    >
      <TextInput label={t('configuration.contacts.form.name')} required {...form.text('name')} />
      {!contact && (
        <KindCards
          label={t('configuration.contacts.form.channel')}
          kinds={CHANNELS.map((kind) => ({
            kind,
            title: t(`configuration.contacts.channel.${kind}`),
            why: t(`configuration.contacts.channelWhy.${kind}`),
          }))}
          value={draft.channel}
          onChange={(channel) => set('channel', channel)}
        />
      )}
      {draft.channel === 'mail' && (
        <TextInput type="email" label={t('configuration.contacts.form.address')} required {...form.text('address')} />
      )}
      {draft.channel === 'pagerduty' && (
        <FormRow>
          <PasswordInput
            label={t('configuration.contacts.form.routingKey')}
            required={!contact?.hasSecret}
            autoComplete="off"
            {...kept}
            {...form.text('secret')}
          />
          <TextInput
            label={t('configuration.contacts.form.url')}
            placeholder={t('configuration.contacts.form.urlOptional')}
            {...form.text('url')}
          />
        </FormRow>
      )}
      {draft.channel === 'webhook' && (
        <FormRow>
          <TextInput
            label={t('configuration.contacts.form.url')}
            placeholder="https://"
            required
            {...form.text('url')}
          />
          <PasswordInput
            label={t('configuration.contacts.form.secret')}
            autoComplete="off"
            {...kept}
            {...form.text('secret')}
          />
        </FormRow>
      )}
      <Select
        label={t('configuration.contacts.form.fallback')}
        placeholder={t('form.nobody')}
        clearable
        data={others
          .filter((other) => other.id !== contact?.id)
          .map((other) => ({ value: other.id, label: other.name }))}
        value={draft.fallbackId || null}
        onChange={(value) => set('fallbackId', value ?? '')}
      />
      <Switch label={t('configuration.contacts.form.isDefault')} {...form.flag('isDefault')} />
      <Switch label={t('configuration.contacts.form.enabled')} {...form.flag('enabled')} />
    </ObjectForm>
  );
}

interface ContactDraft {
  name: string;
  channel: Contact['channel'];
  address: string;
  url: string;
  secret: string;
  isDefault: boolean;
  enabled: boolean;
  fallbackId: string;
}

function contactOf(draft: ContactDraft): ContactInput {
  const { name, isDefault, enabled } = draft;
  const common = { name: name.trim(), isDefault, enabled, fallbackId: draft.fallbackId || null };
  const url = draft.url.trim();
  switch (draft.channel) {
    case 'mail':
      return { ...common, channel: 'mail', address: draft.address.trim() };
    case 'pagerduty':
      return {
        ...common,
        channel: 'pagerduty',
        ...(url === '' ? {} : { url }),
        ...(draft.secret === '' ? {} : { routingKey: draft.secret }),
      };
    case 'webhook':
      return { ...common, channel: 'webhook', url, ...(draft.secret === '' ? {} : { secret: draft.secret }) };
    default:
      return draft.channel satisfies never;
  }
}
