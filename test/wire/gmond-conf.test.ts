// gmond.conf as operators write it, well and badly.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findingText, parseGmondConf, type ConfSection, type ConfSource, type GmondConf } from '#wire/gmond-conf.ts';

const read = (text: string, environment: Record<string, string> = {}): GmondConf =>
  parseGmondConf({ file: 'gmond.conf', text }, { environment, include: () => [] });

/** Sections as `name{option=value …}`; enough to see what was understood. */
function shape({ name, title, options, sections }: ConfSection): string {
  const own = [...options].map(([option, { value }]) => `${option}=${JSON.stringify(value)}`);
  return `${name}${title === '' ? '' : ` ${title}`}{${[...own, ...sections.map(shape)].join(' ')}}`;
}
const understood = (conf: GmondConf): string => conf.root.sections.map(shape).join(' ');
const said = (conf: GmondConf): string[] => conf.findings.map(findingText);

describe('what gmond understands', () => {
  // [what, text, sections]; each row was put to gmond 3.7.2.
  const cases: [string, string, string][] = [
    ['options in any layout', 'host{location=here}', 'host{location="here"}'],
    ['names in any case', 'HOST { Location = x }', 'host{location="x"}'],
    ['names in quotes', '"host" { "location" = x }', 'host{location="x"}'],
    ['all three kinds of comments', '# a\nhost { // b\n location = x /* c\n */ }', 'host{location="x"}'],
    ['// inside a word is no comment', 'cluster { url = http://a/b#c\n }', 'cluster{url="http://a/b"}'],
    ['a comment that touches a number', 'globals { host_dmax = 0/*secs*/ }', 'globals{host_dmax=0}'],
    ['escapes in "…"', String.raw`host { location = "a\x41\101\n\t\q\"\\" }`, 'host{location="aAA\\n\\tq\\"\\\\"}'],
    [
      "only quote and backslash escaped in '…'",
      String.raw`host { location = 'a\n\'\\b' }`,
      'host{location="a\\\\n\'\\\\b"}',
    ],
    ['a string continued on the next line', 'host { location = "a\\\nb" }', 'host{location="ab"}'],
    ['a string that spans lines', 'host { location = "a\nb" }', 'host{location="a\\nb"}'],
    ['bare words with almost anything', 'host { location = a;b[1]:$c|d\\e }', 'host{location="a;b[1]:$c|d\\\\e"}'],
    [
      'numbers in quotes, hexadecimal, octal',
      'globals { host_dmax = "60" host_tmax = 0x14 debug_level = 010 }',
      'globals{host_dmax=60 host_tmax=20 debug_level=8}',
    ],
    [
      'negative and fractional numbers',
      'collection_group { metric { name = a value_threshold = -1 } metric { name = b value_threshold = "1.5" } }',
      'collection_group{metric{name="a" value_threshold=-1} metric{name="b" value_threshold=1.5}}',
    ],
    [
      'all words for yes and no',
      'globals { mute = YES deaf = False setuid = on gexec = off }',
      'globals{mute=true deaf=false setuid=true gexec=false}',
    ],
    ['the last of two equal options', 'globals { host_tmax = 1 host_tmax = 2 }', 'globals{host_tmax=2}'],
    [
      'a second globals adds to the first',
      'globals { mute = yes host_tmax = 1 } globals { host_tmax = 2 }',
      'globals{mute=true host_tmax=2}',
    ],
    [
      'modules of several sections add up',
      'modules { module { name = a } } modules { module { name = b } }',
      'modules{module{name="a"} module{name="b"}}',
    ],
    [
      'each channel counts',
      'udp_send_channel { port = 1 } udp_send_channel { port = 2 }',
      'udp_send_channel{port=1} udp_send_channel{port=2}',
    ],
    [
      'a param with its title',
      'modules { module { name = m param Host { value = db1 } } }',
      'modules{module{name="m" param Host{value="db1"}}}',
    ],
    [
      'access lists',
      'udp_recv_channel { acl { default = "deny" access { ip = 10.0.0.0 mask = 8 action = "allow" } } }',
      'udp_recv_channel{acl{default="deny" access{ip="10.0.0.0" mask="8" action="allow"}}}',
    ],
  ];
  test.each(cases)('%s', (_what, text, sections) => {
    const conf = read(text);
    expect(said(conf)).toEqual([]);
    expect(understood(conf)).toBe(sections);
  });

  // [text, value with HOST=h and EMPTY= in the environment]
  test.each([
    ['"${HOST}.example"', 'h.example'],
    ['a${HOST}b', 'ahb'],
    ['${HOST}', 'h'],
    ['"${NOPE:-10.0.0.1}"', '10.0.0.1'],
    ['${NOPE:-a:-b}', 'a:-b'],
    ['"a${EMPTY:-other}b"', 'ab'],
    ["'${HOST}'", '${HOST}'],
    ['"$HOST"', '$HOST'],
  ])('environment: %s is %s', (given, value) => {
    const conf = read(`host { location = ${given} }`, { HOST: 'h', EMPTY: '' });
    expect(said(conf)).toEqual([]);
    expect(understood(conf)).toBe(`host{location=${JSON.stringify(value)}}`);
  });
});

describe('what is wrong is told with its place, and the rest is used', () => {
  // [what, text, messages, sections that are left]
  const cases: [string, string, string[], string][] = [
    [
      'a boolean as a number',
      'globals {\n  mute = 1\n  deaf = yes\n}',
      ['gmond.conf:2:10 globals.mute: "1" given, expected yes, no, true, false, on or off'],
      'globals{deaf=true}',
    ],
    [
      'a number with something behind it',
      'globals { host_dmax = 60s host_tmax = 5 }',
      ['gmond.conf:1:23 globals.host_dmax: "60s" given, expected a whole number, such as 20, 0x14 or 024'],
      'globals{host_tmax=5}',
    ],
    [
      'a fraction where whole numbers belong',
      'globals { host_dmax = 1.0 }',
      ['gmond.conf:1:23 globals.host_dmax: "1.0" given, expected a whole number, such as 20, 0x14 or 024'],
      'globals{}',
    ],
    [
      'a stray comma',
      'globals { mute = yes, deaf = no }',
      ['gmond.conf:1:21 globals: "," given, expected the name of an option or a section'],
      'globals{mute=true deaf=false}',
    ],
    [
      'an equals sign forgotten',
      'globals { mute yes deaf = no }',
      ['gmond.conf:1:11 globals.mute: "mute" given, expected "=" and a value, or "{", behind the name'],
      'globals{deaf=false}',
    ],
    [
      'a value forgotten',
      'globals { mute = }\nhost { location = x }',
      ['gmond.conf:1:18 globals.mute: "}" given, expected yes, no, true, false, on or off'],
      'globals{} host{location="x"}',
    ],
    [
      'a brace forgotten before the next section',
      'globals {\n  mute = yes\ncluster { name = "a" }',
      ['gmond.conf:3:1 globals: "cluster" given, expected "}" for the "{" of line 1'],
      'globals{mute=true} cluster{name="a"}',
    ],
    [
      'a brace forgotten within a group',
      'collection_group {\n metric {\n name = a\n metric { name = b }\n}',
      ['gmond.conf:4:2 collection_group.metric: "metric" given, expected "}" for the "{" of line 2'],
      'collection_group{metric{name="a"} metric{name="b"}}',
    ],
    [
      'a brace forgotten at the end',
      'host { location = x',
      ['gmond.conf:1:20 host: "the end of the file" given, expected "}" for the "{" of line 1'],
      'host{location="x"}',
    ],
    [
      'one brace too many',
      'host { location = x } }\nglobals { mute = yes }',
      ['gmond.conf:1:23: "}" given, expected the name of an option or a section'],
      'host{location="x"} globals{mute=true}',
    ],
    [
      'a quote forgotten: only its line is lost',
      'cluster {\n  name = "alpha\n  owner = "me"\n}',
      ['gmond.conf:2:10: "\\"alpha" given, expected a closing " on this line'],
      'cluster{owner="me"}',
    ],
    [
      'a comment that is never closed',
      'host { location = x } /* globals',
      ['gmond.conf:1:23: "/*" given, expected a comment that is closed by */'],
      'host{location="x"}',
    ],
    [
      'an escape beyond a byte',
      String.raw`host { location = "\777" }`,
      [String.raw`gmond.conf:1:20: "\\777" given, expected an octal escape from \0 to \377`],
      'host{location="777"}',
    ],
    [
      'a list',
      'host { location += x }',
      ['gmond.conf:1:17 host.location: "+=" given, expected "=": gmond has no option that is a list'],
      'host{location="x"}',
    ],
    [
      'a section used as an option',
      'globals = x host { location = y }',
      ['gmond.conf:1:9 globals: "=" given, expected "{": this is a section'],
      'host{location="y"}',
    ],
    [
      'an option used as a section',
      'globals { mute { a = 1 } deaf = yes }',
      ['gmond.conf:1:11 globals.mute: "{" given, expected "=" and a value: this is no section'],
      'globals{deaf=true}',
    ],
    [
      'a title where none belongs',
      'host web { location = x }',
      ['gmond.conf:1:1 host: "web" given, expected "{": this section has no title'],
      'host{location="x"}',
    ],
    [
      'a param without its title',
      'modules { module { name = m param { value = 1 } } }',
      ['gmond.conf:1:29 modules.module.param: "{" given, expected a title, such as param NAME { … }'],
      'modules{module{name="m"}}',
    ],
    [
      'an include inside a section',
      'globals { include ("x") mute = yes }',
      ['gmond.conf:1:11 globals: "include" given, expected include outside all sections'],
      'globals{mute=true}',
    ],
  ];
  test.each(cases)('%s', (_what, text, messages, sections) => {
    const conf = read(text);
    expect(said(conf)).toEqual(messages);
    expect(understood(conf)).toBe(sections);
    expect(conf.findings.every(({ kind }) => kind === 'wrong')).toBe(true);
  });

  test.each([
    ['an option', 'host { locaton = x location = y }', 'host', 'locaton'],
    ['a whole section with everything in it', 'extra { a = "}" b { c = d } } host { location = y }', '', 'extra'],
    ['a function', 'loadmodule ("x") host { location = y }', '', 'loadmodule (…)'],
    ['a word that every object has', 'host { constructor = 1 location = y }', 'host', 'constructor'],
  ])('%s that gmond does not know is reported, and left out', (_what, text, where, given) => {
    const conf = read(text);
    expect(conf.findings).toMatchObject([{ kind: 'unknown', where, given }]);
    expect(understood(conf)).toBe('host{location="y"}');
  });

  test('a variable that nobody set is told, and counts as empty', () => {
    const conf = read('host { location = "a${NOPE}b" }');
    expect(conf.findings).toMatchObject([{ kind: 'unset', given: '${NOPE}' }]);
    expect(understood(conf)).toBe('host{location="ab"}');
  });
});

describe('include', () => {
  const files: Record<string, string> = {
    'a.conf': 'host { location = a } include ("b.conf")',
    'b.conf': 'globals { mute = yes',
    'loop.conf': 'include ("loop.conf") host { location = l }',
    'ping.conf': 'include ("pong.conf")',
    'pong.conf': 'include ("ping.conf")',
  };
  const readAll = (text: string) =>
    parseGmondConf(
      { file: 'main.conf', text },
      {
        environment: {},
        include: (pattern): ConfSource[] | string => {
          if (pattern === 'many/*') return Array.from({ length: 2000 }, (_, i) => ({ file: `many/${i}`, text: '' }));
          const [, depth] = /^deep(\d+)$/.exec(pattern) ?? [];
          if (depth !== undefined) return [{ file: pattern, text: `include (deep${Number(depth) + 1})` }];
          const found = files[pattern];
          return found === undefined ? 'a file that can be read' : [{ file: pattern, text: found }];
        },
      },
    );

  test('what an included file says holds from there on, and its mistakes name the file', () => {
    const conf = readAll('include ("a.conf") host { location = main }');
    expect(understood(conf)).toBe('host{location="main"} globals{mute=true}');
    expect(said(conf)).toEqual([
      'b.conf:1:21 globals: "the end of the file" given, expected "}" for the "{" of line 1',
    ]);
    expect(conf.files).toEqual(['main.conf', 'a.conf', 'b.conf']);
  });

  test.each([
    ['a file that includes itself', 'include ("loop.conf")', 'a file that does not include itself'],
    ['two files that include each other', 'include ("ping.conf")', 'a file that does not include itself'],
    ['files in one another without end', 'include (deep1)', 'at most 10 files in one another'],
    ['a folder with thousands of files', "include ('many/*')", 'at most 1000 files'],
    ['a file that is not there', 'include ("c.conf")', 'a file that can be read'],
    ['two file names at once', 'include ("a.conf", "b.conf")', 'one file name or pattern'],
  ])('%s is told, and reading goes on', (_what, text, expected) => {
    const conf = readAll(`${text} cluster { name = c }`);
    expect(conf.findings[0]).toMatchObject({ kind: 'wrong', where: 'include', expected });
    expect(understood(conf)).toContain('cluster{name="c"}');
    expect(conf.files.length).toBeLessThanOrEqual(1000);
  });
});

describe('whatever stands in the file', () => {
  const SAMPLE = `
globals { mute = no deaf = yes host_dmax = 3600 /* an hour */ override_hostname = "web-\${N:-1}" }
# channels
udp_send_channel { mcast_join = 239.2.11.71 port = 8649 ttl = 1 }
udp_recv_channel { port = 8649 acl { default = "deny" access { ip = ::1 mask = 128 action = "allow" } } }
modules { module { name = "m" language = 'python' param P { value = "v" } } }
include ('/etc/ganglia/conf.d/*.conf')
collection_group { collect_every = 20 time_threshold = 90 metric { name_match = "disk_(.+)" title = "Disk \\\\1" value_threshold = "1.0" } }
`;

  test('nothing throws, and every place lies within the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (text) => {
        const conf = read(text);
        const lines = text.split('\n');
        for (const { at } of conf.findings) {
          expect(at.line).toBeLessThanOrEqual(lines.length);
          expect(at.column).toBeLessThanOrEqual((lines[at.line - 1]?.length ?? 0) + 1);
        }
      }),
    );
  });

  test('words of the grammar in any order: the same again gives the same, and never a throw', () => {
    const word = fc.constantFrom(
      ...['globals', 'mute', 'yes', 'host', 'location', 'acl', 'access', 'metric', 'collection_group', 'name', 'x'],
      ...['{', '}', '=', '(', ')', ',', '+=', '"a b"', "'c'", '1', '# d\n', '/* e */', 'include', '"', '\n', '${V}'],
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 60 }), (words) => {
        const text = words.join(' ');
        expect(understood(read(text))).toBe(understood(read(text)));
      }),
    );
  });

  test('a file with one byte changed, cut out or put in is read, and sections after the damage survive', () => {
    const tail = '\nsflow { udp_port = 6343 }\n';
    fc.assert(
      fc.property(
        fc.nat({ max: SAMPLE.length - 1 }),
        fc.constantFrom('replace', 'cut', 'insert'),
        fc.constantFrom(...'{}()=,"\'#/*\\$ \nx'),
        (at, how, character) => {
          const rest = SAMPLE.slice(how === 'insert' ? at : at + 1);
          const conf = read(SAMPLE.slice(0, at) + (how === 'cut' ? '' : character) + rest + tail);
          // A comment that is not closed reaches to the end, as in gmond.
          const isSwallowed = conf.findings.some(({ given }) => given === '/*');
          if (!isSwallowed) expect(understood(conf)).toContain('sflow{udp_port=6343}');
        },
      ),
      { numRuns: 1000 },
    );
  });

  test('depth, size and noise are bounded', () => {
    const deep = read(`${'a { '.repeat(50_000)}${'} '.repeat(50_000)} host { location = x }`);
    expect(understood(deep)).toBe('host{location="x"}');
    expect(read(', '.repeat(50_000)).findings).toHaveLength(1000);
    expect(understood(read(`host { location = "${'x'.repeat(1_000_000)}" }`))).toHaveLength(1_000_017);
  });
});
