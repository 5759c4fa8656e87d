// Lines of Nagios files, its main file (`key=value`) and its resource file ($USERn$).
// Object files are read by nagios-config-objects.ts. Source: spec §7.1, put to Nagios 4.4.6.

/** What is wrong or worth a word in a file. A 'warning' changes nothing that was read. */
export interface ConfigProblem {
  file: string;
  /** From 1. */
  line: number;
  severity: 'error' | 'warning';
  message: string;
}

export interface ConfigSource {
  file: string;
  text: string;
}

export interface MainEntry {
  key: string;
  value: string;
  line: number;
}

export interface MainFile {
  /** In the order of the lines; cfg_file and cfg_dir repeat. */
  entries: MainEntry[];
  problems: ConfigProblem[];
}

export interface LogicalLine {
  text: string;
  /** Number of the first physical line. */
  line: number;
}

/**
 * Physical lines joined where one ends in `\` (leading blanks of the next are dropped; two backslashes
 * stand for one, and do not join). Blank lines are left out, the rest is trimmed.
 */
export function logicalLines(text: string): LogicalLine[] {
  const physical = text.split('\n');
  const lines: LogicalLine[] = [];
  for (let i = 0; i < physical.length; i++) {
    const line = i + 1;
    let last = withoutReturn(physical[i] ?? '');
    const before: string[] = [];
    while (continues(last) && i + 1 < physical.length) {
      i++;
      before.push(last.slice(0, -1));
      last = withoutReturn(physical[i] ?? '').trimStart();
    }
    const whole = before.length === 0 ? last : before.join('') + last;
    const trimmed = (whole.endsWith('\\') ? whole.slice(0, -1) : whole).trim();
    if (trimmed !== '') lines.push({ text: trimmed, line });
  }
  return lines;
}

const withoutReturn = (line: string): string => (line.endsWith('\r') ? line.slice(0, -1) : line);

const continues = (line: string): boolean => line.endsWith('\\') && !line.endsWith('\\\\');

/** Every setting, known or not. Never throws. */
export function parseNagiosMain({ file, text }: ConfigSource): MainFile {
  const entries: MainEntry[] = [];
  const problems: ConfigProblem[] = [];
  for (const { text: given, line } of logicalLines(text)) {
    if (given.startsWith('#')) continue;
    const equals = given.indexOf('=');
    const key = given.slice(0, Math.max(equals, 0)).trim();
    if (key === '') {
      problems.push({
        file,
        line,
        severity: 'error',
        message: `${quote(given)} is no setting; key=value is expected.`,
      });
    } else entries.push({ key, value: given.slice(equals + 1).trim(), line });
  }
  return { entries, problems };
}

/** Names of the macros without their dollars (`USER1`). The value is the rest of the line, quotes included. */
export function parseNagiosResources({ file, text }: ConfigSource): {
  macros: Map<string, string>;
  problems: ConfigProblem[];
} {
  const macros = new Map<string, string>();
  const problems: ConfigProblem[] = [];
  for (const { text: given, line } of logicalLines(text)) {
    if (given.startsWith('#')) continue;
    const groups = /^\$(?<name>USER(?:[1-9]\d?|1\d\d|2[0-4]\d|25[0-6]))\$\s*=(?<value>.*)$/s.exec(given)?.groups;
    if (groups?.['name'] !== undefined) macros.set(groups['name'], (groups['value'] ?? '').trim());
    else {
      // The line may hold a secret, so it is not repeated.
      const message = 'This line is no resource macro; $USER1$=value to $USER256$=value is expected.';
      problems.push({ file, line, severity: 'error', message });
    }
  }
  return { macros, problems };
}

const QUOTED_CHARACTERS = 60;

/** Text of a file in a message: one line of bounded length. */
export const quote = (text: string): string =>
  JSON.stringify(text.length > QUOTED_CHARACTERS ? `${text.slice(0, QUOTED_CHARACTERS)}…` : text);
