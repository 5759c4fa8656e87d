// Why a problem is told to nobody, in words. The server's reasons are a closed set; one that
// is newer than the console is shown as it stands.

import type { TFunction } from 'i18next';

const REASONS = [
  'acknowledged',
  'downtime',
  'host_downtime',
  'flexible_downtime',
  'host_down',
  'host_dependency',
  'service_dependency',
  'maintenance',
  'flapping',
  'first_delay',
  'period',
  'options',
  'object_off',
  'site_off',
  'no_contact',
] as const;

export function mutedWord(reason: string, t: TFunction): string {
  const known = REASONS.find((one) => one === reason);
  return known ? t(`checks.muted.${known}`) : reason;
}
