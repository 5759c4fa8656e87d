// Turns text from a file and the environment into typed settings. Gathers every
// problem before it fails, so that an operator mends all of them in one go.

import { nearestWord } from './nearest-word.ts';
import { AppError } from './errors.ts';

/** Shows as [secret] wherever it is printed or serialised. */
export class Secret {
  readonly #value: string;
  constructor(value: string) {
    this.#value = value;
  }
  reveal(): string {
    return this.#value;
  }
  toJSON(): string {
    return '[secret]';
  }
  toString(): string {
    return '[secret]';
  }
}

export interface SettingProblem {
  /** "PLEXUS_HTTP_PORT" or "plexus.yaml http.port". */
  where: string;
  /** What was given and what is accepted. */
  problem: string;
}

/** Thrown once with all problems; `exitCode` 2 by convention of the command line. */
export class SettingsError extends AppError {
  readonly problems: readonly SettingProblem[];
  constructor(problems: readonly SettingProblem[]) {
    const lines = problems.map(({ where, problem }) => `${where}: ${problem}`);
    const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
    super('bad_settings', `${lines.join('\n')}\n${count}; nothing was started.`);
    this.problems = problems;
  }
}

/** Reads one value; returns the parsed one or a sentence that says what is accepted. */
export type SettingParser<Value> = (text: string) => { ok: true; value: Value } | { ok: false; accepted: string };

const accept = <Value>(value: Value) => ({ ok: true as const, value });
const refuse = (accepted: string) => ({ ok: false as const, accepted });

export const textSetting: SettingParser<string> = (text) => accept(text);
export const secretSetting: SettingParser<Secret> = (text) => accept(new Secret(text));

/** 0 asks for any free port. */
export const portSetting: SettingParser<number> = (text) =>
  /^\d{1,5}$/.test(text) && Number(text) <= 65_535
    ? accept(Number(text))
    : refuse('a port from 0 to 65535 (0: any free one)');

/** Whole seconds, at least 1. */
export const secondsSetting: SettingParser<number> = (text) =>
  /^[1-9]\d{0,6}$/.test(text) ? accept(Number(text)) : refuse('whole seconds, at least 1');

/** A whole number, at least 1. */
export const countSetting: SettingParser<number> = (text) =>
  /^[1-9]\d{0,11}$/.test(text) ? accept(Number(text)) : refuse('a whole number, at least 1');

export const switchSetting: SettingParser<boolean> = (text) => {
  const lower = text.toLowerCase();
  if (['on', 'true', 'yes'].includes(lower)) return accept(true);
  if (['off', 'false', 'no'].includes(lower)) return accept(false);
  return refuse('on or off');
};

export const urlSetting =
  (...protocols: string[]): SettingParser<URL> =>
  (text) => {
    const accepted = `a URL that starts with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`;
    const url = URL.parse(text);
    return url !== null && protocols.includes(url.protocol) ? accept(url) : refuse(accepted);
  };

/** Like `urlSetting`, for URLs that carry a password. */
export const secretUrlSetting =
  (...protocols: string[]): SettingParser<Secret> =>
  (text) => {
    const read = urlSetting(...protocols)(text);
    return read.ok ? accept(new Secret(text)) : read;
  };

export const oneOfSetting =
  <Choice extends string>(choices: readonly Choice[]): SettingParser<Choice> =>
  (text) => {
    const found = choices.find((choice) => choice === text);
    return found === undefined ? refuse(`one of ${choices.join(', ')}`) : accept(found);
  };

export const listSetting =
  <Choice extends string>(choices: readonly Choice[]): SettingParser<Choice[]> =>
  (text) => {
    const given = text.split(',').map((part) => part.trim());
    const known = choices.filter((choice) => given.includes(choice));
    return known.length === given.length ? accept(known) : refuse(`a comma list of ${choices.join(', ')}`);
  };

export interface SettingSource {
  /** PLEXUS_* of the environment. */
  environment: Readonly<Record<string, string | undefined>>;
  /** The parsed settings file, and its name for messages. */
  file?: { name: string; content: unknown };
}

export interface SettingReader {
  /** The value, and whether anybody set it; `fallback` otherwise. Problems are kept for `finish`. */
  read<Value>(path: string, parse: SettingParser<Value>, fallback: Value): { value: Value; explicit: boolean };
  /** A structured value that only the file can hold. */
  readStructure(path: string): { value: unknown; where: string } | undefined;
  report(where: string, problem: string): void;
  /** Throws SettingsError when anything was wrong, keys that nobody read included. */
  finish(): void;
}

/** `http.port` → PLEXUS_HTTP_PORT, `databaseUrl` → PLEXUS_DATABASE_URL. */
const environmentName = (path: string): string =>
  `PLEXUS_${path
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replaceAll('.', '_')
    .toUpperCase()}`;

function flatten(content: unknown, prefix: string, into: Map<string, unknown>): void {
  if (content === null || typeof content !== 'object' || Array.isArray(content)) {
    into.set(prefix, content);
    return;
  }
  for (const [key, value] of Object.entries(content)) flatten(value, prefix === '' ? key : `${prefix}.${key}`, into);
}

export function createSettingReader(source: SettingSource): SettingReader {
  const problems: SettingProblem[] = [];
  const readPaths = new Set<string>();
  const fromFile = new Map<string, unknown>();
  const fileName = source.file?.name ?? 'plexus.yaml';
  if (source.file && source.file.content !== null) flatten(source.file.content, '', fromFile);

  function reportUnknown(): void {
    const known = [...readPaths];
    const knownNames = known.map(environmentName);
    for (const path of fromFile.keys()) {
      if (readPaths.has(path)) continue;
      const near = nearestWord(path, known);
      problems.push({
        where: `${fileName} ${path}`,
        problem: `not a known setting.${near ? ` Did you mean ${near}?` : ''}`,
      });
    }
    for (const name of Object.keys(source.environment)) {
      // PLEXUS_TEST_… and PLEXUS_FIXTURES steer the test suite.
      if (!name.startsWith('PLEXUS_') || name.startsWith('PLEXUS_TEST_') || name === 'PLEXUS_FIXTURES') continue;
      if (knownNames.includes(name)) continue;
      const near = nearestWord(name, knownNames);
      problems.push({ where: name, problem: `not a known setting.${near ? ` Did you mean ${near}?` : ''}` });
    }
  }

  return {
    read(path, parse, fallback) {
      readPaths.add(path);
      const name = environmentName(path);
      const fromEnvironment = source.environment[name];
      const given = fromEnvironment !== undefined && fromEnvironment !== '' ? fromEnvironment : fromFile.get(path);
      if (given === undefined || given === null) return { value: fallback, explicit: false };
      const where = given === fromEnvironment ? name : `${fileName} ${path}`;
      const parsed =
        typeof given === 'object' ? { ok: false as const, accepted: 'a single value' } : parse(String(given));
      if (parsed.ok) return { value: parsed.value, explicit: true };
      problems.push({ where, problem: `${JSON.stringify(given)} was given; ${parsed.accepted} is accepted.` });
      return { value: fallback, explicit: true };
    },
    readStructure(path) {
      readPaths.add(path);
      const value = fromFile.get(path);
      return value === undefined ? undefined : { value, where: `${fileName} ${path}` };
    },
    report: (where, problem) => void problems.push({ where, problem }),
    finish() {
      reportUnknown();
      if (problems.length > 0) throw new SettingsError(problems);
    },
  };
}
