// An operator's gmetad.conf: what is taken from it, and what is said of each line.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseGmetadConf, parseSourceAddress } from '#wire/gmetad-conf.ts';
import { splitGmetadConf } from '#wire/gmetad-conf-lines.ts';

const read = (text: string, environment = {}) => parseGmetadConf({ file: 'gmetad.conf', text }, environment);
const gridName = (text: string) => read(text, { SITE: 'two words' }).conf.gridName;

// Each was put to a real gmetad 3.7.2, which showed the same name.
const words: [what: string, text: string, name: string][] = [
  ['a bare word', 'gridname north', 'north'],
  ['blanks in double quotes', 'gridname "north hall"', 'north hall'],
  ['blanks in single quotes', "gridname 'north hall'", 'north hall'],
  ['quotes in the middle of a word', 'gridname pre"mid dle"post', 'premid dlepost'],
  ['a protected quote', 'gridname "a \\"q\\" b"', 'a "q" b'],
  ['a protected letter is that letter', 'gridname a\\b', 'ab'],
  ['a quote that is not closed ends with the line', 'gridname "north hall', 'north hall'],
  ['a comment behind it', 'gridname north # the old one', 'north'],
  ['a hash in quotes', 'gridname "a#b"', 'a#b'],
  ['a protected hash', 'gridname a\\#b', 'a#b'],
  ['a word with a hash in it is lost with the comment', 'gridname a#b', 'unspecified'],
  ['a line that goes on', 'gridname nor\\\nth', 'north'],
  ['any case, tabs, blanks before it', ' \tGridName\tnorth', 'north'],
  ['a variable', 'gridname ${SITE}', 'two words'],
  ['a variable in single quotes, too', "gridname '${SITE}'", 'two words'],
  ['a variable that is not set is empty', 'gridname "x${NONE}y"', 'xy'],
  ['a variable with a default', 'gridname ${NONE:-south}', 'south'],
  ['no variable without braces', 'gridname $SITE', '$SITE'],
  ['the last of two counts', 'gridname one\ngridname two', 'two'],
  ['what is too much is left out', 'gridname a b c', 'a'],
  ['a file from Windows', 'gridname north\r\nxml_port 1\r\n', 'north'],
];
describe('words are split as gmetad does', () => {
  test.each(words)('%s', (_what, text, name) => expect(gridName(text)).toBe(name));
});

const FILE = `# example
data_source "web" 30 10.0.0.1 web-2:8700 [fd00::1]:8701 fd00::2
data_source db 10.0.0.9
gridname North
authority "https://mon.example/ganglia/"
trusted_hosts 10.1.1.1 mon.example
trusted_hosts 10.1.1.2
all_trusted off
xml_port 9651
interactive_port 9652
scalable off
case_sensitive_hostnames 0
unsummarized_metrics diskstat CPU
carbon_server graphite.example
carbon_port 2013
carbon_protocol udp
carbon_timeout 700
graphite_prefix "unix.ganglia"
graphite_path "%s.%h.%m"
`;

test('a whole file becomes typed settings, and each directive is told of once', () => {
  const { conf, findings } = read(FILE);
  expect(conf).toEqual({
    sources: [
      {
        name: 'web',
        everySec: 30,
        addresses: [
          { host: '10.0.0.1', port: 8649 },
          { host: 'web-2', port: 8700 },
          { host: 'fd00::1', port: 8701 },
          { host: 'fd00::2', port: 8649 },
        ],
      },
      { name: 'db', everySec: 15, addresses: [{ host: '10.0.0.9', port: 8649 }] },
    ],
    gridName: 'North',
    authority: 'https://mon.example/ganglia/',
    trustedHosts: ['10.1.1.1', 'mon.example', '10.1.1.2'],
    allTrusted: false,
    xmlPort: 9651,
    interactivePort: 9652,
    scalable: false,
    caseSensitiveHostnames: false,
    unsummarizedMetrics: ['diskstat', 'CPU'],
    summarizedMetrics: [],
    carbon: {
      server: 'graphite.example',
      port: 2013,
      protocol: 'udp',
      timeoutMs: 700,
      prefix: 'unix.ganglia',
      path: '%s.%h.%m',
    },
  });
  const idle = findings.filter(({ verdict }) => verdict !== 'taken');
  expect(idle.map(({ directive, verdict }) => `${directive} ${verdict}`)).toEqual([
    'case_sensitive_hostnames not needed',
    'unsummarized_metrics not needed',
  ]);
  expect(findings).toHaveLength(FILE.split('\n').length - 2);
});

test('an empty file has the defaults of gmetad', () => {
  expect(read('').conf).toEqual({
    sources: [],
    gridName: 'unspecified',
    authority: undefined,
    trustedHosts: [],
    allTrusted: false,
    xmlPort: 8651,
    interactivePort: 8652,
    scalable: true,
    caseSensitiveHostnames: true,
    unsummarizedMetrics: [],
    summarizedMetrics: [],
    carbon: undefined,
  });
});

// [line, verdict, words of the sentence]
const wrong: [line: string, verdict: string, why: RegExp][] = [
  ['no_such_thing 1', 'wrong', /no directive of gmetad/],
  ['constructor 1', 'wrong', /no directive of gmetad/],
  ['data_source', 'wrong', /nothing was given; a name in quotes/],
  ['data_source "only a name"', 'wrong', /at least one host/],
  ['data_source "only a step" 15', 'wrong', /at least one host/],
  ['data_source "a" 0 localhost', 'wrong', /0 s between polls was given; 1 to 86400/],
  ['data_source "a" web-1:99999', 'wrong', /"web-1:99999" is no address; host, host:port or \[IPv6\]:port/],
  ['xml_port eighty', 'wrong', /"eighty" was given; a whole number from 1 to 65535/],
  ['xml_port 70000', 'wrong', /"70000" was given/],
  ['scalable perhaps', 'wrong', /"perhaps" was given; on or off/],
  ['carbon_protocol sctp', 'wrong', /tcp or udp/],
  ['gridname', 'wrong', /nothing was given/],
  ['gridname two words', 'wrong', /"words" was given besides/],
  ['rrd_rootdir /srv/rrds', 'not needed', /no RRD files/],
  ['RRAs "RRA:AVERAGE:0.5:1:5856"', 'not needed', /no RRD files/],
  ['setuid off', 'not needed', /user who starts it/],
  ['riemann_server r.example', 'not supported', /Riemann/],
  ['memcached_parameters "--SERVER=localhost"', 'not supported', /memcached/],
];
describe('of each line its place, what was given and what becomes of it', () => {
  test.each(wrong)('%s', (line, verdict, why) => {
    const { conf, findings } = read(`# first\n${line}\ndata_source "rest" 10.0.0.1\n`);
    expect(findings[0]).toMatchObject({
      file: 'gmetad.conf',
      line: 2,
      directive: line.split(' ')[0]?.toLowerCase(),
      verdict,
    });
    expect(findings[0]?.why).toMatch(why);
    expect(conf.sources.map(({ name }) => name)).toContain('rest');
  });
});

test('the good addresses of a line with a wrong one are used', () => {
  const { conf, findings } = read('data_source "a" 10.0.0.1 <bad> 10.0.0.2:8650');
  expect(conf.sources[0]?.addresses).toEqual([
    { host: '10.0.0.1', port: 8649 },
    { host: '10.0.0.2', port: 8650 },
  ]);
  expect(findings[0]).toMatchObject({ verdict: 'wrong' });
});

test('a second source of the same name is told and left out', () => {
  const { conf, findings } = read('data_source "a" 10.0.0.1\ndata_source "a" 10.0.0.2');
  expect(conf.sources).toHaveLength(1);
  expect(findings[1]).toMatchObject({ verdict: 'wrong', line: 2 });
});

const addresses: [word: string, read: ReturnType<typeof parseSourceAddress>][] = [
  ['web-1', { host: 'web-1', port: 8649 }],
  ['web-1:8650', { host: 'web-1', port: 8650 }],
  ['::1', { host: '::1', port: 8649 }],
  ['[::1]', { host: '::1', port: 8649 }],
  ['[fe80::1%eth0]:8650', { host: 'fe80::1%eth0', port: 8650 }],
  ['', undefined],
  [':8649', undefined],
  ['web-1:', undefined],
  ['web-1:0', undefined],
  ['a:b:c', undefined],
  ['web 1', undefined],
];
test.each(addresses)('address %j', (word, expected) => expect(parseSourceAddress(word)).toEqual(expected));

test('any text is read without a throw, and every finding names a line of it', () => {
  const piece = fc.constantFrom(
    'data_source',
    'gridname',
    'xml_port',
    '"',
    "'",
    '\\',
    '#',
    '${A}',
    ' ',
    '\n',
    '[::1]',
    ':',
    '8',
    'é\0',
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(piece, fc.string()), { maxLength: 60 }), (pieces) => {
      const text = pieces.join('');
      const lines = text.split('\n').length;
      for (const { line } of read(text).findings) expect(line >= 1 && line <= lines).toBe(true);
    }),
  );
});

test('plain words in quotes come back as they were', () => {
  fc.assert(
    fc.property(fc.array(fc.stringMatching(/^[a-z0-9 .:#/-]*$/), { minLength: 1, maxLength: 5 }), (args) => {
      const [directive] = splitGmetadConf(`name ${args.map((arg) => `"${arg}"`).join(' ')}`, {});
      expect(directive?.args).toEqual(args);
    }),
  );
});
