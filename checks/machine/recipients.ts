// Who hears it: the contacts of the object or of its escalations (§5.4), and what each of
// them wants to hear (§5.3).

import type { NotificationOption } from '../check-settings.ts';
import type { CheckState, ObjectState } from './check-state.ts';
import type { Moment } from './moment.ts';
import type { Around, Contact, Escalation, Site } from './surroundings.ts';
import type { ContactBlock, NotificationType } from './verdict.ts';

/** Stands for all that alerting's routes name, where an object has no contacts of its own. */
const ROUTED = '*';

const ROUTED_CONTACT: Contact = { name: ROUTED, isEnabled: true, period: null, options: null, minimumImportance: 0 };

export interface Recipients {
  contacts: readonly Contact[];
  /** Until the same problem is told again; 0 = this was the last word. */
  intervalSec: number;
}

/**
 * For notification `number` of a problem. When escalations match, the object's own contacts are not asked; of
 * several intervals the smallest counts, one that is null being the object's.
 */
export function recipientsOf<State extends ObjectState>(
  number: number,
  state: State,
  { settings, around, nowMs }: Moment<State>,
): Recipients {
  const own = settings.notifications.intervalSec;
  const matching = around.escalations.filter((escalation) => matches(escalation, number, state, around.site, nowMs));
  if (matching.length === 0) return { contacts: around.contacts ?? [ROUTED_CONTACT], intervalSec: own };
  return {
    contacts: unionOf(matching),
    intervalSec: Math.min(...matching.map((escalation) => escalation.intervalSec ?? own)),
  };
}

/** Everybody who could ever hear of this object. */
export const everyRecipient = <State extends ObjectState>(around: Around<State>): readonly Contact[] => [
  ...new Map(
    [...(around.contacts ?? [ROUTED_CONTACT]), ...unionOf(around.escalations)].map((contact) => [
      contact.name,
      contact,
    ]),
  ).values(),
];

const unionOf = (escalations: readonly Escalation[]): readonly Contact[] => [
  ...new Map(escalations.flatMap(({ contacts }) => contacts).map((contact) => [contact.name, contact])).values(),
];

function matches(escalation: Escalation, number: number, state: ObjectState, site: Site, nowMs: number): boolean {
  const { first, last, options, period } = escalation;
  if (number < first || (last !== 0 && number > last)) return false;
  if (options !== null && !options.includes(state)) return false;
  return period === null || site.isInPeriod(period, nowMs);
}

/** What a contact would have to want; null = whatever it is. */
function optionOf(type: NotificationType, state: ObjectState): NotificationOption | null {
  switch (type) {
    case 'custom':
      return null;
    case 'problem':
    case 'acknowledgement':
      return state;
    case 'recovery':
      return 'recovery';
    case 'flapping_start':
    case 'flapping_stop':
    case 'flapping_disabled':
      return 'flapping';
    case 'downtime_start':
    case 'downtime_end':
    case 'downtime_cancelled':
      return 'downtime';
  }
}

export const wants = (contact: Contact, option: NotificationOption): boolean =>
  contact.options === null || contact.options.includes(option);

/** Why this contact does not hear it, or null. */
export function contactBlock<State extends ObjectState>(
  contact: Contact,
  type: NotificationType,
  now: CheckState<State>,
  { settings, around: { site }, nowMs }: Moment<State>,
): ContactBlock | null {
  if (contact.minimumImportance > settings.importance) return 'importance';
  if (!contact.isEnabled) return 'contact_off';
  if (contact.period !== null && !site.isInPeriod(contact.period, nowMs)) return 'contact_period';
  const option = optionOf(type, now.state);
  return option === null || wants(contact, option) ? null : 'contact_options';
}
