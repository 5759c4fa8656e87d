// What the machine must know of a host or service to judge its results, and the
// rules that hold for a whole site. The stored form of both is check-settings.ts.

import type { CheckSettings } from '../check-settings.ts';

/** The stored settings, with what the definition of the check says of attempts and intervals. */
export interface MachineSettings extends CheckSettings {
  /** Results in a row that must see a problem before it is hard; at least 1. */
  maxAttempts: number;
  /** Between runs while OK or hard. */
  intervalMs: number;
  /** Between runs while a problem is soft. */
  retryIntervalMs: number;
}

/** Weights of §3.5: Nagios 4's program (0.75 to 1.25, hard states only) or Icinga 2's (0.80 to 1.18, each result). */
export type FlapWeights = 'nagios' | 'icinga';

/** Nagios's main settings that change a decision; the names of theirs stand beside ours. */
export interface SiteRules {
  /** `enable_notifications`. */
  notifies: boolean;
  /** `translate_passive_host_checks`: DOWN or UNREACHABLE of a passive result is judged anew by our parents. */
  translatesPassiveHosts: boolean;
  /** `host_down_disable_service_checks`. */
  skipsServicesOfDownHosts: boolean;
  /** `enable_predictive_*_dependency_checks`: masters are looked at one attempt before a problem is hard. */
  looksAtMastersEarly: boolean;
  /** `cached_host_check_horizon`: a host result younger than this is not asked for again. */
  hostFreshForMs: number;
  /** `additional_freshness_latency`. */
  freshnessSlackMs: number;
  flapWeights: FlapWeights;
}

/** Compiled defaults of Nagios 4. */
export const DEFAULT_SITE_RULES: SiteRules = {
  notifies: true,
  translatesPassiveHosts: false,
  skipsServicesOfDownHosts: false,
  looksAtMastersEarly: true,
  hostFreshForMs: 15_000,
  freshnessSlackMs: 15_000,
  flapWeights: 'nagios',
};
