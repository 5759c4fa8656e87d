// What a host or service object says beyond what it runs and how often: how its results
// are counted, whose words are believed, and when a problem is told. Stored as they are.

import type { HostState, ServiceState } from '#kernel/domain/check-state.ts';

/** What may be told of an object (Nagios `notification_options`): its problem states, and these. */
export type NotificationOption = ServiceState | HostState | 'recovery' | 'flapping' | 'downtime';

/** Names of states and of what may be told are whole words; Nagios letters are read by the importer. */
export interface CheckSettings {
  /** Off: runs only when somebody asks for it, or when it went stale. */
  activeChecks: boolean;
  passiveChecks: boolean;
  /** Name of a time period; null = always. */
  checkPeriod: string | null;
  /** State that counts as known before the first result. */
  initialState: ServiceState | HostState;
  /** Services: each hard problem result counts as a new one. */
  isVolatile: boolean;
  flap: {
    isEnabled: boolean;
    lowPercent: number;
    highPercent: number;
    /** States that are looked at; null = all. */
    states: (ServiceState | HostState)[] | null;
  };
  freshness: {
    isEnabled: boolean;
    /** 0 = from interval and latency (spec §3.4). */
    thresholdSec: number;
  };
  /** States in which a changed output is worth an event. */
  stalking: (ServiceState | HostState)[];
  notifications: {
    isEnabled: boolean;
    period: string | null;
    options: NotificationOption[] | null;
    /** Between repeats; 0 = each problem state is told once. */
    intervalSec: number;
    /** From the hard change to the first word. */
    firstDelaySec: number;
  };
  /** Hosts: passive results are counted like active ones (`passive_host_checks_are_soft`). */
  countsPassive: boolean;
  /** Hosts: WARNING counts as down (`use_aggressive_host_checking`). */
  isAggressive: boolean;
  /** Higher is more important; contacts may ask for a minimum. */
  importance: number;
}

/** What is stored: only what differs from the defaults, one level deep. */
export type StoredCheckSettings = {
  [Key in keyof CheckSettings]?: CheckSettings[Key] extends unknown[] | null
    ? CheckSettings[Key]
    : CheckSettings[Key] extends object
      ? Partial<CheckSettings[Key]>
      : CheckSettings[Key];
};

/** Compiled defaults of Nagios 4 where it has them; notifications are told once, since alerting repeats by itself. */
const DEFAULTS: CheckSettings = {
  activeChecks: true,
  passiveChecks: true,
  checkPeriod: null,
  initialState: 'ok',
  isVolatile: false,
  flap: { isEnabled: true, lowPercent: 20, highPercent: 30, states: null },
  freshness: { isEnabled: false, thresholdSec: 0 },
  stalking: [],
  notifications: { isEnabled: true, period: null, options: null, intervalSec: 0, firstDelaySec: 0 },
  countsPassive: false,
  isAggressive: false,
  importance: 0,
};

/** The whole settings of an object. */
export function checkSettings(object: 'host' | 'service', stored: StoredCheckSettings): CheckSettings {
  return {
    ...DEFAULTS,
    ...(object === 'host' && { initialState: 'up' as const }),
    ...stored,
    flap: { ...DEFAULTS.flap, ...stored.flap },
    freshness: { ...DEFAULTS.freshness, ...stored.freshness },
    notifications: { ...DEFAULTS.notifications, ...stored.notifications },
  };
}
