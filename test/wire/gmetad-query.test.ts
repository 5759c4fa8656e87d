import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LONGEST_REQUEST_BYTES, parseGmetadQuery, type GmetadQuery } from '#wire/gmetad-query.ts';

const plain = (...path: string[]): GmetadQuery => ({ kind: 'xml', path, isSummary: false, http: false });
const sums = (...path: string[]): GmetadQuery => ({ kind: 'xml', path, isSummary: true, http: false });
const http = (...path: string[]): GmetadQuery => ({ kind: 'xml', path, isSummary: false, http: true });
const status = (callback?: string): GmetadQuery => ({ kind: 'status', callback });

// What gmetad 3.7.2 made of each of these was observed.
const read: [line: string, query: GmetadQuery][] = [
  ['/', plain()],
  ['/alpha', plain('alpha')],
  ['/alpha/', plain('alpha')],
  ['/alpha//', plain('alpha', '')],
  ['//alpha', plain('', 'alpha')],
  ['/alpha/web-01/load_one', plain('alpha', 'web-01', 'load_one')],
  ['/alpha/web-01/load_one/more', plain('alpha', 'web-01', 'load_one', 'more')],
  ['/beta cluster/Node21', plain('beta cluster', 'Node21')],
  ['/alpha/café', plain('alpha', 'café')],
  ['/*/*/queue', plain('*', '*', 'queue')],
  ['/?filter=summary', sums()],
  ['/alpha?filter=summary', sums('alpha')],
  ['/alpha?filter=SUMMARY', plain('alpha')],
  ['/alpha?filter=summary&x=y', plain('alpha')],
  ['/alpha?filter=', plain('alpha')],
  ['/alpha?x=1', plain('alpha')],
  ['GET / HTTP/1.0', http()],
  ['GET /*/*/queue HTTP/1.0', http('*', '*', 'queue')],
  ['GET /beta cluster/x HTTP/1.1', http('beta cluster', 'x')],
  ['/alpha/load HTTP/1.0', plain('alpha', 'load HTTP', '1.0')],
  ['/status', status()],
  ['/statuses', status()],
  ['GET /status?callback=show.me HTTP/1.0', status('show.me')],
  ['/status?callback=alert(1)', status()],
  ['/status?callback=', status()],
];
test.each(read)('%s is read', (line, query) => {
  expect(parseGmetadQuery(Buffer.from(line))).toEqual({ ok: true, value: query });
});

const refused = [
  ...['', 'alpha', 'GET alpha HTTP/1.0', 'GET /alpha', 'get /alpha HTTP/1.0', 'POST /alpha HTTP/1.0'],
  ...['/alpha?', '/alpha?filter', '/beta%20cluster', '/al<pha', '/a>b', '/a!b', '/a@b', '/a#b', '/a$b', '/a`b'],
  ...['/a;b', '/a|b', '/a\\b', '/a"b', "/a'b", 'GET /al<pha HTTP/1.0', `/${'a'.repeat(LONGEST_REQUEST_BYTES)}`],
];
test.each(refused)('%s is refused', (line) => {
  expect(parseGmetadQuery(Buffer.from(line)).ok).toBe(false);
});

test('a name in Latin-1 is found under the name that is shown', () => {
  expect(parseGmetadQuery(Buffer.from('/caf\u00e9', 'latin1'))).toEqual({ ok: true, value: plain('café') });
});

test('no line throws, and none that is read holds a character that gmetad forbids', () => {
  const line = fc.oneof(
    fc.uint8Array({ maxLength: 80 }),
    fc
      .string({ unit: fc.constantFrom(...'/*?=&<> aGETHTP1.0status'), maxLength: 40 })
      .map((text) => Buffer.from(`/${text}`)),
  );
  fc.assert(
    fc.property(line, (bytes) => {
      const query = parseGmetadQuery(Buffer.from(bytes));
      if (query.ok && query.value.kind === 'xml') expect(query.value.path.join('/')).not.toMatch(/[>!@#$%`;|\\"'<?]/);
    }),
  );
});
