// Rules, contacts, and the mails of the local outbox.

import type {
  Contact,
  ContactInput,
  ContactTest,
  ContactUpdate,
  Delivery,
  OutboxMail,
  Rule,
  RuleInput,
  RuleUpdate,
} from '#web/contract/alerting.ts';
import type { ListOf } from './list.ts';
import { useApiAction, useApiQuery, type ActionOptions } from './use-api-query.ts';

type Done<Input, Answer = void> = Pick<ActionOptions<Input, Answer>, 'done' | 'onDone'>;

export const useRules = () => useApiQuery<ListOf<Rule>>('rules', '/rules', { limit: 1000 });

export const useCreateRule = (options: Done<RuleInput>) =>
  useApiAction((api, rule: RuleInput) => api.send('POST', '/rules', rule), {
    refreshes: ['rules'],
    tellFailure: false,
    ...options,
  });

export const useChangeRule = (options: Done<{ id: string; change: RuleUpdate }>) =>
  useApiAction(
    (api, input: { id: string; change: RuleUpdate }) => api.send('PUT', `/rules/${input.id}`, input.change),
    {
      refreshes: ['rules', 'problems'],
      tellFailure: false,
      ...options,
    },
  );

export const useDeleteRule = (options: Done<string>) =>
  useApiAction((api, id: string) => api.send('DELETE', `/rules/${id}`), {
    refreshes: ['rules', 'problems'],
    ...options,
  });

export const useContacts = (enabled = true) =>
  useApiQuery<ListOf<Contact>>('contacts', '/contacts', { limit: 1000 }, { enabled });

export const useCreateContact = (options: Done<ContactInput>) =>
  useApiAction((api, contact: ContactInput) => api.send('POST', '/contacts', contact), {
    refreshes: ['contacts'],
    tellFailure: false,
    ...options,
  });

export const useChangeContact = (options: Done<{ id: string; change: ContactUpdate }>) =>
  useApiAction(
    (api, input: { id: string; change: ContactUpdate }) => api.send('PUT', `/contacts/${input.id}`, input.change),
    {
      refreshes: ['contacts'],
      tellFailure: false,
      ...options,
    },
  );

export const useDeleteContact = (options: Done<string>) =>
  useApiAction((api, id: string) => api.send('DELETE', `/contacts/${id}`), { refreshes: ['contacts'], ...options });

export const useTestContact = (done: () => string) =>
  useApiAction((api, id: string) => api.send<ContactTest>('POST', `/contacts/${id}/test`, {}), {
    refreshes: ['deliveries', 'outbox'],
    done,
  });

export const useOutbox = () => useApiQuery<ListOf<OutboxMail>>('outbox', '/outbox', { limit: 200 });
export const useDeliveries = () => useApiQuery<ListOf<Delivery>>('deliveries', '/deliveries', { limit: 200 });
