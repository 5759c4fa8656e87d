// Words of a command and what a person is shown of them; how lines of Nagios are filled is
// tested with the macros.

import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { describeCommand, problemOfLine, resolveCommand, type PluginCommand } from '#checks/kinds/plugin-command.ts';

const VALUES: Record<string, string> = {
  HOSTADDRESS: '192.0.2.7',
  HOSTNAME: 'a b; $(id)',
  USER1: '/usr/lib/nagios/plugins',
  USER3: 's3cret word',
  'HOSTSTATE:web-1': 'UP',
};
const macro = (name: string): string | undefined => VALUES[name];

const resolved: [string, PluginCommand, string[]][] = [
  ['macros in words', { command: ['/p', '-H', '$HOSTADDRESS$:$HOSTNAME$'] }, ['/p', '-H', '192.0.2.7:a b; $(id)']],
  ['words keep what is no macro', { command: ['/p', '$$', '$NO$', '5$', '$'] }, ['/p', '$$', '$NO$', '5$', '$']],
  ['a macro of another object', { command: ['/p', '$HOSTSTATE:web-1$'] }, ['/p', 'UP']],
  [
    'a line of Nagios',
    { commandLine: '$USER1$/check_x  -H $HOSTADDRESS$ -n "$HOSTNAME$" $ARG1$', arguments: ['-w 5 -c "9 9"'] },
    ['/usr/lib/nagios/plugins/check_x', '-H', '192.0.2.7', '-n', 'a b; $(id)', '-w', '5', '-c', '9 9'],
  ],
];
test.each(resolved)('%s', (_, command, argv) => {
  expect(resolveCommand(command, macro)).toMatchObject({ ok: true, argv });
});

test('a line goes to the shell only where the settings say so', () => {
  const commandLine = 'a | b';
  expect(resolveCommand({ commandLine }, macro)).toMatchObject({ ok: false });
  expect(resolveCommand({ commandLine, shell: true }, macro)).toMatchObject({ argv: ['/bin/sh', '-c', 'a | b', 'sh'] });
  expect(resolveCommand({ commandLine: 'exit 0', shell: true }, macro)).toMatchObject({
    argv: ['/bin/sh', '-c', 'exit 0', 'sh'],
  });
});

test.each([
  ['a quote that is not closed', "/p 'a", false, 'never closed'],
  ['a pipe without a shell', '/p | q', false, 'needs a shell because of "|"'],
  ['nothing', ' ', false, 'empty'],
  ['a pipe with a shell', '/p | q', true, undefined],
  ['a quoted pipe', "/p 'a|b'", false, undefined],
])('when a line is saved: %s', (_, line, shell, message) => {
  const found = problemOfLine(line, shell);
  if (message === undefined) expect(found).toBeUndefined();
  else expect(found).toContain(message);
});

test('passwords of resource files are not shown', () => {
  expect(describeCommand({ commandLine: "$USER1$/p -a $USER3$ 'it is' $HOSTNAME$" }, macro)).toBe(
    "•••/p -a ••• 'it is' 'a b; $(id)'",
  );
  expect(describeCommand({ command: ['$USER1$/p', '', '$USER3$', "it's"] }, macro)).toBe("•••/p '' ••• 'it'\\''s'");
  expect(describeCommand({ commandLine: '/p "' }, macro)).toContain('never closed');
});

test('a shell reads the words that are shown', () => {
  const word = fc.stringMatching(/^[ a-z0-9'"\\$`;|&*?~#()<>\n\t-]{0,12}$/);
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 6 }), (words) => {
      const line = describeCommand({ command: words }, () => undefined);
      expect(execFileSync('/bin/sh', ['-c', `printf '%s\\0' ${line}`], { encoding: 'utf8' })).toBe(
        words.map((each) => `${each}\0`).join(''),
      );
    }),
    { numRuns: 30 },
  );
});
