// What every channel is: it carries one message to one contact, or says why not.

import type { Contact } from '../contact.ts';
import type { Delivery } from '../delivery-store.ts';

export interface Outgoing {
  delivery: Delivery;
  contact: Contact;
  /** The contact's secret, opened. */
  secret: string | undefined;
}

export interface Channel {
  /**
   * Resolves when the provider has accepted the message. Throws an AppError that says
   * whether another try may help (`retry`). A repeat carries the same identity as the first try.
   */
  send(outgoing: Outgoing, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}
