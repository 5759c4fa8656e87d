// A check as its form holds it. Pure.

import type { Check, CheckDetail, CheckSettings } from '#web/contract/checks.ts';
import type { Spec } from './spec-schema.ts';

export interface CheckDraft {
  name: string;
  hostId: string;
  kind: Check['kind'];
  spec: Spec;
  intervalSec: number;
  retryIntervalSec: number;
  maxAttempts: number;
  timeoutSec: number;
  enabled: boolean;
  settings: CheckSettings;
}

/** The draft of a check, or of a new one on a host. */
export const draftOf = (check: CheckDetail | null, hostId: string): CheckDraft => ({
  name: check?.name ?? '',
  hostId: check?.hostId ?? hostId,
  kind: check?.kind ?? 'http',
  spec: check?.spec ?? {},
  intervalSec: check?.intervalSec ?? 60,
  retryIntervalSec: check?.retryIntervalSec ?? 15,
  maxAttempts: check?.maxAttempts ?? 3,
  timeoutSec: check?.timeoutSec ?? 10,
  enabled: check?.enabled ?? true,
  settings: check?.settings ?? {},
});

/** Parts without a word of their own are left out. */
export function settingsToSend(settings: CheckSettings): CheckSettings {
  const kept = Object.entries(settings).filter(
    ([, value]) =>
      value !== undefined &&
      (typeof value !== 'object' || value === null || Array.isArray(value) || Object.keys(value).length > 0),
  );
  return Object.fromEntries(kept);
}
