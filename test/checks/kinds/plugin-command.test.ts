// Words of a command: macros, quotes, what a person is shown. Each line is also read by
// a real shell, which must see the same words.

import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { describeCommand, resolveCommand, splitWords, type PluginCommand } from '#checks/kinds/plugin-command.ts';

const VALUES: Record<string, string> = {
  HOSTADDRESS: '192.0.2.7',
  HOSTNAME: 'a b; $(id)',
  USER1: '/usr/lib/nagios/plugins',
  USER3: 's3cret word',
  _HOSTOPTIONS: '-x 1',
  'HOSTSTATE:web-1': 'UP',
};
const macro = (name: string): string | undefined => VALUES[name];

const resolved: [string, PluginCommand, string[]][] = [
  ['macros in words', { command: ['/p', '-H', '$HOSTADDRESS$:$HOSTNAME$'] }, ['/p', '-H', '192.0.2.7:a b; $(id)']],
  ['words keep what is no macro', { command: ['/p', '$$', '$NO$', '5$', '$'] }, ['/p', '$$', '$NO$', '5$', '$']],
  [
    'a line of Nagios',
    { commandLine: '$USER1$/check_x  -H $HOSTADDRESS$' },
    ['/usr/lib/nagios/plugins/check_x', '-H', '192.0.2.7'],
  ],
  ['a macro of another object', { commandLine: '/p $HOSTSTATE:web-1$' }, ['/p', 'UP']],
  [
    'options of the site are several words',
    { commandLine: '/p $_HOSTOPTIONS$ $ARG1$', arguments: ['-w 5 -c "9 9"'] },
    ['/p', '-x', '1', '-w', '5', '-c', '9 9'],
  ],
  ['macros in arguments', { commandLine: '/p $ARG1$', arguments: ['$HOSTADDRESS$'] }, ['/p', '192.0.2.7']],
  [
    'an argument that is not given is empty',
    { commandLine: '/p "$ARG2$" $ARG3$ end', arguments: ['a'] },
    ['/p', '', 'end'],
  ],
  ['two dollars are one', { commandLine: '/p $$5 $$HOSTNAME$$' }, ['/p', '$5', '$HOSTNAME$']],
  ['an unknown macro stays', { commandLine: '/p $NO$' }, ['/p', '$NO$']],
  ['no shell, so no pipe', { commandLine: '/p a|b > c;d' }, ['/p', 'a|b', '>', 'c;d']],
  ['a shell gets the line', { commandLine: 'a | b "$HOSTNAME$"', shell: true }, ['/bin/sh', '-c', 'a | b "a b id"']],
];
test.each(resolved)('%s', (_, command, argv) => {
  expect(resolveCommand(command, macro)).toEqual({ ok: true, argv });
});

test('passwords of resource files are not shown, and a shown line reads back as its words', () => {
  expect(describeCommand({ commandLine: "$USER1$/p -a $USER3$ 'it''s $HOSTNAME$'" }, macro)).toBe(
    "•••/p -a ••• 'its a b; $(id)'",
  );
  expect(describeCommand({ command: ['/p', '', "it's"] }, macro)).toBe("/p '' 'it'\\''s'");
  expect(describeCommand({ commandLine: '/p "' }, macro)).toContain('not closed');
});

const plainWord = fc.stringMatching(/^[ a-z0-9'"\\$`;|&*?~#()<>\n\t-]{0,12}$/);

test('any words, shown as a line, are split into the same words again', () => {
  fc.assert(
    fc.property(fc.array(plainWord, { minLength: 1, maxLength: 6 }), (words) => {
      expect(splitWords(describeCommand({ command: words }, () => undefined))).toEqual(words);
    }),
  );
});

test('a shell sees the words that are shown', () => {
  const words = ['a b', '', "it's", '$HOME', '`id`', '\\n', 'x\ny', '*', '~'];
  const line = describeCommand({ command: words }, () => undefined);
  expect(execFileSync('/bin/sh', ['-c', `printf '%s\\0' ${line}`], { encoding: 'utf8' })).toBe(
    words.map((word) => `${word}\0`).join(''),
  );
});

test.each(['a\\ b', '"a\\"b" c', "'a\\'", '"\\$x \\n"', 'a"b c"d', '\\"', "''", '  '])(
  '%j is split as by the shell',
  (line) => {
    const shell = execFileSync('/bin/sh', ['-c', `set -- ${line}; for w; do printf '%s\\0' "$w"; done`], {
      encoding: 'utf8',
    });
    expect(
      splitWords(line)
        ?.map((word) => `${word}\0`)
        .join(''),
    ).toBe(shell);
  },
);

test('whatever is typed as a line, splitting it gives words or nothing', () => {
  fc.assert(
    fc.property(fc.string(), (line) => {
      const words = splitWords(line);
      expect(words === undefined || words.every((word) => word.length <= line.length)).toBe(true);
    }),
  );
});
