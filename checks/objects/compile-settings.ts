// Directives that say how results are judged and told → the stored settings of a check and
// its details. Only what was said is stored; the rest is the default of check-settings.ts.

import type { CheckDetails } from '../check-details.ts';
import type { CheckSettings, StoredCheckSettings } from '../check-settings.ts';
import type { EffectiveValue, EffectiveValues } from './monitoring-object.ts';
import type { ValueReader } from './read-values.ts';
import { describeOrigin } from './resolve-templates.ts';
import type { SiteSettings } from './site-settings.ts';

export interface SettingsSource {
  object: 'host' | 'service';
  read: ValueReader;
  settings: SiteSettings;
  hasPeriod: (name: string) => boolean;
}

export function compileSettings(source: SettingsSource): StoredCheckSettings {
  const { object, read, settings } = source;
  const initialState = read.state('initial_state');
  const stalking = read.states('stalking_options');
  const freshnessSec = read.seconds('freshness_threshold', 0);
  return {
    ...(!read.flag('active_checks_enabled', true) && { activeChecks: false }),
    ...(!read.flag('passive_checks_enabled', true) && { passiveChecks: false }),
    ...given('checkPeriod', periodOf(source, 'check_period')),
    ...(initialState && initialState !== 'ok' && initialState !== 'up' && { initialState }),
    ...(read.flag('is_volatile', false) && { isVolatile: true }),
    ...notEmpty('flap', compileFlap(source)),
    ...(read.flag('check_freshness', false) && { freshness: { isEnabled: true, thresholdSec: freshnessSec } }),
    ...(stalking === null && { stalking: ALL_STATES[object] }),
    ...(stalking && stalking.length > 0 && { stalking }),
    ...notEmpty('notifications', compileNotifications(source)),
    ...(object === 'host' && settings.countsPassiveHosts && { countsPassive: true }),
    ...(object === 'host' && settings.isAggressive && { isAggressive: true }),
    ...given('importance', read.integer('importance', 0) || undefined),
  };
}

const ALL_STATES: Record<'host' | 'service', CheckSettings['stalking']> = {
  host: ['up', 'down', 'unreachable'],
  service: ['ok', 'warning', 'unknown', 'critical'],
};

/** A threshold of 0 is that of the site. */
function compileFlap({ object, read, settings }: SettingsSource): Partial<CheckSettings['flap']> {
  const site = settings.flapThresholds[object];
  const states = read.states('flap_detection_options');
  const isEnabled = settings.detectsFlapping && read.flag('flap_detection_enabled', true);
  const lowPercent = read.decimal('low_flap_threshold', 0) || site.low;
  const highPercent = read.decimal('high_flap_threshold', 0) || site.high;
  return {
    ...(!isEnabled && { isEnabled }),
    ...(lowPercent !== 20 && { lowPercent }),
    ...(highPercent !== 30 && { highPercent }),
    ...(states && { states }),
  };
}

function compileNotifications(source: SettingsSource): Partial<CheckSettings['notifications']> {
  const { read, settings } = source;
  const options = read.options('notification_options');
  const intervalSec = read.seconds('notification_interval', settings.notificationIntervalSec);
  const firstDelaySec = read.seconds('first_notification_delay', 0);
  return {
    ...(!read.flag('notifications_enabled', true) && { isEnabled: false }),
    ...given('period', periodOf(source, 'notification_period')),
    ...(options && { options }),
    ...(intervalSec > 0 && { intervalSec }),
    ...(firstDelaySec > 0 && { firstDelaySec }),
  };
}

/** A period that is not defined was told of, and holds always. */
function periodOf({ read, hasPeriod }: SettingsSource, directive: string): string | undefined {
  const name = read.text(directive);
  return name !== undefined && hasPeriod(name) ? name : undefined;
}

const given = <Key extends string, Value>(key: Key, value: Value | undefined): Partial<Record<Key, Value>> =>
  value === undefined ? {} : ({ [key]: value } as Partial<Record<Key, Value>>);

const notEmpty = <Key extends string, Value extends object>(key: Key, value: Value): Partial<Record<Key, Value>> =>
  Object.keys(value).length === 0 ? {} : given(key, value);

export interface DetailsSource {
  values: EffectiveValues;
  read: ValueReader;
  contacts: string[];
  contactGroups: string[];
  explain: ExplainValues;
}

export function compileDetails({ values, read, contacts, contactGroups, explain }: DetailsSource): CheckDetails {
  const vars = read.vars();
  return {
    ...given('displayName', read.text('display_name')),
    ...given('alias', read.text('alias')),
    ...given('address', read.text('address')),
    ...given('notes', read.text('notes')),
    ...given('notesUrl', read.text('notes_url')),
    ...given('actionUrl', read.text('action_url')),
    ...notEmpty('vars', vars),
    ...given('command', read.text('check_command')),
    ...given('eventHandler', read.flag('event_handler_enabled', true) ? read.text('event_handler') : undefined),
    ...(contacts.length > 0 && { contacts }),
    ...(contactGroups.length > 0 && { contactGroups }),
    values: explain(values),
  };
}

type ExplainValues = (values: EffectiveValues) => NonNullable<CheckDetails['values']>;

/** Directive → value and where it came from. What many services share, because they inherit it, is made once. */
export function createExplainer(): ExplainValues {
  const explained = new Map<EffectiveValue, { value: string; from: string }>();
  const whole = new Map<EffectiveValues, ReturnType<ExplainValues>>();
  const explain = (value: EffectiveValue) => {
    let found = explained.get(value);
    if (found === undefined) {
      found = { value: value.text ?? 'null', from: value.origins.map(describeOrigin).join(' + ') };
      explained.set(value, found);
    }
    return found;
  };
  return (values) => {
    const known = whole.get(values);
    if (known !== undefined) return known;
    const all: ReturnType<ExplainValues> = {};
    whole.set(values, all);
    for (const [name, value] of values) all[name] = explain(value);
    return all;
  };
}
