// Downtimes that repeat, over HTTP.

import type { ChecksApi } from '#checks/api.ts';
import {
  DowntimeOccurrences,
  DowntimeSchedule,
  RecurringDowntime,
  RecurringDowntimes,
  RecurringOrder,
  RecurringUpdate,
} from '#web/contract/downtimes.ts';
import { Empty, IdParams } from '#web/contract/shared.ts';
import type { App } from '../app.ts';
import { toOccurrence, toRecurring, toRecurringOrder } from './downtime-shapes.ts';

export function recurringDowntimeRoutes(app: App, { recurring }: ChecksApi['downtimes']): void {
  const viewer = { access: 'viewer' as const };
  const operator = { access: 'operator' as const };
  const tags = ['downtimes'];
  const params = IdParams;

  app.get(
    '/api/v1/recurring-downtimes',
    { config: viewer, schema: { tags, summary: 'Recurring downtimes', response: { 200: RecurringDowntimes } } },
    async () => ({ items: (await recurring.list()).map(toRecurring), nextCursor: null }),
  );

  app.post(
    '/api/v1/recurring-downtimes/occurrences',
    {
      config: viewer,
      schema: {
        ...{ tags, summary: 'The next five times of a schedule' },
        ...{ body: DowntimeSchedule, response: { 200: DowntimeOccurrences } },
      },
    },
    (request) => ({ items: recurring.occurrences(request.body).map(toOccurrence) }),
  );

  app.post(
    '/api/v1/recurring-downtimes',
    {
      config: operator,
      schema: { tags, summary: 'Repeat a downtime', body: RecurringOrder, response: { 200: RecurringDowntime } },
    },
    async (request) =>
      toRecurring(await recurring.get(await recurring.create(request.actor, toRecurringOrder(request.body)))),
  );

  app.get(
    '/api/v1/recurring-downtimes/:id',
    {
      config: viewer,
      schema: { tags, summary: 'One recurring downtime', params, response: { 200: RecurringDowntime } },
    },
    async (request) => toRecurring(await recurring.get(request.params.id)),
  );

  app.put(
    '/api/v1/recurring-downtimes/:id',
    {
      config: operator,
      schema: {
        ...{ tags, summary: 'Change a recurring downtime; what is pending is planned anew' },
        ...{ params, body: RecurringUpdate, response: { 200: RecurringDowntime } },
      },
    },
    async (request) => {
      const { version, ...order } = request.body;
      const change = { ...toRecurringOrder(order), ...(version !== undefined && { version }) };
      await recurring.update(request.actor, request.params.id, change);
      return toRecurring(await recurring.get(request.params.id));
    },
  );

  app.delete(
    '/api/v1/recurring-downtimes/:id',
    {
      config: operator,
      schema: { tags, summary: 'Stop repeating; what is pending is cancelled', params, response: { 200: Empty } },
    },
    async (request) => {
      await recurring.remove(request.actor, request.params.id);
      return {};
    },
  );
}
