// Tables contacts and contactgroups.

import { dict, flag, list, text, type Table } from '../column.ts';
import type { ContactGroupRow, ContactRow } from '../source.ts';

export const contacts: Table<ContactRow> = {
  name: 'contacts',
  prefix: 'contact_',
  columns: [
    text('name', (row) => row.name),
    text('alias', (row) => row.alias),
    text('email', (row) => row.email),
    text('pager', (row) => row.pager),
    text('host_notification_period', (row) => row.hostNotificationPeriod),
    text('service_notification_period', (row) => row.serviceNotificationPeriod),
    flag('host_notifications_enabled', (row) => row.hostNotificationsEnabled),
    flag('service_notifications_enabled', (row) => row.serviceNotificationsEnabled),
    flag('can_submit_commands', (row) => row.canSubmitCommands),
    list('custom_variable_names', (row) => Object.keys(row.variables)),
    list('custom_variable_values', (row) => Object.values(row.variables)),
    dict('custom_variables', (row) => row.variables),
  ],
  needs: ['contacts'],
  rows: ({ world }) => world.all('contacts'),
  isNamed: (row, object) => row.name === object,
};

export const contactGroups: Table<ContactGroupRow> = {
  name: 'contactgroups',
  prefix: 'contactgroup_',
  columns: [text('name', (row) => row.name), text('alias', (row) => row.alias), list('members', (row) => row.members)],
  needs: ['contactGroups'],
  rows: ({ world }) => world.all('contactGroups'),
  isNamed: (row, object) => row.name === object,
};
