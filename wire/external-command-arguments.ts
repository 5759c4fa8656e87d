// The arguments of an external command, read one after the other. A reading that does not
// fit throws a Refusal, which the parser turns into a reason.

import type { HostRef, ObjectRef, ServiceRef } from './external-command.ts';

export class Refusal extends Error {
  readonly at: number;
  constructor(reason: string, at: number) {
    super(reason);
    this.at = at;
  }
}

export interface CommandArguments {
  /** Up to the next `;`; must not be empty. */
  text(name: string): string;
  /** Undefined when empty or missing. */
  optionalText(): string | undefined;
  /** All that is left, `;` too; '' when nothing is. */
  rest(): string;
  wholeNumber(name: string, max?: number): number;
  /** Also with a fraction, such as an interval of 0.5 minutes. */
  number(name: string): number;
  /** Any number but 0 is yes, as C has it. */
  flag(name: string): boolean;
  /** Seconds since 1970 → milliseconds. */
  timeMs(name: string): number;
  host(): HostRef;
  service(): ServiceRef;
  object(of: 'host' | 'service'): ObjectRef;
}

/** Twelve digits of seconds, the year 33658; also the largest number any argument may be. */
const LARGEST = 999_999_999_999;

/** `start`: offset of the `;` before the first argument, or of the end. */
export function createCommandArguments(line: string, start: number): CommandArguments {
  let at = start;
  let last = start;

  /** Undefined when no `;` is left. */
  function next(): string | undefined {
    if (at >= line.length) return undefined;
    last = at + 1;
    const end = line.indexOf(';', last);
    at = end === -1 ? line.length : end;
    return line.slice(last, at);
  }

  function numeric(name: string, pattern: RegExp): number {
    const given = next()?.trim() ?? '';
    const value = Number(given);
    if (!pattern.test(given) || value > LARGEST) throw new Refusal(`wrong_${name}`, last);
    return value;
  }

  const args: CommandArguments = {
    text(name) {
      const given = next();
      if (given === undefined || given === '') throw new Refusal(`no_${name}`, Math.max(last, at));
      return given;
    },
    optionalText: () => next() || undefined,
    rest() {
      const from = Math.min(at + 1, line.length);
      at = line.length;
      return line.slice(from);
    },
    wholeNumber(name, max = LARGEST) {
      const value = numeric(name, /^\d{1,12}$/);
      if (value > max) throw new Refusal(`wrong_${name}`, last);
      return value;
    },
    number: (name) => numeric(name, /^\d{1,12}(\.\d{1,6})?$/),
    flag: (name) => args.wholeNumber(name) !== 0,
    timeMs: (name) => args.wholeNumber(name) * 1000,
    host: () => ({ of: 'host', hostName: args.text('host') }),
    service: () => ({ of: 'service', hostName: args.text('host'), serviceName: args.text('service') }),
    object: (of) => (of === 'host' ? args.host() : args.service()),
  };
  return args;
}
