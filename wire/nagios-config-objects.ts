// Splits a Nagios object file into `define` blocks and their directives. Knows the types
// of objects, no directive by name. Source: spec §7.1, put to Nagios 4.4.6.

import { logicalLines, quote, type ConfigProblem, type ConfigSource } from './nagios-config.ts';

const RAW_TYPES = [
  'timeperiod',
  'command',
  'contact',
  'contactgroup',
  'host',
  'hostgroup',
  'service',
  'servicegroup',
  'hostdependency',
  'servicedependency',
  'hostescalation',
  'serviceescalation',
  'hostextinfo',
  'serviceextinfo',
] as const;
export type RawType = (typeof RAW_TYPES)[number];

export interface RawDirective {
  name: string;
  /** To the end of the line, without its comment; `\;` has become `;`. */
  value: string;
  line: number;
}

export interface RawObject {
  type: RawType;
  directives: RawDirective[];
  file: string;
  /** Of the `define`. */
  line: number;
}

/** What an object file holds, in the order in which Nagios would read it. */
export type ObjectFileEntry =
  { kind: 'object'; object: RawObject } | { kind: 'include_file' | 'include_dir'; path: string; line: number };

/**
 * Nagios stops at the first error of a file; here the block or line is left out and reading goes on.
 * Never throws.
 */
export function parseNagiosObjects({ file, text }: ConfigSource): {
  entries: ObjectFileEntry[];
  problems: ConfigProblem[];
} {
  const entries: ObjectFileEntry[] = [];
  const problems: ConfigProblem[] = [];
  const tell = (line: number, message: string, severity: ConfigProblem['severity'] = 'error'): void =>
    void problems.push({ file, line, severity, message });
  // A block of unknown type is read to its end like any other, and then left out.
  let open: { object: RawObject; isKnown: boolean } | undefined;

  const close = () => {
    if (open?.isKnown) entries.push({ kind: 'object', object: open.object });
    open = undefined;
  };
  for (const { text: given, line } of logicalLines(text)) {
    const code = withoutComment(given);
    if (code === '' || code.startsWith('#')) continue;
    if (code.startsWith('define')) {
      if (open !== undefined) {
        tell(
          line,
          `An object begins before the ${open.object.type} of line ${open.object.line} is closed; "}" is missing.`,
        );
        close();
      }
      open = beginBlock(code, file, line, tell);
    } else if (open !== undefined) {
      if (code === '}') close();
      else open.object.directives.push(splitDirective(code, line));
    } else if (code.startsWith('include_file=') || code.startsWith('include_dir=')) {
      const equals = code.indexOf('=');
      const kind = code.startsWith('include_file') ? 'include_file' : 'include_dir';
      entries.push({ kind, path: code.slice(equals + 1).trim(), line });
    } else {
      tell(line, `${quote(code)} stands outside of any object; "define TYPE {" is expected.`);
    }
  }
  if (open !== undefined) {
    tell(open.object.line, `The ${open.object.type} that begins here is never closed; it is left out.`);
  }
  return { entries, problems };
}

function beginBlock(
  code: string,
  file: string,
  line: number,
  tell: (line: number, message: string, severity?: ConfigProblem['severity']) => void,
): { object: RawObject; isKnown: boolean } {
  const parts = /^define[ \t]*(?<type>[^ \t{]*)[ \t]*\{?(?<rest>.*)$/s.exec(code)?.groups;
  const given = parts?.['type'] ?? '';
  const type = RAW_TYPES.find((known) => known === given);
  if (type === undefined) {
    const what = given === '' ? 'No type of object is given' : `${quote(given)} is no type of object`;
    tell(line, `${what}; known: ${RAW_TYPES.join(', ')}.`);
  }
  const rest = (parts?.['rest'] ?? '').trim();
  // Nagios drops it without a word, and people wonder why.
  if (rest !== '')
    tell(line, `${quote(rest)} stands on the line of the define, where Nagios does not read it.`, 'warning');
  return { object: { type: type ?? 'host', directives: [], file, line }, isKnown: type !== undefined };
}

function splitDirective(code: string, line: number): RawDirective {
  const blank = code.search(/[ \t]/);
  if (blank < 0) return { name: code, value: '', line };
  return { name: code.slice(0, blank), value: code.slice(blank + 1).trim(), line };
}

/** Up to the first `;` that no backslash stands before; `\;` becomes `;`. */
function withoutComment(text: string): string {
  if (!text.includes(';')) return text;
  let kept = '';
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === ';') break;
    if (character === '\\' && text.charAt(at + 1) === ';') {
      kept += ';';
      at++;
    } else kept += character;
  }
  return kept.trim();
}
