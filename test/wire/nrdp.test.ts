// NRDP posts as its clients write them, those that try to break the reader, and that every
// damage gives a value or a reason.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readXmlRecords } from '#wire/nrdp-xml.ts';
import { formatNrdpAnswer, parseNrdpJson, parseNrdpXml } from '#wire/nrdp.ts';

const XML = `<?xml version='1.0'?>
<checkresults>
  <!-- two of them -->
  <checkresult type='host' checktype='1'>
    <hostname>db</hostname><state>0</state><output>UP &amp; well | rta=1ms</output>
  </checkresult>
  <checkresult type="service">
    <hostname>web-1</hostname><servicename>http</servicename><state>2</state>
    <output><![CDATA[<b>down</b> & out]]></output><time>1700000000</time>
  </checkresult>
</checkresults>`;
const JSON_POST = JSON.stringify({
  checkresults: [
    { checkresult: { type: 'host', checktype: '1' }, hostname: 'db', state: '0', output: 'UP & well | rta=1ms' },
    {
      checkresult: { type: 'service' },
      hostname: 'web-1',
      servicename: 'http',
      state: 2,
      output: '<b>down</b> & out',
      time: 1_700_000_000,
    },
  ],
});
const results = [
  { hostName: 'db', code: 0, output: 'UP & well | rta=1ms' },
  { hostName: 'web-1', serviceName: 'http', code: 2, output: '<b>down</b> & out', atMs: 1_700_000_000_000 },
];

test('results come out of XML and JSON alike', () => {
  expect(parseNrdpXml(XML)).toEqual({ ok: true, value: { results, refused: [] } });
  expect(parseNrdpJson(JSON_POST)).toEqual({ ok: true, value: { results, refused: [] } });
});

test('a bad result is left out with its reason, the others count', () => {
  const one = (inner: string, type = 'service') => `<checkresult type="${type}">${inner}</checkresult>`;
  const post = `<checkresults>${one('<state>0</state>')}${one('<hostname>a</hostname><state>0</state>')}${one(
    '<hostname>a</hostname><servicename>b</servicename><state>bad</state>',
  )}<checkresult/>${one('<hostname>a</hostname><state>1</state>', 'host')}</checkresults>`;
  expect(parseNrdpXml(post)).toEqual({
    ok: true,
    value: {
      results: [{ hostName: 'a', code: 1, output: '' }],
      refused: ['no_host', 'no_service', 'wrong_state', 'no_host'],
    },
  });
});

const refused: [string, string, string][] = [
  ['nothing', '', 'not_xml'],
  ['plain text', 'hello', 'not_xml'],
  ['text behind the document', '<a></a>x', 'not_xml'],
  ['two documents', '<a></a><b></b>', 'two_documents'],
  ['a document type with entities', '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', 'document_type'],
  ['an element that does not end', '<a><b></b>', 'unclosed'],
  ['a tag that does not end', '<a', 'unclosed'],
  ['a comment that does not end', '<a><!-- </a>', 'unclosed'],
  ['ends in the wrong order', '<a><b></a></b>', 'wrong_nesting'],
  ['nine levels', '<a>'.repeat(9), 'too_deep'],
  ['a tag without a name', '<a>< b></b></a>', 'wrong_tag'],
  ['an attribute without quotes', '<a b=c></a>', 'wrong_tag'],
  ['five megabytes', `<a>${'x'.repeat(5_000_000)}</a>`, 'too_large'],
  ['too many results', `<a>${'<checkresult/>'.repeat(10_001)}</a>`, 'too_many'],
];
test.each(refused)('%s is refused', (_, text, reason) => {
  expect(parseNrdpXml(text)).toMatchObject({ ok: false, reason });
});

test.each([
  ['{', 'not_json'],
  ['[]', 'no_results'],
  ['{"checkresults":{}}', 'no_results'],
  [`{"checkresults":[${'0,'.repeat(10_000)}0]}`, 'too_many'],
])('JSON %.30s is refused', (text, reason) => {
  expect(parseNrdpJson(text)).toMatchObject({ ok: false, reason });
});

test('entities that XML does not have stay as they are, and no character becomes half of one', () => {
  const read = readXmlRecords('<r><x>&nope; &#65;&#x42; &#0; &#xD800; &#9999999; &</x></r>', 'r');
  expect(read.ok && read.value[0]?.fields['x']).toBe('&nope; AB &#0; &#xD800; &#9999999; &');
});

test('a field named like a member of every object is only a field', () => {
  const read = readXmlRecords('<r><__proto__>x</__proto__><constructor>y</constructor></r>', 'r');
  expect(read.ok && Object.keys(read.value[0]?.fields ?? {})).toEqual(['__proto__', 'constructor']);
});

test('damage gives a batch or a reason', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(XML, JSON_POST),
      fc.nat(),
      fc.string({ maxLength: 4 }),
      fc.nat(8),
      (text, place, put, cut) => {
        const at = place % text.length;
        const damaged = text.slice(0, at) + put + text.slice(at + cut);
        for (const read of [parseNrdpXml(damaged), parseNrdpJson(damaged)])
          expect(typeof (read.ok ? read.value.results.length : read.reason)).toMatch(/number|string/);
      },
    ),
    { numRuns: 2000 },
  );
});

test('an unclosed tag of a megabyte is refused within its own length', () => {
  for (const text of [`<a ${'b="c" '.repeat(200_000)}`, `<a ${'b = '.repeat(250_000)}>`, `<${'a'.repeat(1_000_000)}>`])
    expect(parseNrdpXml(text).ok).toBe(false);
});

test('answers are what NRDP clients look for', () => {
  expect(formatNrdpAnswer({ status: 0, message: 'OK', output: '1 < 2' }, 'xml')).toMatch(
    /<status>0<\/status>\s*<message>OK<\/message>\s*<meta>\s*<output>1 &lt; 2<\/output>/,
  );
  expect(JSON.parse(formatNrdpAnswer({ status: -1, message: 'BAD TOKEN' }, 'json'))).toEqual({
    result: { status: -1, message: 'BAD TOKEN' },
  });
});
