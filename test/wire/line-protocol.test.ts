import assert from 'node:assert/strict';
import fc from 'fast-check';
import { test } from 'vitest';
import {
  decodeLabel,
  encodeLabel,
  encodePoint,
  encodePointStart,
  encodeSeriesKey,
  parseSeriesKey,
} from '#wire/line-protocol.ts';

const labels: [what: string, text: string, encoded: string][] = [
  ['a usual name stays as it is', 'load_one', 'load_one'],
  ['a percent sign stays as it is', 'disk 100 % used', 'disk 100 % used'],
  ['a percent sign that reads as a code is coded', '%41', '%2541'],
  ['nothing at all, which a tag cannot be', '', '%00'],
  ['a backslash, which would swallow the separator after it', 'C:\\', 'C:%5C'],
  ['a line break, which would end the line', 'a\nb', 'a%0Ab'],
  ['a number sign in front, which would make a comment', '#1', '%231'],
  ['a number sign elsewhere', 'a#1', 'a#1'],
];
for (const [what, text, encoded] of labels) {
  test(`label: ${what}`, () => {
    assert.equal(encodeLabel(text), encoded);
    assert.equal(decodeLabel(encoded), text);
  });
}

const lines: [what: string, metric: string, host: string, value: number, line: string][] = [
  ['plain', 'load_one', 'web1', 0.25, 'load_one,cluster=c,host=web1 value=0.25 1000'],
  ['a whole number is written as a float', 'load_one', 'web1', 3, 'load_one,cluster=c,host=web1 value=3 1000'],
  ['blanks and commas', 'cpu idle,pct', 'rack 1,a', 1, 'cpu\\ idle\\,pct,cluster=c,host=rack\\ 1\\,a value=1 1000'],
  ['an equals sign is special in a tag only', 'a=b', 'a=b', 1, 'a=b,cluster=c,host=a\\=b value=1 1000'],
  ['quotes are not special', `"'`, `"'`, 1, `"',cluster=c,host="' value=1 1000`],
  ['very small and very large', 'm', 'h', 1e-300, 'm,cluster=c,host=h value=1e-300 1000'],
];
for (const [what, metric, host, value, line] of lines) {
  test(`line: ${what}`, () => {
    const key = encodeSeriesKey(metric, [
      ['cluster', 'c'],
      ['host', host],
    ]);
    assert.equal(encodePoint(encodePointStart(key, 'value'), value, 1000.7), line);
  });
}

const bad: [what: string, text: string, reason: string][] = [
  ['empty', '', 'no_measurement'],
  ['no measurement', ',host=a', 'no_measurement'],
  ['a tag without a value', 'm,host', 'bad_tag'],
  ['a tag without a name', 'm,=a', 'bad_tag'],
  ['two equals signs', 'm,a=b=c', 'bad_tag'],
];
for (const [what, text, reason] of bad) {
  test(`a series key that is ${what} is refused`, () => {
    const parsed = parseSeriesKey(text);
    assert.equal(parsed.ok, false);
    assert.equal(!parsed.ok && parsed.reason, reason);
  });
}

test('a key of another writer without tags is a measurement alone', () => {
  assert.deepEqual(parseSeriesKey('cpu'), { ok: true, value: { measurement: 'cpu', tags: new Map() } });
});

const label = fc.string({ unit: 'binary' }).filter((text) => !text.includes('\0'));

test('any labels come back, and a line never breaks', () => {
  fc.assert(
    fc.property(label, label, label, (metric, cluster, host) => {
      const key = encodeSeriesKey(metric, [
        ['cluster', cluster],
        ['host', host],
      ]);
      assert.doesNotMatch(key, /[\r\n]|^#/);
      assert.deepEqual(parseSeriesKey(key), {
        ok: true,
        value: {
          measurement: metric,
          tags: new Map([
            ['cluster', cluster],
            ['host', host],
          ]),
        },
      });
    }),
  );
});

test('any text is parsed or refused, never thrown at', () => {
  fc.assert(fc.property(fc.string(), (text) => typeof parseSeriesKey(text).ok === 'boolean'));
});
