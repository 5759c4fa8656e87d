import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CLOSE_HOST, escapeAttribute, metricElement, metricFrame, openCluster, openHost } from '#wire/gmond-xml.ts';

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** What an XML reader makes of an attribute's text. */
const unescape = (text: string): string =>
  text.replace(/&(?:#(\d+)|(\w+));/g, (whole, code, name) =>
    code === undefined ? (ENTITIES[name] ?? whole) : String.fromCodePoint(Number(code)),
  );

const cases: [what: string, text: string, escaped: string][] = [
  ['plain text as it is', 'load_one 1.5 %', 'load_one 1.5 %'],
  ['markup', `a<b>&"c'`, 'a&lt;b&gt;&amp;&quot;c&apos;'],
  ['beyond ASCII as code points, whatever encoding is declared', '°C 🜚', '&#176;C &#128794;'],
  ['line ends and tabs, which a reader would turn into blanks', 'a\tb\n', 'a&#9;b&#10;'],
  ['control characters, which XML cannot hold', 'a\u0001b\u001b', 'a?b?'],
  ['half a surrogate pair', 'a\ud800b', 'a?b'],
];
test.each(cases)('%s', (_what, text, escaped) => {
  expect(escapeAttribute(text)).toBe(escaped);
});

test('any text is printable ASCII without markup, and reads back as it was where XML can hold it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const escaped = escapeAttribute(text);
      expect(escaped).toMatch(/^[ -~]*$/);
      expect(escaped).not.toMatch(/[<>"']|&(?!(?:amp|lt|gt|quot|apos|#\d+);)/);
      const holdable = text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '?');
      expect(unescape(escaped)).toBe(holdable);
    }),
  );
});

test('elements have the attributes that gstat reads by position', () => {
  expect(openCluster({ name: 'a & b', localtimeSec: 5 })).toBe(
    '<CLUSTER NAME="a &amp; b" LOCALTIME="5" OWNER="unspecified" LATLONG="unspecified" URL="unspecified">\n',
  );
  const host = {
    name: 'web-01',
    ip: '10.0.0.1',
    reportedSec: 7,
    tnSec: 1,
    tmaxSec: 20,
    dmaxSec: 0,
    gmondStartedSec: 3,
  };
  expect(openHost(host)).toBe(
    '<HOST NAME="web-01" IP="10.0.0.1" TAGS="" REPORTED="7" TN="1" TMAX="20" DMAX="0" LOCATION="unspecified" GMOND_STARTED="3">\n',
  );
  expect(CLOSE_HOST).toBe('</HOST>\n');
});

test('a metric prints its extra elements in reverse order, and EXTRA_DATA even when there are none', () => {
  const metric = { type: 'uint32', units: '<u>', tmaxSec: 60, dmaxSec: 0, slope: 'both' };
  const start =
    '<METRIC NAME="m" VAL="1" TYPE="uint32" UNITS="&lt;u&gt;" TN="7" TMAX="60" DMAX="0" SLOPE="both">\n<EXTRA_DATA>\n';
  const end = '</EXTRA_DATA>\n</METRIC>\n';
  const print = (extra: [string, string][]) => metricElement('m', '1', 7, metricFrame({ ...metric, extra }));
  expect(print([])).toBe(start + end);
  const pairs: [string, string][] = [
    ['GROUP', 'a'],
    ['GROUP', 'b & c'],
  ];
  expect(print(pairs)).toBe(
    `${start}<EXTRA_ELEMENT NAME="GROUP" VAL="b &amp; c"/>\n<EXTRA_ELEMENT NAME="GROUP" VAL="a"/>\n${end}`,
  );
});

test('gmetad tells the source of a metric besides', () => {
  const frame = metricFrame({ type: 'string', units: '', tmaxSec: 60, dmaxSec: 0, slope: 'zero', extra: [] }, 'gmond');
  expect(metricElement('m"', '<1>', 7, frame)).toBe(
    '<METRIC NAME="m&quot;" VAL="&lt;1&gt;" TYPE="string" UNITS="" TN="7" TMAX="60" DMAX="0" SLOPE="zero" SOURCE="gmond">\n' +
      '<EXTRA_DATA>\n</EXTRA_DATA>\n</METRIC>\n',
  );
});
