// An object as it is watched: what the tables say, with durations in milliseconds and
// the host that it is about.

import type { CheckDetails } from './check-details.ts';
import type { CheckSettings } from './check-settings.ts';

/** What a run needs to know. */
export interface RunnableCheck {
  id: string;
  name: string;
  hostId: string;
  hostName: string;
  /** IP address of the host, or its name where none is known. */
  address: string;
  kind: string;
  spec: unknown;
  timeoutMs: number;
}

export interface CheckDefinition extends RunnableCheck {
  /** 'host' = the check of the host itself. */
  object: 'host' | 'service';
  intervalMs: number;
  retryIntervalMs: number;
  maxAttempts: number;
  settings: CheckSettings;
  /** Without `values`, which only explanations need. */
  details: Omit<CheckDetails, 'values'>;
  serviceGroups: string[];
}
