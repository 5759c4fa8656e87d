// Whom to tell, and over which channel.

export type ChannelName = 'mail' | 'pagerduty' | 'webhook';

/** Address of a contact; secrets are sealed under `secretPurpose`. */
export type ContactAddress =
  | { channel: 'mail'; address: string }
  | { channel: 'pagerduty'; url?: string; secret?: string }
  | { channel: 'webhook'; url: string; secret?: string };

export type Contact = ContactAddress & {
  id: string;
  name: string;
  /** Told when a rule names no contacts. */
  isDefault: boolean;
  enabled: boolean;
  /** Told instead when this one cannot be reached. */
  fallbackId: string | null;
  version: number;
  createdAtMs: number;
};

/** A routing key or signing secret may be opened only as what it was sealed for. */
export const secretPurpose = (contactId: string): string => `contact:${contactId}:secret`;
