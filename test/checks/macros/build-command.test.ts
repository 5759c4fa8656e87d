import { expect, test } from 'vitest';
import { splitCommandLine } from '#checks/macros/command-line.ts';
import { argvOf, build, built, type Given } from './run-command.ts';

const direct: [string, Given, string[]][] = [
  ['words go apart at blanks, also at several', { commandLine: ' /p  a\tb ' }, ['/p', 'a', 'b']],
  ['single quotes keep blanks and backslashes', { commandLine: String.raw`/p 'a  b\n'` }, ['/p', String.raw`a  b\n`]],
  [
    'double quotes keep blanks, and lose four escapes',
    { commandLine: String.raw`/p "a \" \\ \n"` },
    ['/p', String.raw`a " \ \n`],
  ],
  [
    'a backslash makes a blank or a semicolon a character',
    { commandLine: String.raw`/p a\ b c\;d` },
    ['/p', 'a b', 'c;d'],
  ],
  ['quotes may begin inside a word', { commandLine: `/p --url='a b'"c d"` }, ['/p', '--url=a bc d']],
  ['empty quotes are an argument', { commandLine: `/p '' ""` }, ['/p', '', '']],
  ['a quoted semicolon or pipe needs no shell', { commandLine: `/p "a;b" 'c|d'` }, ['/p', 'a;b', 'c|d']],
  ['a dollar of its own is a dollar', { commandLine: `/p '$$HOME'` }, ['/p', '$HOME']],
  [
    'a resource is the path of the plugin',
    { commandLine: '$USER1$/check_http', macros: { USER1: '/usr/lib' } },
    ['/usr/lib/check_http'],
  ],
  ['a macro that does not exist is nothing', { commandLine: '/p $NOSUCH$x' }, ['/p', 'x']],
  ['an argument that was not given is nothing', { commandLine: '/p $ARG1$ b' }, ['/p', 'b']],
  ['but in quotes it is an empty argument', { commandLine: '/p "$ARG1$" b' }, ['/p', '', 'b']],
  [
    'a custom variable without quotes is several arguments',
    { commandLine: '/p $_SERVICEEXTRA$', macros: { _SERVICEEXTRA: '-e 200' } },
    ['/p', '-e', '200'],
  ],
  [
    'its own quotes count',
    { commandLine: '/p $_SERVICEEXTRA$', macros: { _SERVICEEXTRA: `-e "200 OK" -s 'a b'` } },
    ['/p', '-e', '200 OK', '-s', 'a b'],
  ],
  [
    'a single quote alone is a character',
    { commandLine: '/p $_SERVICEEXTRA$', macros: { _SERVICEEXTRA: `-s it's` } },
    ['/p', '-s', `it's`],
  ],
  [
    'in quotes it is one argument',
    { commandLine: '/p "$_SERVICEEXTRA$"', macros: { _SERVICEEXTRA: '-e 200' } },
    ['/p', '-e 200'],
  ],
  [
    'its first and last word grow together with what is beside them',
    { commandLine: '/p a$ARG1$b', args: ['1 2 3'] },
    ['/p', 'a1', '2', '3b'],
  ],
  ['unless it has blanks there', { commandLine: '/p a$ARG1$b', args: [' 1 2 '] }, ['/p', 'a', '1', '2', 'b']],
  [
    'backslashes in double quotes are those of the line',
    { commandLine: '/p "$ARG1$"', args: [String.raw`say \"x\" \d`] },
    ['/p', String.raw`say "x" \d`],
  ],
  ['an escaped macro is one word', { commandLine: String.raw`/p \$ARG1$`, args: ['a b'] }, ['/p', 'a b']],
  [
    'output is one argument, with or without quotes',
    { commandLine: '/p $SERVICEOUTPUT$', macros: { SERVICEOUTPUT: 'a -x "b' } },
    ['/p', 'a -x "b'],
  ],
  [
    'an empty output is an empty argument: the next is not swallowed',
    { commandLine: '/p -o $SERVICEOUTPUT$ -x', macros: { SERVICEOUTPUT: '' } },
    ['/p', '-o', '', '-x'],
  ],
  [
    'macros in an argument are filled in',
    { commandLine: '/p $ARG1$', args: ['-H $HOSTADDRESS$'], macros: { HOSTADDRESS: '::1' } },
    ['/p', '-H', '::1'],
  ],
  [
    'once: an argument in an argument is nothing',
    { commandLine: '/p "$ARG1$"', args: ['<$ARG1$$ARG2$>', 'x'] },
    ['/p', '<>'],
  ],
  [
    'a value is never looked at for macros',
    {
      commandLine: '/p $HOSTALIAS$ "$HOSTALIAS$" $_HOSTX$',
      macros: { HOSTALIAS: '$USER1$', _HOSTX: '$USER1$ $$', USER1: 'secret' },
    },
    ['/p', '$USER1$', '$USER1$', '$USER1$', '$$'],
  ],
  [
    'nor is one that an argument names',
    {
      commandLine: '/p $ARG1$ "$ARG1$"',
      args: ['$SERVICEOUTPUT$'],
      macros: { SERVICEOUTPUT: '$USER1$ x', USER1: 'secret' },
    },
    ['/p', '$USER1$ x', '$USER1$ x'],
  ],
  [
    'what a plugin wrote is cleaned where that is set',
    {
      commandLine: '/p "$SERVICEOUTPUT$" "$HOSTALIAS$"',
      illegalOutputChars: '`$|',
      macros: { SERVICEOUTPUT: 'a`b$c|d', HOSTALIAS: 'a|b' },
    },
    ['/p', 'abcd', 'a|b'],
  ],
  [
    'metacharacters of a value are characters',
    { commandLine: '/p $ARG1$ $HOSTALIAS$', args: ['a|b;c *'], macros: { HOSTALIAS: '`id`' } },
    ['/p', 'a|b;c', '*', '`id`'],
  ],
  ['NUL is left out', { commandLine: '/p $HOSTALIAS$', macros: { HOSTALIAS: 'a\0b' } }, ['/p', 'ab']],
];
test.each(direct)('%s', (_, given, argv) => {
  expect(built(given)).toMatchObject({ argv, usesShell: false });
});

test.each(['a | b', 'a > b', 'a && b', 'a; b', '`a`', '$$(a)', '"$$HOME"', 'ls *.log', '(a)', '"`a`"'])(
  '%j needs a shell',
  (line) => {
    expect(splitCommandLine(line)).toMatchObject({ kind: 'shell' });
    expect(build({ commandLine: line, shell: 'never' })).toMatchObject({
      ok: false,
      message: expect.stringContaining('needs a shell'),
    });
  },
);

test.each([
  ['', 'empty'],
  ['   ', 'empty'],
  ['/bin/echo "cut ', 'never closed'],
  ["/bin/echo 'cut ", 'never closed'],
  ['a | echo "cut ', 'never closed'],
  ['a\0b', 'NUL'],
  ['echo $$(( $ARG1$ + 1 ))', 'arithmetic'],
  ['(( $ARG1$ > 1 )) && a', 'arithmetic'],
  ['[[ $ARG1$ -eq 1 ]] && a', 'write [ … ]'],
  ['echo "`a $ARG1$`"', 'write $$(…)'],
])('%j is refused when it is defined, not when it runs', (line, reason) => {
  expect(splitCommandLine(line)).toMatchObject({ kind: 'problem', message: expect.stringContaining(reason) });
  expect(build({ commandLine: line })).toMatchObject({ ok: false, message: expect.stringContaining(reason) });
});

test('a class of characters is not a test of the shell', () => {
  expect(splitCommandLine(`echo $ARG1$ | tr -d '[[:space:]]' | sed "s/[[:digit:]]//" | grep $ARG2$`)).toMatchObject({
    kind: 'shell',
  });
});

test('an argument too long for the kernel is refused before it is tried', () => {
  const macros = { LONGSERVICEOUTPUT: 'x'.repeat(131_072) };
  expect(build({ commandLine: '/p $LONGSERVICEOUTPUT$', macros })).toMatchObject({
    ok: false,
    message: expect.stringContaining('131072 bytes'),
  });
  expect(build({ commandLine: '$ARG1$' })).toMatchObject({ ok: false, message: expect.stringContaining('no program') });
});

test('what is missing is told by name, once', () => {
  const { missing } = built({
    commandLine: '/p $NOPE$ $NOPE$ "$ARG1$" $HOSTNAME$',
    args: ['$GONE$'],
    macros: { HOSTNAME: 'h' },
  });
  expect(missing).toEqual(['NOPE', 'GONE']);
});

test('people see the command without its secrets, wherever they are named', () => {
  const macros = {
    USER1: '/usr/lib',
    USER2: 's3cret',
    _HOSTSNMP_COMMUNITY: 'hush',
    _HOSTPORT: '161',
    HOSTALIAS: "it's",
  };
  const seen = (commandLine: string): string => built({ commandLine, macros, args: ['-a $USER2$'] }).masked;
  expect(seen('$USER1$/check -p "$USER2$" $ARG1$ -C $_HOSTSNMP_COMMUNITY$ -P $_HOSTPORT$ $HOSTALIAS$')).toBe(
    String.raw`$USER1$/check -p $USER2$ -a $USER2$ -C $_HOSTSNMP_COMMUNITY$ -P 161 'it'\''s'`,
  );
  expect(seen('echo $ARG1$ "<$USER2$>" | cat')).toBe(String.raw`echo -a $USER2$ "<\$USER2\$>" | cat`);
});

test('the recorded commands of a Nagios tree run as they did there', () => {
  expect(
    argvOf({
      commandLine: '$USER1$/check_http -I $HOSTADDRESS$ -p $ARG1$ -u "$ARG2$" $_SERVICEEXTRA$',
      args: ['8080', '/health?x=1!y'],
      macros: { USER1: '/usr/lib/nagios/plugins', HOSTADDRESS: '192.0.2.1', _SERVICEEXTRA: '-e 200' },
    }),
  ).toEqual([
    '/usr/lib/nagios/plugins/check_http',
    '-I',
    '192.0.2.1',
    '-p',
    '8080',
    '-u',
    '/health?x=1!y',
    '-e',
    '200',
  ]);
});
