// Settings of a Nagios main file that steer how objects are resolved and compiled, with the
// compiled defaults of Nagios 4. Source: spec §1.1, §3, §7.3.

import type { MainEntry } from '#wire/nagios-config.ts';
import { readFlag, readInteger } from './directive-value.ts';
import type { RegexMode } from './name-list.ts';

export interface SiteSettings {
  intervalLengthSec: number;
  regex: RegexMode;
  allowsEmptyGroups: boolean;
  serviceTimeoutSec: number;
  hostTimeoutSec: number;
  /** `passive_host_checks_are_soft`. */
  countsPassiveHosts: boolean;
  /** `use_aggressive_host_checking`. */
  isAggressive: boolean;
  flapThresholds: Record<'host' | 'service', { low: number; high: number }>;
  /** `enable_flap_detection`. */
  detectsFlapping: boolean;
  /** Between repeats of a notification, for objects that do not say. */
  notificationIntervalSec: number;
}

/** For objects that come from documents of our own. */
export const OWN_SITE_SETTINGS: SiteSettings = {
  intervalLengthSec: 60,
  regex: 'off',
  allowsEmptyGroups: true,
  serviceTimeoutSec: 60,
  hostTimeoutSec: 30,
  countsPassiveHosts: false,
  isAggressive: false,
  flapThresholds: { host: { low: 20, high: 30 }, service: { low: 20, high: 30 } },
  detectsFlapping: true,
  notificationIntervalSec: 0,
};

/** The last of a setting that is given twice counts. */
export function readSiteSettings(entries: readonly MainEntry[]): SiteSettings {
  const values = new Map(entries.map(({ key, value }) => [key, value]));
  const number = (key: string, fallback: number): number => readInteger(values.get(key) ?? '') ?? fallback;
  const positive = (key: string, fallback: number): number => {
    const value = number(key, fallback);
    return value > 0 ? value : fallback;
  };
  const isOn = (key: string, fallback: boolean): boolean => {
    const text = values.get(key);
    return text === undefined ? fallback : readFlag(text);
  };
  const intervalLengthSec = positive('interval_length', 60);
  return {
    intervalLengthSec,
    notificationIntervalSec: 30 * intervalLengthSec,
    regex: !isOn('use_regexp_matching', false) ? 'off' : isOn('use_true_regexp_matching', false) ? 'all' : 'special',
    allowsEmptyGroups: isOn('allow_empty_hostgroup_assignment', false),
    serviceTimeoutSec: positive('service_check_timeout', 60),
    hostTimeoutSec: positive('host_check_timeout', 30),
    countsPassiveHosts: isOn('passive_host_checks_are_soft', false),
    isAggressive: isOn('use_aggressive_host_checking', false),
    flapThresholds: {
      host: { low: positive('low_host_flap_threshold', 20), high: positive('high_host_flap_threshold', 30) },
      service: { low: positive('low_service_flap_threshold', 20), high: positive('high_service_flap_threshold', 30) },
    },
    detectsFlapping: isOn('enable_flap_detection', false),
  };
}
