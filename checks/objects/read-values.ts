// Typed access to the resolved values of one object, for compiling. What cannot be read was
// told when the object was written, and counts as not given.

import type { HostState, ServiceState } from '#kernel/domain/check-state.ts';
import type { NotificationOption } from '../check-settings.ts';
import { findDirective } from './directive-table.ts';
import {
  readDecimal,
  readFlag,
  readInteger,
  readIntervalSec,
  readOptions,
  readStateLetter,
} from './directive-value.ts';
import type { EffectiveValues, ObjectType } from './monitoring-object.ts';

export interface ValueReader {
  text(name: string): string | undefined;
  flag(name: string, fallback: boolean): boolean;
  integer(name: string, fallback: number): number;
  decimal(name: string, fallback: number): number;
  seconds(name: string, fallback: number): number;
  /** null = all; undefined = not given. */
  options(name: string): NotificationOption[] | null | undefined;
  /** Of options, those that are states. */
  states(name: string): (ServiceState | HostState)[] | null | undefined;
  state(name: string): ServiceState | HostState | undefined;
  vars(): Record<string, string>;
}

export function readValues(type: ObjectType, values: EffectiveValues): ValueReader {
  const about = type.startsWith('host') ? 'host' : 'service';
  const text = (name: string): string | undefined => values.get(name)?.text ?? undefined;
  const options = (name: string): NotificationOption[] | null | undefined => {
    const given = text(name);
    if (given === undefined) return undefined;
    const letters = readOptions(given, findDirective(type, name)?.letters ?? '');
    if (letters === 'all') return null;
    return 'accepted' in letters ? undefined : wordsOf(letters, name.startsWith('host_') ? 'host' : about);
  };
  return {
    text,
    options,
    flag: (name, fallback) => readGiven(text(name), readFlag) ?? fallback,
    integer: (name, fallback) => readGiven(text(name), readInteger) ?? fallback,
    decimal: (name, fallback) => readGiven(text(name), readDecimal) ?? fallback,
    seconds: (name, fallback) => readGiven(text(name), readIntervalSec) ?? fallback,
    states: (name) => options(name)?.filter(isState) ?? (options(name) === null ? null : undefined),
    state: (name) => {
      const given = text(name);
      const letter = given && readStateLetter(given, findDirective(type, name)?.letters ?? '');
      const state = letter && STATES[about][letter];
      return state === '' ? undefined : state;
    },
    vars: () => {
      const vars: Record<string, string> = {};
      for (const [name, { text: value }] of values) if (name.startsWith('_')) vars[name.slice(1)] = value ?? '';
      return vars;
    },
  };
}

const readGiven = <Value>(text: string | undefined, read: (text: string) => Value | undefined): Value | undefined =>
  text === undefined ? undefined : read(text);

const STATES: Readonly<Record<'host' | 'service', Readonly<Record<string, ServiceState | HostState>>>> = {
  host: { o: 'up', d: 'down', u: 'unreachable' },
  service: { o: 'ok', w: 'warning', u: 'unknown', c: 'critical' },
};
/** Not one of the words that name no state. */
export const isState = (option: NotificationOption): option is ServiceState | HostState =>
  option !== 'recovery' && option !== 'flapping' && option !== 'downtime';

const NOTICES: Readonly<Record<string, NotificationOption>> = { r: 'recovery', f: 'flapping', s: 'downtime' };

/** Letters without a word of ours (stalking at notifications) are left out. */
export const wordsOf = (letters: readonly string[], about: 'host' | 'service'): NotificationOption[] =>
  letters.map((letter) => STATES[about][letter] ?? NOTICES[letter]).filter((word) => word !== undefined);
