// Asks the filters, finds who hears it, and keeps account of what people know: the number
// of a problem, when it may be told again, and who is still owed the news that it is over.

import { isFine, type CheckState, type ObjectState, type Told } from './check-state.ts';
import type { Moment } from './moment.ts';
import { findBlock, type Question } from './notification-filters.ts';
import { contactBlock, everyRecipient, recipientsOf, wants, type Recipients } from './recipients.ts';
import type { Contact } from './surroundings.ts';
import type { Block, ContactBlock, Verdict } from './verdict.ts';

export interface Announcement extends Question {
  /** Everybody who could ever hear of the object, escalations included. */
  isBroadcast?: boolean;
  /** Counts as a notification of the problem (option 4 of SEND_CUSTOM_…). */
  increments?: boolean;
}

interface Announced<State extends ObjectState> {
  told: Told<State>;
  verdict: Verdict;
}

/** The verdict, and what is known of the object after it; `now` has the result already counted in. */
export function announce<State extends ObjectState>(
  announcement: Announcement,
  now: CheckState<State>,
  moment: Moment<State>,
): Announced<State> {
  const { type } = announcement;
  const { told } = now;
  const block = findBlock(announcement, now, moment);
  if (block !== null) return hold(announcement, block, told, moment.nowMs);

  const number = type === 'problem' || announcement.increments === true ? told.number + 1 : told.number;
  const { contacts, intervalSec } = askedContacts(announcement, number, now, moment);
  const refusals: { contact: string; why: ContactBlock }[] = [];
  const heard = contacts.filter((contact) => {
    if (announcement.isForced === true) return true;
    const why = contactBlock(contact, type, now, moment);
    if (why !== null) refusals.push({ contact: contact.name, why });
    return why === null;
  });
  if (heard.length === 0) return hold(announcement, { filter: 'no_contact', refusals }, told, moment.nowMs);

  const verdict: Verdict = {
    outcome: 'sent',
    type,
    number,
    contacts: heard.map(({ name }) => name),
    atMs: moment.nowMs,
  };
  const after = { ...told, number, lastAtMs: moment.nowMs, verdict };
  switch (type) {
    case 'problem':
      return { verdict, told: { ...after, ...problemTold(told, now.state, heard, intervalSec, moment.nowMs) } };
    case 'recovery':
      // Who does not want recoveries, or is no contact any more, is owed nothing; who sleeps hears it later.
      return { verdict, told: { ...after, states: [], owed: stillOwed(told, refusals) } };
    case 'flapping_start':
      // It says that all is well: no recovery need follow to those who read it (recorded: A/flap1/32).
      return {
        verdict,
        told: isFine(now.state) ? { ...after, owed: told.owed.filter((name) => !isAmong(heard, name)) } : after,
      };
    default:
      return { verdict, told: after };
  }
}

const isAmong = (contacts: readonly Contact[], name: string): boolean =>
  contacts.some((contact) => contact.name === name);

const stillOwed = <State extends ObjectState>(
  told: Told<State>,
  refusals: readonly { contact: string; why: ContactBlock }[],
): string[] =>
  told.owed.filter((name) => refusals.some(({ contact, why }) => contact === name && why !== 'contact_options'));

/** Recoveries go to exactly those who were told of a problem, however they came to be asked then (§12.1). */
function askedContacts<State extends ObjectState>(
  { type, isBroadcast }: Announcement,
  number: number,
  now: CheckState<State>,
  moment: Moment<State>,
): Recipients {
  const { intervalSec } = moment.settings.notifications;
  if (type === 'recovery') {
    return { contacts: everyRecipient(moment.around).filter(({ name }) => now.told.owed.includes(name)), intervalSec };
  }
  if (isBroadcast === true) return { contacts: everyRecipient(moment.around), intervalSec };
  return recipientsOf(number, now.state, moment);
}

function problemTold<State extends ObjectState>(
  told: Told<State>,
  state: State,
  heard: readonly Contact[],
  intervalSec: number,
  nowMs: number,
): Pick<Told<State>, 'nextAtMs' | 'isDone' | 'states' | 'owed'> {
  const owed = heard.filter((contact) => wants(contact, 'recovery')).map(({ name }) => name);
  return {
    nextAtMs: nowMs + intervalSec * 1000,
    isDone: intervalSec === 0,
    states: [...new Set([...told.states, state])],
    owed: [...new Set([...told.owed, ...owed])],
  };
}

/** Nothing is said. What is only a pause between two words does not take the place of the last word. */
function hold<State extends ObjectState>(
  { type }: Announcement,
  block: Block,
  told: Told<State>,
  nowMs: number,
): Announced<State> {
  const last = told.verdict;
  const isSame = last?.outcome === 'blocked' && last.type === type && last.block.filter === block.filter;
  const verdict: Verdict = { outcome: 'blocked', type, block, sinceMs: isSame ? last.sinceMs : nowMs };
  const isPause = block.filter === 'not_due' || block.filter === 'told_once';
  if (isPause && last?.outcome === 'sent') return { verdict, told };
  const owesNothing =
    type === 'recovery' &&
    (block.filter === 'options' ||
      (block.filter === 'no_contact' && !block.refusals.some(({ why }) => why !== 'contact_options')));
  return { verdict, told: { ...told, verdict, owed: owesNothing ? [] : told.owed } };
}

/** A verdict is news when something was said, or when another filter than before began to keep it back. */
function isNews<State extends ObjectState>(verdict: Verdict, before: Told<State>): boolean {
  if (verdict.outcome === 'sent') return true;
  const { filter } = verdict.block;
  if (filter === 'not_due' || filter === 'told_once') return false;
  const last = before.verdict;
  return last?.outcome !== 'blocked' || last.type !== verdict.type || last.block.filter !== filter;
}

/** Decides one notification, keeps what people know after it, and tells of the verdict when it is news. */
export const speak = <State extends ObjectState>(
  now: CheckState<State>,
  announcement: Announcement,
  moment: Moment<State>,
): CheckState<State> => keep(now, announce(announcement, now, moment), moment);

export function keep<State extends ObjectState>(
  now: CheckState<State>,
  { told, verdict }: Announced<State>,
  moment: Moment<State>,
): CheckState<State> {
  if (isNews(verdict, now.told)) moment.effects.push({ kind: 'notification', verdict });
  return told === now.told ? now : { ...now, told };
}
