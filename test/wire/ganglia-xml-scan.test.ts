// The reader of Ganglia XML against what a network and a hostile source can do to it:
// any cut into chunks, any damage, bombs, endless elements.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readFixture, readFixtureBytes } from '#test/support/fixtures.ts';
import { createKnownMetrics } from '#wire/ganglia-xml-metric.ts';
import {
  CLOSE_CLUSTER,
  CLOSE_DOCUMENT,
  CLOSE_HOST,
  metricElement,
  metricFrame,
  openCluster,
  openDocument,
  openHost,
} from '#wire/gmond-xml.ts';
import { scanAll } from './ganglia-xml-events.ts';

const manifest = JSON.parse(readFixture('ganglia', 'manifest.json')) as Record<
  'gmondXml' | 'gmetadXml',
  { file: string; gzip?: boolean }[]
>;
const documents = [...manifest.gmondXml, ...manifest.gmetadXml]
  .filter(({ gzip }) => gzip !== true)
  .map(({ file }) => readFixtureBytes('ganglia', file));

const host = (inside: string, name = 'web-1') =>
  `<HOST NAME="${name}" IP="10.0.0.1" TAGS="" REPORTED="1" TN="3" TMAX="20" DMAX="0" LOCATION="unspecified" GMOND_STARTED="7">\n${inside}</HOST>\n`;
const cluster = (inside: string) =>
  `<CLUSTER NAME="c" LOCALTIME="9" OWNER="o" LATLONG="l" URL="u">\n${inside}</CLUSTER>\n`;
const wrap = (inside: string) =>
  `<?xml version="1.0"?>\n<GANGLIA_XML VERSION="3.7.2" SOURCE="gmond">\n${inside}</GANGLIA_XML>\n`;
const start = (name: string, attributes = 'VAL="1" TYPE="float" UNITS="C"') =>
  `<METRIC NAME="${name}" ${attributes} TN="5" TMAX="60" DMAX="0" SLOPE="both">\n`;
const rest = '<EXTRA_DATA>\n<EXTRA_ELEMENT NAME="GROUP" VAL="core"/>\n</EXTRA_DATA>\n</METRIC>\n';
const metric = (name: string, attributes?: string) => start(name, attributes) + rest;
const scan = (text: string) => scanAll(Buffer.from(text, 'latin1'));
const read = (text: string) => scan(wrap(cluster(host(text))));
const names = (text: string) => read(text).metrics.map(({ name }) => name);

// [what, what stands between a sound metric before and one behind, what is lost]
const damaged: [what: string, text: string, lost: [reason: string, element: string][]][] = [
  ['a quote is missing', metric('bad').replace('VAL="1"', 'VAL="1'), [['malformed', 'METRIC']]],
  ['the bracket is missing', metric('bad').replace('both">', 'both"'), [['malformed', 'METRIC']]],
  [
    'a line is cut at 1023 bytes',
    metric('bad', `VAL="${'x'.repeat(2000)}"`).replace(/^(.{1023})[^\n]*\n/, '$1'),
    [['malformed', 'METRIC']],
  ],
  ['an attribute comes twice', metric('bad', 'VAL="1" VAL="2"'), [['malformed', 'METRIC']]],
  ['what it needs is missing', metric('bad', 'TYPE="float"'), [['incomplete', 'METRIC']]],
  ['its name is empty', metric(''), [['incomplete', 'METRIC']]],
  ['a name breaks the tag so that two readings are possible', metric('bad" VAL="9'), [['malformed', 'METRIC']]],
];
describe('one bad metric costs one metric', () => {
  test.each(damaged)('%s', (_what, text, lost) => {
    const { metrics, losses, complete } = read(metric('before') + text + metric('behind'));
    expect(metrics.map(({ name }) => name)).toEqual(['before', 'behind']);
    expect(losses.map(({ reason, element }) => [reason, element])).toEqual(lost);
    expect(losses[0]).toMatchObject({ line: 10, byte: wrap(cluster(host(metric('before')))).indexOf('</HOST>') });
    expect(complete).toBe(true);
  });

  test('a bad extra element costs itself, and the metric stays', () => {
    const bad =
      start('m') +
      '<EXTRA_DATA>\n<EXTRA_ELEMENT NAME="A" VAL="cut<EXTRA_ELEMENT NAME="B" VAL="lost too"/>\n<EXTRA_ELEMENT NAME="C" VAL="kept"/>\n</EXTRA_DATA>\n</METRIC>\n';
    const { metrics, losses } = read(bad + metric('behind'));
    expect(metrics.map(({ name, extra }) => [name, extra])).toEqual([
      ['m', [['C', 'kept']]],
      ['behind', [['GROUP', 'core']]],
    ]);
    expect(losses.map(({ reason, element }) => [reason, element])).toEqual([['malformed', 'EXTRA_ELEMENT']]);
  });

  test('a metric that is not closed ends where the next begins', () => {
    expect(names(start('a') + metric('b'))).toEqual(['a', 'b']);
    const { metrics } = scan(wrap(cluster(host(start('a')) + host(metric('b'), 'web-2'))));
    expect(metrics.map((found) => [found.host, found.name])).toEqual([
      ['web-1', 'a'],
      ['web-2', 'b'],
    ]);
  });

  test('metrics of a host whose line is broken are counted and not given to another', () => {
    const broken = host(metric('a') + metric('b')).replace('IP="10.0.0.1"', 'IP="10.0');
    const { metrics, losses } = scan(wrap(cluster(host(metric('first')) + broken + host(metric('last'), 'web-3'))));
    expect(metrics.map(({ name }) => name)).toEqual(['first', 'last']);
    expect(losses.map(({ reason, element }) => `${reason} ${element}`)).toEqual([
      'malformed HOST',
      'misplaced METRIC',
      'misplaced METRIC',
    ]);
  });
});

// [what, attributes as sent, value, units]
const readable: [what: string, attributes: string, value: string, units: string][] = [
  ['brackets and ampersands in units', 'VAL="1" TYPE="float" UNITS="a<b>&c"', '1', 'a<b>&c'],
  ['quotes in units', 'VAL="1" TYPE="float" UNITS="5"x6""', '1', '5"x6"'],
  ['UTF-8', 'VAL="1" TYPE="float" UNITS="\xc2\xb0C"', '1', '°C'],
  ['Latin-1', 'VAL="1" TYPE="float" UNITS="\xb0C"', '1', '°C'],
  ['references', 'VAL="&lt;&#233;&#x20ac;&quot;&amp;amp;" TYPE="string" UNITS=""', '<é€"&amp;', ''],
  ['references that gmond breaks', 'VAL="&#\xc35;&#\xc28;" TYPE="string" UNITS=""', 'ü', ''],
  ['a reference to an entity of the DTD is only text', 'VAL="&bomb;" TYPE="string" UNITS=""', '&bomb;', ''],
  ['a reference that names no character', 'VAL="&#0;&#xd800;&#x110000;" TYPE="string" UNITS=""', '???', ''],
  ['apostrophes around values', `VAL='1' TYPE='float' UNITS='"'`, '1', '"'],
  ['a line end in units', 'VAL="1" TYPE="float" UNITS="a\nb"', '1', 'a b'],
];
describe('what can be read is read', () => {
  test.each(readable)('%s', (_what, attributes, value, units) => {
    const { events, losses } = read(metric('m', attributes) + metric('behind'));
    const told = events.filter((event) => event.startsWith('metric '))[0] ?? '';
    expect(JSON.parse(told.slice(7))).toMatchObject(['m', value, 5, { units, slope: 'both' }]);
    expect(losses).toEqual([]);
  });

  test('a document without line ends, indented, or from Windows', () => {
    const document = wrap(cluster(host(metric('a') + metric('b'))));
    const plain = scan(document);
    for (const other of [
      document.replaceAll('\n', ''),
      document.replaceAll('\n', '\r\n'),
      document.replaceAll('\n', '\n\t  '),
    ])
      expect(scan(other).events).toEqual(plain.events);
  });

  test('what we print ourselves, in reverse as gmond does', () => {
    const extra = [
      ['GROUP', 'one'],
      ['TITLE', 'Tëst "x" <y>'],
    ] as const;
    const text =
      openDocument('3.7.2', 'gmond') +
      openCluster({ name: 'c"<', localtimeSec: 5 }) +
      openHost({
        name: 'h',
        ip: '1',
        reportedSec: 1,
        tnSec: 2,
        tmaxSec: 3,
        dmaxSec: 4,
        gmondStartedSec: 5,
        tags: 'a,b',
      }) +
      metricElement(
        'm',
        'ä',
        1,
        metricFrame({ type: 'string', units: '', tmaxSec: 2, dmaxSec: 3, slope: 'zero', extra }),
      ) +
      CLOSE_HOST +
      CLOSE_CLUSTER +
      CLOSE_DOCUMENT;
    const { metrics, losses, repaired } = scan(text);
    expect(metrics).toEqual([{ host: 'h', name: 'm', value: 'ä', tnSec: 1, extra }]);
    expect([losses, repaired]).toEqual([[], 0]);
  });
});

describe('a hostile source', () => {
  test('entities of a DTD are never expanded', () => {
    const bomb = Array.from({ length: 20 }, (_, i) => `<!ENTITY e${i + 1} "${`&e${i};`.repeat(20)}">`).join('\n');
    const document = `<!DOCTYPE x [\n<!ENTITY e0 "ha]">\n${bomb}\n]>\n${wrap(cluster(host(metric('a', 'VAL="&e20;" TYPE="string"'))))}`;
    expect(scan(document).metrics.map(({ value }) => value)).toEqual(['&e20;']);
  });

  test('an element without end is given up, and what follows is read', () => {
    const { metrics, losses } = read(`<METRIC NAME="${'x'.repeat(500_000)}\n${metric('behind')}`);
    expect(metrics.map(({ name }) => name)).toEqual(['behind']);
    expect(losses).toHaveLength(1);
  });

  test('a metric with extra data without end is given up', () => {
    const endless = start('endless') + '<EXTRA_ELEMENT NAME="K" VAL="v"/>\n'.repeat(5000) + '</METRIC>\n';
    const { metrics, losses } = read(endless + metric('behind'));
    expect(metrics.map(({ name }) => name)).toEqual(['behind']);
    expect(losses.map(({ reason }) => reason)).toEqual(['too_long']);
  });

  test("grids in grids are bounded, and what is beyond is no one else's", () => {
    const { events, losses } = scan(
      wrap(`${'<GRID NAME="g" AUTHORITY="">\n'.repeat(1000)}<HOSTS UP="5" DOWN="0"/>\n${'</GRID>\n'.repeat(1000)}`),
    );
    expect(events.filter((event) => event.startsWith('grid '))).toHaveLength(32);
    expect(events.some((event) => event.startsWith('hosts '))).toBe(false);
    expect(losses).toHaveLength(968);
  });

  test('a closing tag of a grid that is broken closes it all the same', () => {
    const { events } = scanAll(
      Buffer.from(`<GRID NAME="a">\n<GRID NAME="b">\n</GRID\n${cluster(host(''))}</GRID>\n</GANGLIA_XML>`),
    );
    expect(events.filter((event) => event.startsWith('host '))).toHaveLength(1);
  });

  test('elements that are long and all different are not kept', () => {
    const known = createKnownMetrics();
    const announced = (units: string) =>
      known.share({ type: 'string', units, slope: 'both', tmaxSec: 1, dmaxSec: 0, extra: [] });
    expect(announced('s')).toBe(announced('s'));
    expect(announced('s'.repeat(5000))).not.toBe(announced('s'.repeat(5000)));
  });

  test('what comes behind the end does not count', () => {
    expect(scan(wrap('') + cluster(host(metric('a')))).metrics).toEqual([]);
  });

  test('a document that breaks off says so', () => {
    const { complete, events } = scan(wrap(cluster(host(metric('a')))).slice(0, -40));
    expect(complete).toBe(false);
    expect(events.slice(-2)).toEqual(['/host []', '/cluster []']);
  });
});

test('chunks of any size give the same', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...documents),
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 40 }),
      (document, at) => {
        const cuts = at.map((share) => Math.floor(share * document.length)).sort((a, b) => a - b);
        expect(scanAll(document, { cuts }).events).toEqual(scanAll(document).events);
      },
    ),
    { numRuns: 60 },
  );
});

const damage = fc.record({
  kind: fc.constantFrom('set', 'cut', 'insert'),
  at: fc.double({ min: 0, max: 0.9999, noNaN: true }),
  byte: fc.oneof(fc.constantFrom(0, 10, 34, 38, 39, 60, 62, 47, 93, 255), fc.nat(255)),
  length: fc.integer({ min: 1, max: 40 }),
});
function apply(
  document: Buffer,
  { kind, at, byte, length }: { kind: string; at: number; byte: number; length: number },
): Buffer {
  const offset = Math.floor(at * document.length);
  const tail = kind === 'cut' ? offset + length : kind === 'set' ? offset + 1 : offset;
  const put = kind === 'cut' ? Buffer.alloc(0) : Buffer.of(byte);
  return Buffer.concat([document.subarray(0, offset), put, document.subarray(tail)]);
}

test('any damage is survived, in chunks as in one piece, with what was learned before or without', () => {
  const known = createKnownMetrics();
  fc.assert(
    fc.property(
      fc.constantFrom(...documents),
      fc.array(damage, { minLength: 1, maxLength: 8 }),
      (document, damages) => {
        const broken = damages.reduce(apply, document);
        const whole = scanAll(broken);
        const cuts = Array.from({ length: 50 }, (_, i) => Math.floor((i / 50) * broken.length));
        expect(scanAll(broken, { cuts, known }).events).toEqual(whole.events);
      },
    ),
    { numRuns: 150 },
  );
});

test("a damaged line costs its own element, and its host's at most", () => {
  fc.assert(
    fc.property(fc.constantFrom(...documents), damage, (document, one) => {
      const before = scanAll(document).metrics;
      const offset = Math.floor(one.at * document.length);
      const line = document.subarray(document.lastIndexOf(10, offset) + 1, offset + 60).toString('latin1');
      // A head takes with it what is in it; so does a mark that opens something to be skipped.
      if (!/^<\/?(METRIC|EXTRA)/.test(line) || /<\/?(HOST|CLUSTER|GRID|GANGLIA|METRICS|!|\?)/.test(line)) return;
      if (one.byte === 33 || one.byte === 63) return;
      const after = scanAll(apply(document, one)).metrics;
      expect(before.length - after.length).toBeLessThanOrEqual(2);
    }),
    { numRuns: 400 },
  );
});
