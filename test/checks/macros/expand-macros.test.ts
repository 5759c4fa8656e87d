import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  environmentMacros,
  expandMacros,
  ILLEGAL_OUTPUT_CHARS,
  type ExpandOptions,
} from '#checks/macros/expand-macros.ts';
import { parseCheckCommand } from '#checks/macros/parse-check-command.ts';

const values: Record<string, string> = {
  HOSTNAME: 'web-1',
  HOSTALIAS: 'costs $USER1$',
  USER1: 's3cret',
  _HOSTSITE: 'ams',
  'HOSTSTATE:web-1': 'UP',
  'SERVICESTATE:web-1:http': 'OK',
  'HOSTNAME:web:,': 'web-1,web-2',
  SERVICEOUTPUT: 'a|b `c` $USER1$ ä',
};
const lookup = (name: string): string | undefined => (Object.hasOwn(values, name) ? values[name] : undefined);

test.each<[string, string, ExpandOptions, string, string[]]>([
  ['text without macros is itself', 'plain', {}, 'plain', []],
  ['a macro has its value', '<$HOSTNAME$>', {}, '<web-1>', []],
  ['two stand side by side', '$HOSTNAME$$_HOSTSITE$', {}, 'web-1ams', []],
  ['two dollars are one', 'a$$b$$$HOSTNAME$', {}, 'a$b$web-1', []],
  ['a dollar alone is itself', 'costs $5, see $HOSTNAME$', {}, 'costs $5, see web-1', []],
  ['another host by name', '$HOSTSTATE:web-1$', {}, 'UP', []],
  ['another service by name', '$SERVICESTATE:web-1:http$', {}, 'OK', []],
  ['a group with its delimiter', '$HOSTNAME:web:,$', {}, 'web-1,web-2', []],
  ['a missing one is nothing, and told', '<$NOPE$$NOPE$>', {}, '<>', ['NOPE']],
  ['an argument has its macros filled in', '$ARG1$!$ARG2$', { args: ['on $HOSTNAME$'] }, 'on web-1!', []],
  ['once only', '$ARG1$', { args: ['$ARG1$$ARG2$', 'x'] }, '', ['ARG1', 'ARG2']],
  ['a value that names a secret does not leak it', '$HOSTALIAS$', {}, 'costs $USER1$', []],
  ['nor through an argument', '$ARG1$', { args: ['$HOSTALIAS$'] }, 'costs $USER1$', []],
  [
    'output is cleaned where asked',
    '$SERVICEOUTPUT$',
    { illegalOutputChars: ILLEGAL_OUTPUT_CHARS },
    'ab c USER1 ä',
    [],
  ],
  ['configured values are not', '$HOSTALIAS$', { illegalOutputChars: ILLEGAL_OUTPUT_CHARS }, 'costs $USER1$', []],
  [
    'in a URL values are encoded, the rest is not',
    'http://x/?q=$HOSTALIAS$&a',
    { isUrl: true },
    'http://x/?q=costs%20%24USER1%24&a',
    [],
  ],
])('%s', (_, text, options, expanded, missing) => {
  expect(expandMacros(text, lookup, options)).toEqual({ text: expanded, missing });
});

test('no text makes a secret appear that it does not name', () => {
  const piece = fc.constantFrom(
    '$',
    '$$',
    'USER1',
    '$HOSTALIAS$',
    '$SERVICEOUTPUT$',
    'ARG1',
    ':',
    'x',
    '$ARG1$',
    '$USER2$',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), fc.array(piece, { maxLength: 4 }), (text, argument) => {
      const { text: expanded } = expandMacros(text.join(''), lookup, { args: [argument.join('')] });
      const named = `${text.join('')}${argument.join('')}`.includes('$USER1$');
      if (!named) expect(expanded).not.toContain('s3cret');
    }),
    { numRuns: 1000 },
  );
});

test('the environment has all macros but resources and names with arguments', () => {
  const names = ['HOSTNAME', '_HOSTSITE', 'USER1', 'HOSTSTATE:web-1', 'NOPE', 'SERVICEOUTPUT'];
  expect(environmentMacros(names, lookup, { args: ['$HOSTNAME$', ''], illegalOutputChars: '`' })).toEqual({
    NAGIOS_HOSTNAME: 'web-1',
    NAGIOS__HOSTSITE: 'ams',
    NAGIOS_SERVICEOUTPUT: 'a|b c $USER1$ ä',
    NAGIOS_ARG1: 'web-1',
    NAGIOS_ARG2: '',
  });
});

test.each([
  ['probe-alive', 'probe-alive', []],
  ['probe-http!8080!/health?x=1\\!y', 'probe-http', ['8080', '/health?x=1!y']],
  ['c!', 'c', ['']],
  ['c!!b', 'c', ['', 'b']],
  ['c!a b ! c', 'c', ['a b ', ' c']],
  ['c!C:\\\\dir', 'c', ['C:\\\\dir']],
  ['', '', []],
])('check_command %j', (text, command, args) => {
  expect(parseCheckCommand(text)).toEqual({ command, args });
});

test('more than 32 arguments are not kept, as in Nagios', () => {
  expect(parseCheckCommand(`c${'!x'.repeat(40)}`).args).toHaveLength(32);
});
