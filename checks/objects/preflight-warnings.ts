// What `nagios -v` warns about in a configuration that it accepts: people nobody is told,
// periods that are missing. Source: Nagios 4.4.6, base/config.c [src].

import { readIntervalSec, readOptions } from './directive-value.ts';
import type { EffectiveValues, Place } from './monitoring-object.ts';
import { createProblemList, type ObjectProblem } from './object-problems.ts';
import type { ResolvedSite } from './resolved-site.ts';

/** In the words of Nagios, so that people find them in its output. */
export function preflightWarnings(site: ResolvedSite): ObjectProblem[] {
  const problems = createProblemList();
  const warn = (at: Place, message: string) => problems.tell(at, 'none', message);
  for (const { hostName, description, values, contacts, contactGroups, definedAt } of site.services) {
    const service = `Service '${description}' on host '${hostName}'`;
    if (onlyRecovery(values, 'notification_options')) {
      const what = `Recovery notification option in service '${description}' for host '${hostName}'`;
      warn(definedAt, `${what} doesn't make any sense - specify warning and/or critical options as well`);
    }
    if (contacts.length + contactGroups.length === 0)
      warn(definedAt, `${service} has no default contacts or contactgroups defined`);
    if (!values.get('check_period')?.text) warn(definedAt, `${service} has no check time period defined`);
    if (!values.get('notification_period')?.text) warn(definedAt, `${service} has no notification time period defined`);
    const [notify, check] = [
      secondsOf(values, 'notification_interval', 1800),
      secondsOf(values, 'check_interval', 300),
    ];
    if (notify < check && notify !== 0) {
      warn(definedAt, `${service} has a notification interval less than its check interval`);
    }
  }
  for (const { name, values, contacts, contactGroups, definedAt } of site.hosts) {
    if (contacts.length + contactGroups.length === 0)
      warn(definedAt, `Host '${name}' has no default contacts or contactgroups defined`);
    if (onlyRecovery(values, 'notification_options')) {
      const what = `Recovery notification option in host '${name}' definition`;
      warn(definedAt, `${what} doesn't make any sense - specify down and/or unreachable options as well`);
    }
  }
  for (const { name, values, definedAt } of site.contacts) {
    for (const what of ['service', 'host']) {
      if (!values.get(`${what}_notification_period`)?.text) {
        warn(definedAt, `Contact '${name}' has no ${what} notification time period defined`);
      }
    }
  }
  return problems.found;
}

function onlyRecovery(values: EffectiveValues, directive: string): boolean {
  const options = readOptions(values.get(directive)?.text ?? 'a', 'wucdrfs');
  return Array.isArray(options) && options.length === 1 && options[0] === 'r';
}

const secondsOf = (values: EffectiveValues, directive: string, fallback: number): number =>
  readIntervalSec(values.get(directive)?.text ?? '') ?? fallback;
