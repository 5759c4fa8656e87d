// An object as it is watched: what the tables say, with durations in milliseconds and
// the host that it is about.

import type { CheckDetails } from './check-details.ts';
import type { MachineSettings } from './machine/settings.ts';

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
  /** Equal ones of many checks are one object. */
  settings: MachineSettings;
  /** Without `values`, which only explanations need. */
  details: Omit<CheckDetails, 'values'>;
  serviceGroups: string[];
}
