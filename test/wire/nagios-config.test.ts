// Files of a Nagios configuration as text: what is read, what is told, and that nothing in
// them can stop the reader.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { logicalLines, parseNagiosMain, parseNagiosResources } from '#wire/nagios-config.ts';
import { parseNagiosObjects } from '#wire/nagios-config-objects.ts';
import { readNagiosTree, type NagiosFiles } from '#wire/nagios-config-tree.ts';
import { readFixture } from '../support/fixtures.ts';

const objectsOf = (text: string) =>
  parseNagiosObjects({ file: 'x.cfg', text }).entries.flatMap((entry) =>
    entry.kind === 'object' ? [entry.object] : [],
  );
const valuesOf = (text: string) =>
  objectsOf(text).flatMap(({ directives }) => directives.map(({ name, value }) => [name, value]));
const problemsOf = (text: string) =>
  parseNagiosObjects({ file: 'x.cfg', text }).problems.map(({ line, severity }) => `${line} ${severity}`);

describe('directives', () => {
  const cases: [string, string, [string, string][]][] = [
    ['the first blank splits, the rest is the value', 'alias \t Web one', [['alias', 'Web one']]],
    ['a comment ends the value', 'alias web ; the first', [['alias', 'web']]],
    ['an escaped semicolon is a semicolon', String.raw`command_line a \; b \; c`, [['command_line', 'a ; b ; c']]],
    ['# in a value is no comment', 'notes see #42', [['notes', 'see #42']]],
    ['# at the start is one', '# alias x', []],
    ['a backslash at the end joins the next line without its blanks', 'alias Web \\\n   one', [['alias', 'Web one']]],
    [
      'two backslashes at the end stand for one, and join nothing',
      'alias Web\\\\\n  notes n',
      [
        ['alias', 'Web\\'],
        ['notes', 'n'],
      ],
    ],
    ['a directive without a value has an empty one', 'parents', [['parents', '']]],
    ['CRLF files are read', 'alias web\r', [['alias', 'web']]],
  ];
  test.each(cases)('%s', (_what, line, expected) => {
    expect(valuesOf(`define host {\n${line}\n}\n`)).toEqual(expected);
  });
});

describe('blocks', () => {
  test('know their file and line, and those of each directive', () => {
    const [object] = objectsOf('\n# hosts\ndefine host{\n  host_name a\n  }\n');
    expect(object).toEqual({
      type: 'host',
      file: 'x.cfg',
      line: 3,
      directives: [{ name: 'host_name', value: 'a', line: 4 }],
    });
  });

  const good = 'define host {\n host_name ok\n}\n';
  const cases: [string, string, string[], string[]][] = [
    [
      'a type that does not exist is left out, the next block is read',
      `define hots {\n a b\n}\n${good}`,
      ['1 error'],
      ['ok'],
    ],
    ['a block without a type too', `define {\n}\n${good}`, ['1 error'], ['ok']],
    [
      'a block that is not closed ends where the next begins',
      `define host {\n host_name a\n${good}`,
      ['3 error'],
      ['a', 'ok'],
    ],
    ['one that is never closed is left out', `${good}define host {\n host_name a\n`, ['4 error'], ['ok']],
    [
      'a directive on the line of the define is lost, as in Nagios, and told',
      'define host { use x\n host_name a\n}',
      ['1 warning'],
      ['a'],
    ],
    ['text outside of blocks is told', `hello\n${good}}\n`, ['1 error', '5 error'], ['ok']],
  ];
  test.each(cases)('%s', (_what, text, problems, names) => {
    expect(problemsOf(text)).toEqual(problems);
    const found = objectsOf(text).map(({ directives }) => directives.find(({ name }) => name === 'host_name')?.value);
    expect(found).toEqual(names);
  });
});

test('the main file keeps every setting in order, known or not', () => {
  const { entries, problems } = parseNagiosMain({ file: 'n.cfg', text: '#c\ncfg_dir=a\ncfg_dir = b\nbroken\nx=1=2\n' });
  expect(entries.map(({ key, value, line }) => [key, value, line])).toEqual([
    ['cfg_dir', 'a', 2],
    ['cfg_dir', 'b', 3],
    ['x', '1=2', 5],
  ]);
  expect(problems).toMatchObject([{ file: 'n.cfg', line: 4, severity: 'error' }]);
});

test('a resource macro is the rest of its line, quotes included; a wrong line is not repeated in words', () => {
  const text = '$USER1$=/usr/lib/plugins\n$USER2$ = "a b" \n$USER257$=x\n$PASS$=hunter2\n';
  const { macros, problems } = parseNagiosResources({ file: 'r.cfg', text });
  expect([...macros]).toEqual([
    ['USER1', '/usr/lib/plugins'],
    ['USER2', '"a b"'],
  ]);
  expect(problems.map(({ line }) => line)).toEqual([3, 4]);
  expect(JSON.stringify(problems)).not.toContain('hunter2');
});

describe('a tree', () => {
  const filesOf = (texts: Record<string, string>): NagiosFiles => ({
    read: (path) => (texts[path] === undefined ? { reason: 'not there' } : { text: texts[path] }),
    list: (folder) => {
      const names = Object.keys(texts).flatMap((path) => {
        const rest = path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : undefined;
        return rest === undefined ? [] : [rest.includes('/') ? `${rest.split('/')[0]}/` : rest];
      });
      return names.length === 0 ? { reason: 'not there' } : { names: [...new Set(names)] };
    },
  });
  const host = (name: string) => `define host {\n host_name ${name}\n}\n`;
  const namesOf = (texts: Record<string, string>) =>
    readNagiosTree('/n/nagios.cfg', filesOf(texts)).objects.map(({ directives }) => directives[0]?.value);

  test('is read in the order of its lines, folders by name and with those inside', () => {
    const names = namesOf({
      '/n/nagios.cfg': 'cfg_dir=d\ncfg_file=/n/z.cfg\n',
      '/n/z.cfg': host('z'),
      '/n/d/b.cfg': host('b'),
      '/n/d/a/x.cfg': host('x'),
      '/n/d/.hidden.cfg': host('hidden'),
      '/n/d/readme.txt': host('readme'),
    });
    expect(names).toEqual(['x', 'b', 'z']);
  });

  test('takes included files where they stand, each once', () => {
    const texts = {
      '/n/nagios.cfg': 'cfg_file=a.cfg\n',
      '/n/a.cfg': `${host('first')}include_file=b.cfg\n${host('last')}`,
      '/n/b.cfg': `include_file=a.cfg\n${host('inner')}`,
    };
    expect(namesOf(texts)).toEqual(['first', 'inner', 'last']);
    expect(readNagiosTree('/n/nagios.cfg', filesOf(texts)).problems).toMatchObject([
      { file: '/n/b.cfg', line: 1, severity: 'warning' },
    ]);
  });

  test('says where a file is named that is not there, and goes on', () => {
    const tree = readNagiosTree(
      '/n/nagios.cfg',
      filesOf({ '/n/nagios.cfg': 'cfg_file=no.cfg\ncfg_file=a.cfg', '/n/a.cfg': host('a') }),
    );
    expect(tree.problems).toMatchObject([{ file: '/n/nagios.cfg', line: 1, severity: 'error' }]);
    expect(tree.objects).toHaveLength(1);
    expect(readNagiosTree('/no.cfg', filesOf({})).problems).toHaveLength(1);
  });
});

describe('whatever the bytes are, the reader', () => {
  const isCalm = (text: string) => {
    const { problems } = parseNagiosObjects({ file: 'f', text });
    const lines = text.split('\n').length;
    for (const { line, message } of [...problems, ...parseNagiosMain({ file: 'f', text }).problems]) {
      expect(line).toBeGreaterThanOrEqual(1);
      expect(line).toBeLessThanOrEqual(lines);
      expect(message.length).toBeLessThan(400);
    }
    parseNagiosResources({ file: 'f', text });
    logicalLines(text);
  };

  test('goes on, with a line for each problem', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => isCalm(Buffer.from(bytes).toString())));
    const pieces = fc.constantFrom(
      'define ',
      'host',
      ' {',
      '}',
      '\n',
      ';',
      '\\',
      '\\;',
      '#',
      'a b',
      'include_file=',
      '=',
      '$USER1$',
      '\r',
      '\0',
    );
    fc.assert(fc.property(fc.array(pieces, { maxLength: 80 }), (parts) => isCalm(parts.join(''))));
  });

  test('survives changed copies of real files', () => {
    const real = Buffer.from(readFixture('nagios', 'config', 'tree', 'objects', 'services.cfg'));
    fc.assert(
      fc.property(fc.nat(real.length - 1), fc.nat(255), fc.nat(real.length), (at, byte, cut) => {
        const changed = Buffer.from(real);
        changed[at] = byte;
        isCalm(changed.subarray(0, cut).toString());
        isCalm(Buffer.concat([changed, changed.subarray(at)]).toString());
      }),
      { numRuns: 50 },
    );
  });

  test('takes a file of joined lines in a moment', () => {
    expect(logicalLines('a\\\n'.repeat(200_000))).toHaveLength(1);
  });
});
