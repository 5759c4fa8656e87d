// Rules and contacts: what makes an alert, and who hears of it.

import type { AlertingApi } from '#alerting/api.ts';
import {
  Contact,
  ContactInput,
  ContactList,
  ContactTest,
  ContactUpdate,
  Rule,
  RuleInput,
  RuleList,
  RuleUpdate,
} from '#web/contract/alerting.ts';
import { Empty, IdParams } from '#web/contract/shared.ts';
import type { App } from '../app.ts';
import { toContact, toRule } from './alerting-views.ts';

const viewer = { access: 'viewer' as const };
const engineer = { access: 'engineer' as const };
const admin = { access: 'admin' as const };

export function ruleRoutes(app: App, { alerting }: { alerting: AlertingApi }): void {
  const tags = ['rules'];

  app.get(
    '/api/v1/rules',
    { config: viewer, schema: { tags, summary: 'All rules', response: { 200: RuleList } } },
    async () => ({ items: (await alerting.rules()).map(toRule), nextCursor: null }),
  );

  app.post(
    '/api/v1/rules',
    { config: engineer, schema: { tags, summary: 'Make a rule', body: RuleInput, response: { 200: Rule } } },
    async (request) => {
      const { id } = await alerting.createRule(request.body, request.actor);
      return toRule(await alerting.rule(id));
    },
  );

  app.get(
    '/api/v1/rules/:id',
    { config: viewer, schema: { tags, summary: 'One rule', params: IdParams, response: { 200: Rule } } },
    async (request) => toRule(await alerting.rule(request.params.id)),
  );

  app.put(
    '/api/v1/rules/:id',
    {
      config: engineer,
      schema: { tags, summary: 'Change a rule', params: IdParams, body: RuleUpdate, response: { 200: Rule } },
    },
    async (request) => {
      await alerting.updateRule(request.params.id, request.body, request.actor);
      return toRule(await alerting.rule(request.params.id));
    },
  );

  app.delete(
    '/api/v1/rules/:id',
    {
      config: engineer,
      schema: { tags, summary: 'Delete a rule; its alerts end', params: IdParams, response: { 200: Empty } },
    },
    async (request) => {
      await alerting.deleteRule(request.params.id, request.actor);
      return {};
    },
  );
}

/** A routing key is the pager's name for its secret. */
function toDraft<Body extends ContactInput>(body: Body): Body & { secret?: string } {
  const secret = body.channel === 'pagerduty' ? body.routingKey : undefined;
  return secret === undefined ? body : { ...body, secret };
}

export function contactRoutes(app: App, { alerting }: { alerting: AlertingApi }): void {
  const tags = ['contacts'];

  app.get(
    '/api/v1/contacts',
    { config: viewer, schema: { tags, summary: 'All contacts', response: { 200: ContactList } } },
    async (request) => ({
      items: (await alerting.contacts()).map((contact) => toContact(contact, request.actor)),
      nextCursor: null,
    }),
  );

  app.post(
    '/api/v1/contacts',
    { config: admin, schema: { tags, summary: 'Add a contact', body: ContactInput, response: { 200: Contact } } },
    async (request) => toContact(await alerting.createContact(toDraft(request.body), request.actor), request.actor),
  );

  app.get(
    '/api/v1/contacts/:id',
    { config: viewer, schema: { tags, summary: 'One contact', params: IdParams, response: { 200: Contact } } },
    async (request) => toContact(await alerting.contact(request.params.id), request.actor),
  );

  app.put(
    '/api/v1/contacts/:id',
    {
      config: admin,
      schema: { tags, summary: 'Change a contact', params: IdParams, body: ContactUpdate, response: { 200: Contact } },
    },
    async (request) =>
      toContact(await alerting.updateContact(request.params.id, toDraft(request.body), request.actor), request.actor),
  );

  app.delete(
    '/api/v1/contacts/:id',
    { config: admin, schema: { tags, summary: 'Delete a contact', params: IdParams, response: { 200: Empty } } },
    async (request) => {
      await alerting.deleteContact(request.params.id, request.actor);
      return {};
    },
  );

  app.post(
    '/api/v1/contacts/:id/test',
    {
      config: admin,
      schema: { tags, summary: 'Send a test message', params: IdParams, response: { 200: ContactTest } },
    },
    async (request) => alerting.testContact(request.params.id, request.actor),
  );
}
