// The answer to "does anybody hear of this?": to whom it was said, or which filter
// stopped it, with the facts that a person needs to understand why.

export type NotificationType =
  | 'problem'
  | 'recovery'
  | 'acknowledgement'
  | 'flapping_start'
  | 'flapping_stop'
  | 'flapping_disabled'
  | 'downtime_start'
  | 'downtime_end'
  | 'downtime_cancelled'
  | 'custom';

/** Why one contact is left out (§5.3). */
export type ContactBlock = 'importance' | 'contact_off' | 'contact_period' | 'contact_options';

/** Filters of an object in the order in which they are asked (§5.2); the first that says no is the answer. */
export type Block =
  | { filter: 'site_off' }
  | { filter: 'period'; period: string }
  | { filter: 'object_off' }
  | { filter: 'no_problem' }
  | { filter: 'soft'; attempt: number; maxAttempts: number }
  | { filter: 'acknowledged'; by: string; isSticky: boolean }
  | { filter: 'service_dependency'; master: string }
  | { filter: 'host_dependency'; master: string }
  | { filter: 'options'; missing: string }
  | { filter: 'nobody_told' }
  | { filter: 'first_delay'; untilMs: number }
  | { filter: 'flapping'; percent: number }
  | { filter: 'downtime'; id: string; untilMs: number }
  | { filter: 'host_downtime'; id: string; untilMs: number }
  | { filter: 'flexible_downtime'; id: string }
  | { filter: 'told_once' }
  | { filter: 'host_down'; host: string }
  | { filter: 'not_due'; nextAtMs: number }
  | { filter: 'no_contact'; refusals: readonly { contact: string; why: ContactBlock }[] };

export type Verdict =
  | {
      outcome: 'sent';
      type: NotificationType;
      /** Problems since all was well, this one included; a recovery has the number of its last problem. */
      number: number;
      /** Names; `*` = whoever alerting's routes name. */
      contacts: readonly string[];
      atMs: number;
    }
  | {
      outcome: 'blocked';
      type: NotificationType;
      block: Block;
      /** When this filter began to be the answer. */
      sinceMs: number;
    };
