// Escalations as one for each host or service, with what they take from it: contacts,
// interval, period. Source: spec §7.2, [src].

import { describeObject, type EffectiveValue, type EffectiveValues } from './monitoring-object.ts';
import { contactsOf } from './finish-objects.ts';
import { impliedValue } from './finish-services.ts';
import type { EffectiveObject } from './resolve-templates.ts';
import type { ResolvedEscalation, ResolvedService } from './resolved-site.ts';
import { MASTER, selectHosts, selectServices, type SelectionSources } from './select-services.ts';
import { compareText, knownNames, type SiteContext } from './site-context.ts';

export function resolveEscalations(
  context: SiteContext,
  sources: SelectionSources,
  services: readonly ResolvedService[],
  objects: readonly EffectiveObject[],
): ResolvedEscalation[] {
  const valuesOf = new Map(services.map((service) => [keyOf(service), service.values]));
  return objects
    .flatMap((effective): ResolvedEscalation[] => {
      const isForHosts = effective.object.type === 'hostescalation';
      const escalated = isForHosts
        ? selectHosts(context, sources.hostGroups, effective, MASTER).map((hostName) => ({ hostName }))
        : selectServices(context, sources, effective, MASTER)
            .map(({ hostName, description }) => ({ hostName, description }))
            .filter((each) => valuesOf.has(keyOf(each)));
      if (escalated.length === 0) {
        context.problems.tell(
          effective.object,
          'object skipped',
          `${describeObject(effective.object)} escalates nothing.`,
        );
      }
      return escalated.map((each) => {
        const from = isForHosts ? context.hosts.get(each.hostName)?.values : valuesOf.get(keyOf(each));
        return finishEscalation(context, effective, each, from ?? new Map());
      });
    })
    .toSorted((a, b) => compareText(keyOf(a), keyOf(b)));
}

const keyOf = ({ hostName, description = '' }: { hostName: string; description?: string }): string =>
  `${hostName}\u0000${description}`;

function finishEscalation(
  context: SiteContext,
  effective: EffectiveObject,
  escalated: { hostName: string; description?: string },
  from: EffectiveValues,
): ResolvedEscalation {
  const { object } = effective;
  const values = takenFrom(effective.values, from, escalated.description === undefined ? 'host' : 'service');
  knownNames(context, { object, values }, 'escalation_period', context.timePeriods);
  return {
    ...escalated,
    values,
    definedAt: { file: object.file, line: object.line },
    ...contactsOf(context, { object, values }),
  };
}

/** `+` adds to the contacts of the host or service; without any contacts it has theirs. */
function takenFrom(own: EffectiveValues, from: EffectiveValues, by: 'host' | 'service'): Map<string, EffectiveValue> {
  const values = new Map(own);
  const take = (to: string, name = to) => {
    const value = from.get(name);
    if (!values.has(to) && value !== undefined) values.set(to, impliedValue(value, by));
  };
  for (const name of ['contacts', 'contact_groups']) {
    const mine = values.get(name);
    if (!mine?.text?.startsWith('+')) continue;
    const theirs = from.get(name);
    const added = mine.text.slice(1);
    const origins = [...impliedValue(theirs, by).origins, ...mine.origins];
    values.set(
      name,
      theirs?.text ? { text: `${theirs.text},${added}`, origins } : { text: added, origins: mine.origins },
    );
  }
  if (!own.has('contacts') && !own.has('contact_groups')) {
    take('contacts');
    take('contact_groups');
  }
  take('notification_interval');
  if (from.get('notification_period')?.text) take('escalation_period', 'notification_period');
  return values;
}
