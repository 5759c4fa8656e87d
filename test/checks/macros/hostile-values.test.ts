// Values that would be commands if any shell ever read them: really run, and found inert.

import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { outputOf } from './run-command.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'plexus-hostile-'));
const mark = path.join(folder, 'was-here');
afterAll(() => rmSync(folder, { recursive: true }));

const hostile = [
  `; touch ${mark}`,
  `| touch ${mark} #`,
  `\`touch ${mark}\``,
  `$(touch ${mark})`,
  `' ; touch ${mark} ; '`,
  `" ; touch ${mark} ; "`,
  `"; touch ${mark}; echo "`,
  `'"; touch ${mark}; "'`,
  `\n touch ${mark}\n`,
  `\\"; touch ${mark} #`,
  `}; touch ${mark}; \${`,
  `) ; touch ${mark} ; (`,
  `&& touch ${mark}`,
  `> ${mark}`,
  `a[$(touch ${mark})]`,
  '*',
  '$USER1$',
  '${plexus_2}',
  '-n',
  '~',
  '!!',
  '\\',
];

/** Each prints what it was given and nothing else, between < and >; $OUT$ is what a plugin said. */
const lines: [string, string][] = [
  ['directly', `/usr/bin/printf '<%s>' $OUT$`],
  ['without quotes', `printf '<%s>' $OUT$ | cat`],
  ['in double quotes', `printf "<%s>" "$OUT$" | cat`],
  ['in the middle of double quotes', `printf "%s" "<$OUT$>" | cat`],
  ['in single quotes', `printf '%s' '<$OUT$>' | cat`],
  ['after a quoted word', `printf '%s' '<'$OUT$'>' | cat`],
  ['after a backslash', String.raw`printf '<%s>' \$OUT$ | cat`],
  ['in a substitution', `printf '<%s>' "$$(printf '%s' $OUT$; echo .)" | cat`],
  [
    'in a substitution in double quotes in one',
    `printf '<%s>' "$$(printf '%s' "$$(printf '%s' "$OUT$"; echo .)")" | cat`,
  ],
  ['in backticks', 'x=`printf \'%s\' "$OUT$"; echo .`; printf \'<%s>\' "$$x"'],
  ['in a default value', `printf '<%s>' "$\${nothing:-$OUT$}" | cat`],
  ['in a default value without quotes', `printf '<%s>' $\${nothing:-$OUT$} | cat`],
  ['in a subshell', `(printf '<%s>' $OUT$) | cat`],
  ['in an assignment', `x=$OUT$; printf '<%s>' "$$x"`],
  ['in a test', `[ $OUT$ = x ] || printf '<%s>' $OUT$`],
];

const shells = ['/bin/sh', '/bin/bash'].filter((shell) => existsSync(shell));
for (const shell of shells)
  test.each(lines)(`${shell}: hostile output %s is printed, and nothing runs`, (where, commandLine) => {
    for (const value of hostile) {
      const printed = outputOf({ commandLine, macros: { OUT: value, USER1: 'secret' } }, shell);
      const dot = where.includes('substitution') || where.includes('backticks') ? '.' : '';
      expect(printed, value).toBe(`<${value}${dot}>`);
      expect(existsSync(mark), value).toBe(false);
    }
  });

test('hostile arguments and variables may be several words, and are nothing else', () => {
  for (const value of hostile) {
    for (const commandLine of [
      `printf '<%s>' x $ARG1$ "$ARG1$" '$ARG1$' | cat`,
      `printf '<%s>' x $_HOSTX$ "$_HOSTX$" \\$_HOSTX$ | cat`,
    ])
      outputOf({ commandLine, args: [value], macros: { _HOSTX: value, USER1: 'x' } });
    expect(existsSync(mark), value).toBe(false);
  }
});

test('a configured value splits the same with and without a shell', () => {
  for (const value of ['-e 200', `-e "200 OK" 'a b'c`, ' x  y ', '', `it's`, String.raw`C:\\dir a\ b`, 'a|b *'])
    for (const around of [
      (m: string) => m,
      (m: string) => `a${m}b`,
      (m: string) => `"${m}"`,
      (m: string) => `'<${m}>'`,
    ]) {
      const [withShell, without] = [' | cat', ''].map((end) =>
        outputOf({
          commandLine: `/usr/bin/printf '[%s]' ${around('$ARG1$')} .${end}`,
          args: [value],
        }),
      );
      expect(withShell, value).toBe(without);
    }
});

test('the line keeps its own view of $1 and $@, and programs see no new environment', () => {
  const commandLine = `printf '<%s>' "$$1" "$$#" $ARG1$; env | grep -c plexus_`;
  expect(outputOf({ commandLine, args: ['a b c'] })).toBe('<><0><a><b><c>0\n');
});

test('more than nine values keep their places', () => {
  const args = Array.from({ length: 12 }, (_, index) => `v${index + 1}`);
  const commandLine = `printf '%s,' ${args.map((_, index) => `$ARG${index + 1}$`).join(' ')} | cat`;
  expect(outputOf({ commandLine, args })).toBe(`${args.join(',')},`);
});

test('any value comes out as it went in, wherever it stands', () => {
  const nasty = fc.string({ unit: fc.constantFrom(...Array.from(`'"\`$(){}[];|&<>\\ \n\t*?~#!a-x1=`)), maxLength: 12 });
  fc.assert(
    fc.property(
      nasty,
      fc.constantFrom(...lines.filter(([where]) => !/substitution|backticks/.test(where))),
      (value, [, commandLine]) => {
        expect(outputOf({ commandLine, macros: { OUT: value } })).toBe(`<${value}>`);
      },
    ),
    { numRuns: 150 },
  );
}, 30_000);
