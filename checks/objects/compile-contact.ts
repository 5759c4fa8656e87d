// A resolved contact → who is told, when, of what, and by which commands of Nagios.

import type { CompiledContact, ContactNotifications } from './compiled-site.ts';
import { readValues, type ValueReader } from './read-values.ts';
import type { ResolvedContact } from './resolved-site.ts';

export function compileContact(contact: ResolvedContact, hasPeriod: (name: string) => boolean): CompiledContact {
  const { name, values, groups, hostCommands, serviceCommands, definedAt } = contact;
  const read = readValues('contact', values);
  const [email, pager] = [read.text('email'), read.text('pager')];
  return {
    name,
    alias: read.text('alias') ?? name,
    ...(email !== undefined && { email }),
    ...(pager !== undefined && { pager }),
    addresses: addressesOf(read),
    groups,
    hosts: notificationsOf('host', read, hostCommands, hasPeriod),
    services: notificationsOf('service', read, serviceCommands, hasPeriod),
    minimumImportance: read.integer('minimum_importance', 0),
    canSubmitCommands: read.flag('can_submit_commands', true),
    vars: read.vars(),
    definedAt,
  };
}

const addressesOf = (read: ValueReader): Record<string, string> =>
  Object.fromEntries(
    ['1', '2', '3', '4', '5', '6'].flatMap((number) => {
      const address = read.text(`address${number}`);
      return address === undefined ? [] : [[number, address]];
    }),
  );

/** A contact that says nothing of options is told nothing, unlike an object. */
function notificationsOf(
  about: 'host' | 'service',
  read: ValueReader,
  commands: string[],
  hasPeriod: (name: string) => boolean,
): ContactNotifications {
  const period = read.text(`${about}_notification_period`);
  const options = read.options(`${about}_notification_options`);
  return {
    isEnabled: read.flag(`${about}_notifications_enabled`, true),
    period: period !== undefined && hasPeriod(period) ? period : null,
    options: options === undefined ? [] : options,
    commands,
  };
}
